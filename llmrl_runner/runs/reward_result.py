"""What kind of result.json a search for rewards left, and why it may have no score: method=reward_gen."""

from llmrl_runner.runs.lookup import JsonObject, number, section, value_at, word

WRITTEN = "llm"  # the reward that a model writes; others are arms to measure it against


def is_about_rewards(result: JsonObject) -> bool:
    """Whether a result is of trainings with a reward that was written, or stands in for one."""
    return word(result, "reward") is not None


def has_written_reward(result: JsonObject) -> bool:
    """Whether a model wrote it, so that there was a search among drafts."""
    return word(result, "reward") == WRITTEN


def untested_reward(result: JsonObject) -> str | None:
    """Why a finished run has no held-out score, None where it has one."""
    if broken := broken_finals(result):
        return f"the reward broke in {len(broken)} of {number(result, 'final', 'seeds') or 0:.0f} final trainings"
    if section(result, "final"):
        return None
    if not number(result, "iterations"):
        return "no iteration was completed"
    is_any_usable = number(result, "drafts", "usable")
    return "no draft was trained to the end" if is_any_usable else "no answer held a usable reward"


def broken_finals(result: JsonObject) -> list[str]:
    """What each final training broke on that did."""
    broken = value_at(result, "final", "broken")
    return [str(problem) for problem in broken] if isinstance(broken, list) else []


def figures_of_seeds(result: JsonObject, name: str) -> list[float | None]:
    """A list of result.json's `final`, a figure a seed; None where one isn't known."""
    found = value_at(result, "final", name)
    return [number({"figure": each}, "figure") for each in found] if isinstance(found, list) else []
