"""How figures are worded, the same in the terminal, in plain lines and in the report."""

import math

from llmrl_runner.runs.lookup import Interval, JsonObject, interval, number, section, word
from llmrl_runner.runs.reward_result import has_written_reward, is_about_rewards, untested_reward

UNKNOWN = "unknown"
MOST_DECIMALS = 4
REPLAY = "replay"
NO_MODEL = "none"
SECONDS_A_MINUTE = 60
SECONDS_AN_HOUR = 3600
KNOWLEDGE_WORDS = {
    "model_given": "the prompt gave the rules of the environment",
    "model_learned": "the rules were estimated from episodes",
    "rollouts_only": "the prompt gave what was observed, not the rules",
}


def score_words(score: float | None) -> str:
    """A return, with as many decimals as its size leaves room for."""
    return UNKNOWN if score is None else f"{score:z,.{_decimals(score)}f}"


def scored(score: float | None, bounds: Interval | None) -> str:
    """A mean and its interval: `412.3 [398.0, 426.1]`. A narrow interval gets the decimals that show it."""
    if score is None or bounds is None:
        return score_words(score)
    decimals = max(_decimals(score), _decimals_to_show(bounds[1] - bounds[0]))
    mean, low, high = (f"{figure:z,.{decimals}f}" for figure in (score, *bounds))
    return f"{mean} [{low}, {high}]"


def _decimals(score: float) -> int:
    return 1 if abs(score) >= 100 else 2 if abs(score) >= 10 else 3 if abs(score) >= 1 else 4


def _decimals_to_show(width: float) -> int:
    return 0 if width <= 0 else min(MOST_DECIMALS, 1 - math.floor(math.log10(width)))


def count_words(count: float | None) -> str:
    """`12,300`, or `unknown`."""
    return UNKNOWN if count is None else f"{count:,.0f}"


def percent_words(share: float | None) -> str:
    """A share in [0, 1] as `98.4 %`. An imperfect share is never rounded to 100 %, nor a rare success to 0 %."""
    if share is None:
        return UNKNOWN
    if share in (0, 1):
        return f"{100 * share:.0f} %"
    percent = 100 * share
    return "> 99.9 %" if percent > 99.9 else "< 0.1 %" if percent < 0.1 else f"{percent:.1f} %"


def invalid_words(share: float, what: str = "iterations") -> str:
    """How often no answer could be used, as a share in [0, 1]: `20.0 % of the iterations`."""
    return f"{percent_words(share)} of the {what}"


def result_invalid(result: JsonObject) -> str | None:
    """How many answers could not be used, None where the run doesn't say.

    A method that acts counts answers, and says why: `3 of 145 answers (2.1 %): 2 empty, 1 out of range`. One that
    proposes counts iterations, or drafts of a reward, and says how often the second try was usable.
    """
    share, repaired = number(result, "invalid_rate"), number(result, "repaired_rate")
    if share is None:
        return None
    if number(result, "answers") is not None:
        counts = f"{_counted(result, 'invalid_answers')} of {_counted(result, 'answers')} answers"
        kinds = ", ".join(f"{count:.0f} {kind}" for kind, count in _kinds(result))
        return f"{counts} ({percent_words(share)})" + (f": {kinds}" if kinds else "")
    what = "drafts" if is_about_rewards(result) else "iterations"
    return invalid_words(share, what) + (f"; usable at the second try in {percent_words(repaired)}" if repaired else "")


def _counted(result: JsonObject, key: str) -> str:
    return count_words(number(result, key))


def _kinds(result: JsonObject) -> list[tuple[str, float]]:
    """The kinds of unusable answers with their counts, the most frequent first."""
    counts = [(kind, number(result, "invalid_kinds", kind) or 0) for kind in section(result, "invalid_kinds")]
    return sorted(counts, key=lambda pair: -pair[1])


def result_cut_short(result: JsonObject) -> str | None:
    """How many of the episodes that count were cut off before the environment would have, None where none was.

    Where every step costs, such an episode looks better than it is.
    """
    cut = number(result, "cut_short_episodes")
    if not cut:
        return None
    episodes = count_words(number(result, "held_out", "episodes"))
    return f"{count_words(cut)} of {episodes} episodes, by max_steps={_counted(result, 'max_steps')}"


def has_search(result: JsonObject) -> bool:
    """Whether a finished run chose its best iteration by a score, rather than count all that it played, or the last."""
    if word(result, "training", "init") is not None:
        return False
    if is_about_rewards(result):
        return has_written_reward(result)
    return number(result, "search", "return_mean") is not None or number(result, "answers") is None


def demos_words(result: JsonObject) -> str | None:
    """`18 of 20 succeeded, 18 cloned; 1.3 calls a success`, None where nothing was demonstrated."""
    demos = section(result, "demos")
    if not demos:
        return None
    succeeded, attempted, kept = (count_words(number(demos, key)) for key in ("succeeded", "attempted", "kept"))
    calls = number(demos, "calls_per_success")
    by = word(demos, "model")
    told = f"{succeeded} of {attempted} succeeded, {kept} cloned" + (f"; by {by}" if by else "")
    return told + (f"; {calls:.2g} {'call' if calls == 1 else 'calls'} a success" if calls is not None else "")


def asked_words(metrics: JsonObject) -> str | None:
    """`30 lines came up; advice: 90 of 90 answers of use`, None where the iteration didn't ask about lines."""
    lines = number(metrics, "lines_known")
    if lines is None:
        return None
    told = [f"{count_words(lines)} {'line' if lines == 1 else 'lines'} came up"]
    for kind in ("advice", "scores"):
        asked, valid = (number(section(metrics, kind), key) for key in ("asked", "valid"))
        if asked is not None and valid is not None:
            told.append(f"{kind}: {count_words(valid)} of {count_words(asked)} answers of use")
    return "; ".join(told)


def both_ways_words(scores: JsonObject, sampled: str, greedy: str) -> str | None:
    """`sampled 85 %, greedy 38 %`: two shares of `scores`, None where they aren't known."""
    shares = [number(scores, key) for key in (sampled, greedy)]
    if None in shares:
        return None
    return ", ".join(f"{way} {percent_words(share)}" for way, share in zip(("sampled", "greedy"), shares, strict=True))


def stage_words(metrics: JsonObject) -> str:
    """What kind of iteration it was, where a run has several: `demonstrations`, `cloning`, `PPO`."""
    return word(metrics, "stage") or ""


def percent_scored(share: float | None, bounds: Interval | None) -> str:
    """A share and its interval: `98.4 % [97.4, 99.0]`."""
    if bounds is None:
        return percent_words(share)
    return f"{percent_words(share)} [{100 * bounds[0]:.1f}, {100 * bounds[1]:.1f}]"


def cost_words(cost_usd: float | None) -> str:
    """`$0.0123`, or `cost unknown`."""
    if cost_usd is None:
        return "cost unknown"
    return f"${cost_usd:.2f}" if cost_usd == 0 or cost_usd >= 1 else f"${cost_usd:.4f}"


def duration_words(seconds: float | None) -> str:
    """`12.3 s`, `4 min 05 s` or `2 h 10 min`."""
    if seconds is None:
        return UNKNOWN
    whole = round(seconds)
    if whole < SECONDS_A_MINUTE:
        return f"{seconds:.1f} s"
    if whole < SECONDS_AN_HOUR:
        return f"{whole // SECONDS_A_MINUTE} min {whole % SECONDS_A_MINUTE:02d} s"
    return f"{whole // SECONDS_AN_HOUR} h {whole % SECONDS_AN_HOUR // SECONDS_A_MINUTE:02d} min"


def result_cost(result: JsonObject) -> str:
    """What a run paid for its calls, from its result.json."""
    return cost_words(number(result, "llm", "cost_usd"))


def asks_a_model(record: JsonObject) -> bool:
    """Whether a run's result.json, or its config.yaml, says that its method asks a model."""
    return word(record, "llm", "backend") != NO_MODEL


def model_words(result: JsonObject) -> str:
    """Who answered, and through which backend."""
    if not asks_a_model(result):
        return "none is asked"
    return f"{word(result, 'llm', 'model') or UNKNOWN} ({word(result, 'llm', 'backend') or UNKNOWN})"


def result_calls(result: JsonObject) -> str:
    """`3`, and how many of them a recording answered where one did."""
    note = recorded_words(result)
    return count_words(number(result, "llm", "calls")) + (f", {note}" if note else "")


def recorded_words(result: JsonObject) -> str:
    """How many of a run's calls a recording answered, nothing where none did."""
    calls, cached = number(result, "llm", "calls"), number(result, "llm", "cached_calls")
    if not cached:
        return ""
    return "all from a recording" if cached == calls else f"{count_words(cached)} from a recording"


def result_tokens(result: JsonObject) -> str:
    """`1,234 in, 567 out`."""
    sent, received = number(result, "llm", "prompt_tokens"), number(result, "llm", "completion_tokens")
    if sent is None and received is None:
        return UNKNOWN
    return f"{count_words(sent)} in, {count_words(received)} out"


def result_drift(result: JsonObject) -> str | None:
    """What is to be said of replayed answers, None where nothing was replayed.

    Drift: the run's prompt was not the recorded one, so the model never saw the question that its answer was used for.
    """
    drifted = number(result, "llm", "replay_drift")
    if word(result, "llm", "backend") != REPLAY and not number(result, "llm", "cached_calls"):
        return None
    if drifted is None:
        return "unknown whether the prompts are those that were recorded"
    if drifted == 0:
        return "none: every prompt is the one that was recorded"
    calls = count_words(number(result, "llm", "calls"))
    return f"{count_words(drifted)} of {calls} answers were given to another prompt than this run's"


def drifted_words(drifted: float | None) -> str:
    """For tables, behind a count of calls: ` (50 drifted)`, nothing where none were."""
    return f" ({drifted:,.0f} drifted)" if drifted else ""


def untested_words(result: JsonObject) -> str | None:
    """Why a finished run has no held-out score, None where it has one or is not finished."""
    if is_about_rewards(result):
        return untested_reward(result)
    if "best_iteration" not in result or number(result, "best_iteration") is not None:
        return None
    if not number(result, "iterations"):
        return "no iteration was completed"
    if section(result, "training"):
        return "it ended before a network was cloned or trained"
    return "no answer held a usable policy"


def held_out_score(result: JsonObject) -> str:
    """The held-out return with its interval."""
    return scored(number(result, "held_out", "return_mean"), interval(result, "held_out", "return_ci95"))


def held_out_success(result: JsonObject) -> str | None:
    """The held-out success rate with its interval, None where success is not defined."""
    share = number(result, "held_out", "success_rate")
    return None if share is None else percent_scored(share, interval(result, "held_out", "success_ci95"))


def knowledge_words(result: JsonObject) -> str | None:
    """What the prompt told the model of the environment, None where the run doesn't say."""
    knowledge = word(result, "knowledge")
    if knowledge is None:
        return None
    meaning = KNOWLEDGE_WORDS.get(knowledge)
    return knowledge.replace("_", " ") + (f": {meaning}" if meaning else "")
