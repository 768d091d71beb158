"""The tiles of the page: one figure each, with the words that keep it honest."""

from dataclasses import dataclass

from llmrl_runner.report.drafts import winner_of
from llmrl_runner.report.figures import backend_of
from llmrl_runner.report.reading import RunRecord
from llmrl_runner.runs.lookup import interval, number, optimum_value, section, word
from llmrl_runner.runs.wording import (
    KNOWLEDGE_WORDS,
    NO_MODEL,
    REPLAY,
    UNKNOWN,
    asks_a_model,
    cost_words,
    count_words,
    duration_words,
    held_out_success,
    invalid_words,
    recorded_words,
    result_cut_short,
    result_drift,
    result_invalid,
    score_words,
    scored,
)

BACKEND_WORDS = {
    REPLAY: "answers replayed from a recording of this model",
    "random": "no model: well-formed answers drawn blindly, the control",
    "manual": "answers put into files by hand",
    "live": "asked live",
    NO_MODEL: "this method asks no model",
}


@dataclass(frozen=True)
class Tile:
    """One figure: its name, its value with its interval, what it means, a tone (`good`, `warn`, `bad` or nothing)."""

    label: str
    value: str
    note: str = ""
    tone: str = ""

    @property
    def figure(self) -> str:
        """The value without its interval."""
        return self.value.partition(" [")[0]

    @property
    def interval(self) -> str:
        """The interval, or nothing."""
        return "".join(self.value.partition(" [")[1:]).strip()


def score_tiles(run: RunRecord) -> list[Tile]:
    """Success, optimum, and the search's own score, beside the headline."""
    result = run.result
    search = scored(number(result, "search", "return_mean"), interval(result, "search", "return_ci95"))
    exact = number(result, "exact_return_mean")
    tiles = [
        None
        if run.is_about_rewards and held_out_success(result)
        else Tile("Success", held_out_success(result) or "not defined", "of the held-out episodes"),
        _cut_short_tile(run),
        _optimum_tile(run),
        Tile("Exact return", score_words(exact), "of this policy, computed from the model")
        if exact is not None
        else None,
        Tile("Search score", search, _search_note(run)) if run.has_search and not run.is_about_rewards else None,
    ]
    known = tiles if result else []
    of_search = _best_tile(run) if run.has_search else None
    return [tile for tile in [*known, of_search, _validity_tile(run)] if tile is not None]


def _cut_short_tile(run: RunRecord) -> Tile | None:
    words = result_cut_short(run.result)
    if words is None:
        return None
    return Tile(
        "Cut off", count_words(number(run.result, "cut_short_episodes")), f"{words}: not played to their end", "warn"
    )


def _optimum_tile(run: RunRecord) -> Tile:
    value = optimum_value(run.result)
    table = number(run.result, "optimum", "best_table")
    table_words = f"; best single table {score_words(table)}" if table is not None else ""
    return Tile("Optimum", "not known" if value is None else score_words(value), _optimum_note(run) + table_words)


def _optimum_note(run: RunRecord) -> str:
    bound = number(run.result, "return_max")
    known = f"no episode exceeds {score_words(bound)}" if bound is not None else ""
    return word(run.result, "optimum", "how") or known


def _best_tile(run: RunRecord) -> Tile:
    if run.drafts:
        return Tile("Best draft", best.name if (best := winner_of(run.drafts)) else "none", f"of {len(run.drafts)}")
    label = "Best iteration" if asks_a_model(run.config) else "Tested iteration"
    return Tile(label, _best_words(run), f"of {len(run.iterations)}, counted from 0")


def _best_words(run: RunRecord) -> str:
    if run.best_iteration:
        return str(run.best_iteration.index)
    return "none" if run.result else "none yet"


def _search_note(run: RunRecord) -> str:
    if asks_a_model(run.result):
        return "chosen for being high: not a result"
    return "of the last iteration, from few episodes: not a result"


def _validity_tile(run: RunRecord) -> Tile | None:
    if not run.iterations or not asks_a_model(run.config) or run.has_stages:
        return None
    if number(run.result, "answers") is not None:
        return _answers_tile(run)
    if run.drafts:
        return _drafts_tile(run)
    invalid = sum(not record.is_valid_answer for record in run.iterations)
    share = invalid_words(invalid / len(run.iterations))
    return Tile("Unusable answers", f"{invalid} of {len(run.iterations)}", share, "warn" if invalid else "")


def _drafts_tile(run: RunRecord) -> Tile:
    """How many drafts were rejected, repaired or not."""
    invalid, drafts = sum(draft.status == "rejected" for draft in run.drafts), len(run.drafts)
    share = result_invalid(run.result) or invalid_words(invalid / drafts, "drafts")
    return Tile("Unusable answers", f"{invalid} of {drafts}", share, "warn" if invalid else "")


def _answers_tile(run: RunRecord) -> Tile:
    """How many of the answers of a method that acts could not be used, and why."""
    counts, _, kinds = (result_invalid(run.result) or UNKNOWN).partition(": ")
    invalid = number(run.result, "invalid_answers")
    return Tile("Unusable answers", count_words(invalid), f"{counts} {kinds}".strip(), "warn" if invalid else "")


def llm_tiles(run: RunRecord) -> list[Tile]:
    """Who answered, how often, and for how much."""
    model = word(run.result, "llm", "model") or word(run.config, "llm", "model") or ", ".join(_answering_models(run))
    who = Tile("Model", model or UNKNOWN, _backend_words(run))
    if not asks_a_model(run.config):
        return [who]
    if not run.result:
        return [who, Tile("Answers so far", count_words(len(run.answers)))]
    tiles = [
        who,
        Tile("Calls", count_words(number(run.result, "llm", "calls")), recorded_words(run.result)),
        Tile("Tokens", _tokens_words(run), "in · out"),
        _cost_tile(run),
        _drift_tile(run),
        _knowledge_tile(run),
    ]
    return [tile for tile in tiles if tile is not None]


def _tokens_words(run: RunRecord) -> str:
    if all(number(run.result, "llm", f"{kind}_tokens") is None for kind in ("prompt", "completion")):
        return UNKNOWN
    return " · ".join(count_words(number(run.result, "llm", f"{kind}_tokens")) for kind in ("prompt", "completion"))


def _cost_tile(run: RunRecord) -> Tile:
    cost = number(run.result, "llm", "cost_usd")
    note = "replaying a recording is free" if backend_of(run) == REPLAY else ""
    return Tile("Cost", UNKNOWN if cost is None else cost_words(cost), note)


def _drift_tile(run: RunRecord) -> Tile | None:
    said = result_drift(run.result)
    drifted = number(run.result, "llm", "replay_drift")
    return Tile("Replay drift", count_words(drifted), said, "good" if drifted == 0 else "warn") if said else None


def _knowledge_tile(run: RunRecord) -> Tile | None:
    known = word(run.result, "knowledge")
    return Tile("Knowledge", known.replace("_", " "), KNOWLEDGE_WORDS.get(known, "")) if known else None


def budget_tiles(run: RunRecord) -> list[Tile]:
    """What the search spent in the environment, and how long all of it took."""
    last = run.iterations[-1].metrics if run.iterations else {}
    episodes = number(run.result, "budget", "episodes") or number(last, "episodes")
    steps = number(run.result, "budget", "env_steps") or number(last, "env_steps")
    seconds = number(run.result, "wall_seconds")
    trained = word(run.result, "training", "what")
    tiles = [
        *([Tile("Training", trained, word(run.result, "training", "with") or "")] if trained else []),
        Tile("Episodes", count_words(episodes), f"played by {_whose(run)}"),
        Tile("Environment steps", count_words(steps), f"taken by {_whose(run)}"),
    ]
    return [*tiles, Tile("Wall time", duration_words(seconds))] if seconds is not None else tiles


def _whose(run: RunRecord) -> str:
    """Who the budget was spent by."""
    if run.is_about_rewards:
        return "the search and the final trainings" if run.has_search else "training"
    if not asks_a_model(run.config) or run.has_stages:
        return "demonstrations and training" if run.has_stages and section(run.result, "demos") else "training"
    return "the search" if run.has_search else "the model itself"


def _answering_models(run: RunRecord) -> list[str]:
    return sorted({model for answer in run.answers if (model := word(answer, "model"))})


def _backend_words(run: RunRecord) -> str:
    return BACKEND_WORDS.get(backend_of(run), backend_of(run))
