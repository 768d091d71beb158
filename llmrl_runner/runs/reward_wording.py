"""How a search for rewards is worded, the same in the terminal, in plain lines and in the report."""

from collections.abc import Callable

from llmrl_runner.runs.lookup import JsonObject, interval, number, section, word
from llmrl_runner.runs.reward_result import (
    WRITTEN,
    broken_finals,
    figures_of_seeds,
    has_written_reward,
    is_about_rewards,
)
from llmrl_runner.runs.wording import UNKNOWN, count_words, percent_scored, percent_words, score_words, scored

# Where a draft may end, as result.json and metrics.json count it, and how that is said.
ENDS = {"trained": "trained to the end", "let_go": "let go", "failed": "failed", "rejected": "rejected"}
REWARD_WORDS = {
    WRITTEN: "written by a model",
    "native": "the environment's own",
    "sparse": "success alone",
    "her": "success alone, with hindsight experience replay",
}
UNCONFINED = "NONE: code that a model wrote ran unconfined (sandbox=none)"


def reward_words(result: JsonObject) -> str | None:
    """`native: the environment's own`, None where a run is not about rewards."""
    reward = word(result, "reward")
    meaning = REWARD_WORDS.get(reward or "")
    return f"{reward}: {meaning}" if meaning else reward


def is_unconfined(result: JsonObject) -> bool:
    """Whether code that a model wrote ran with nothing to hold it."""
    return word(result, "sandbox") == "none"


def confinement_words(result: JsonObject) -> str | None:
    """What held the code that a model wrote, None where there was none."""
    return UNCONFINED if is_unconfined(result) else word(result, "sandbox")


def draft_words(figures: JsonObject) -> str:
    """An iteration's best draft, and what became of all: `draft 0.2: return -3.20; 2 drafts: 1 let go, 1 failed`."""
    best = word(figures, "best_draft")
    score = f"draft {best}: {_score(figures)}" if best else "no draft was trained to the end"
    if figures.get("is_valid_answer") is False:
        score = "no usable draft"
    ends = {end: number(figures, f"{end}_drafts") for end in ENDS}
    return f"{score}; {count_words(number(figures, 'drafts'))} drafts: {_ends(ends)}"


def _score(figures: JsonObject) -> str:
    success, words = number(figures, "success_rate"), score_words(number(figures, "return_mean"))
    return f"return {words}" if success is None else f"success {percent_words(success)}, return {words}"


def _ends(counts: dict[str, float | None]) -> str:
    return ", ".join(f"{count:.0f} {ENDS[end]}" for end, count in counts.items() if count) or "none was trained"


def drafts_words(result: JsonObject) -> str | None:
    """`6 asked for, 6 usable, 1 of them at the second try: 3 trained to the end, 3 let go`; None without drafts."""
    asked, usable, repaired = (number(result, "drafts", key) for key in ("asked", "usable", "repaired"))
    if asked is None:
        return None
    told = f"{count_words(asked)} asked for, {count_words(usable)} usable"
    told += f", {count_words(repaired)} of them at the second try" if repaired else ""
    return f"{told}: {_ends({end: number(result, 'drafts', end) for end in ENDS})}"


def search_steps_words(result: JsonObject) -> str | None:
    """`3,400 environment steps, 5.7 times one final training's 600`, None without drafts."""
    spent, one = number(result, "drafts", "env_steps"), number(result, "training", "env_steps")
    if spent is None:
        return None
    times = f", {spent / one:.1f} times one final training's {count_words(one)}" if one else ""
    return f"{count_words(spent)} environment steps{times}"


def search_score_words(result: JsonObject) -> str:
    """The winner's scores in the search: `draft 2.1: success 80.0 %, return -6.20`."""
    if number(result, "search", "return_mean") is None:
        return "no draft was trained to the end"
    best = word(result, "drafts", "best")
    return (f"draft {best}: " if best else "") + _score(section(result, "search"))


def last_evaluation_words(result: JsonObject) -> str | None:
    """The final networks' last evaluation with its interval over seeds; None where there is none."""
    mean, bounds = number(result, "final", "last_evaluation_mean"), interval(result, "final", "last_evaluation_ci95")
    if mean is None:
        return None
    return percent_scored(mean, bounds) if is_measured_by_success(result) else scored(mean, bounds)


def is_measured_by_success(result: JsonObject) -> bool:
    """Whether success is defined, which then is what trainings are compared by; else the environment's return is."""
    return number(result, "held_out", "success_rate") is not None or any(
        rate is not None for rate in figures_of_seeds(result, "held_out_success_rates")
    )


def threshold_words(result: JsonObject) -> str:
    """`success of 95 %` or `return of -200`: what trainings are timed by."""
    threshold = number(result, "final", "threshold")
    if is_measured_by_success(result) and threshold is not None:
        return f"success of {100 * threshold:.4g} %"
    return f"return of {UNKNOWN if threshold is None else f'{threshold:.6g}'}"


def steps_to_threshold_words(result: JsonObject) -> str | None:
    """`3,000 (median), reached by 5 of 5 seeds`, None without final trainings."""
    steps = figures_of_seeds(result, "steps_to_threshold")
    if not steps:
        return None
    reached, seeds = reached_words(result), "seed" if len(steps) == 1 else "seeds"
    return f"{median_steps_words(result)} (median), reached by {reached} {seeds}"


def reached_words(result: JsonObject) -> str:
    """How many final trainings reached the threshold: `4 of 5`."""
    steps = figures_of_seeds(result, "steps_to_threshold")
    return f"{sum(step is not None for step in steps)} of {len(steps)}"


def median_steps_words(result: JsonObject) -> str:
    """`3,000`; `never`, where half of the seeds or more never got there."""
    middle = number(result, "final", "steps_to_threshold_median")
    return "never" if middle is None else count_words(middle)


def seeds_words(result: JsonObject) -> str | None:
    """What each final network reached in its held-out episodes: `100 %, 98.0 %, 100 %`."""
    return ", ".join(map(_measure_words(result), _held_out(result))) or None


def seeds_range_words(result: JsonObject) -> str | None:
    """What the worst and the best of them reached: `98.0 % to 100 %`."""
    known = [figure for figure in _held_out(result) if figure is not None]
    ends = dict.fromkeys(map(_measure_words(result), (min(known), max(known)))) if known else {}
    return " to ".join(ends) or None


def _held_out(result: JsonObject) -> list[float | None]:
    name = "success_rates" if is_measured_by_success(result) else "return_means"
    return figures_of_seeds(result, f"held_out_{name}")


def _measure_words(result: JsonObject) -> Callable[[float | None], str]:
    return percent_words if is_measured_by_success(result) else score_words


def reward_lines(result: JsonObject) -> list[tuple[str, str]]:
    """The lines of a result that only a search for rewards has, and what is unknown left out."""
    if not is_about_rewards(result):
        return []
    lines = [
        ("reward", reward_words(result)),
        ("confinement", confinement_words(result)),
        ("drafts", drafts_words(result)),
        ("steps of the search", search_steps_words(result)),
        ("last evaluation", _over_seeds(result)),
        (f"steps to a {threshold_words(result)}", steps_to_threshold_words(result)),
        ("held-out, each seed", seeds_words(result)),
        ("final training broke", "; ".join(broken_finals(result)) or None),
        ("search score", search_score_words(result) if has_written_reward(result) else None),
    ]
    return [(label, words) for label, words in lines if words is not None]


def _over_seeds(result: JsonObject) -> str | None:
    words, seeds = last_evaluation_words(result), number(result, "final", "seeds")
    measure = "success" if is_measured_by_success(result) else "return"
    return None if words is None else f"{measure} {words}, mean over {count_words(seeds)} final seeds"
