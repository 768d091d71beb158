"""Tiles of a run about rewards: what was drafted, what held it, and what the final seeds came to."""

from collections.abc import Iterator

from llmrl_runner.report.reading import RunRecord
from llmrl_runner.report.tiles import Tile
from llmrl_runner.runs.lookup import number, word
from llmrl_runner.runs.reward_result import broken_finals, has_written_reward
from llmrl_runner.runs.reward_wording import (
    REWARD_WORDS,
    drafts_words,
    is_measured_by_success,
    is_unconfined,
    last_evaluation_words,
    median_steps_words,
    reached_words,
    search_score_words,
    search_steps_words,
    seeds_range_words,
    threshold_words,
)
from llmrl_runner.runs.wording import count_words, held_out_score

SEARCH_NOTE = "of the best draft, chosen for being high: not a result"


def search_tiles(run: RunRecord) -> list[Tile]:
    """The reward, and the search for it where there was one."""
    return [*_reward_tiles(run), *_draft_tiles(run)] if run.is_about_rewards else []


def _reward_tiles(run: RunRecord) -> Iterator[Tile]:
    reward = word(run.result, "reward") or word(run.config, "method", "reward") or ""
    yield Tile("Reward", reward, REWARD_WORDS.get(reward, ""))
    if confined := word(run.result, "sandbox"):
        bad = "code that a model wrote ran UNCONFINED"
        note = bad if is_unconfined(run.result) else "what held the code that a model wrote"
        yield Tile("Confinement", confined, note, "bad" if is_unconfined(run.result) else "")


def _draft_tiles(run: RunRecord) -> Iterator[Tile]:
    if has_written_reward(run.result):
        yield Tile(
            "Drafts",
            count_words(number(run.result, "drafts", "asked")),
            (drafts_words(run.result) or "").partition(", ")[2],
        )
        steps = count_words(number(run.result, "drafts", "env_steps"))
        yield Tile("Steps of the search", steps, (search_steps_words(run.result) or "").partition(", ")[2])
        yield Tile("Search score", search_score_words(run.result).rpartition(": ")[2], SEARCH_NOTE)
    elif run.drafts:
        yield Tile("Drafts so far", count_words(len(run.drafts)))


def final_tiles(run: RunRecord) -> list[Tile]:
    """What the fresh seeds came to."""
    return list(_final_tiles(run)) if last_evaluation_words(run.result) or broken_finals(run.result) else []


def _final_tiles(run: RunRecord) -> Iterator[Tile]:
    result = run.result
    measure = "success" if is_measured_by_success(result) else "return"
    seeds = count_words(number(result, "final", "seeds"))
    if last := last_evaluation_words(result):
        yield Tile("Last evaluation", last, f"{measure}, mean over {seeds} final seeds")
    if number(result, "final", "threshold") is not None:
        middle, reached = median_steps_words(result), reached_words(result)
        yield Tile(f"Steps to a {threshold_words(result)}", middle, f"median; {reached} seeds reached it")
    if ends := seeds_range_words(result):
        yield Tile("Final seeds", ends, f"{measure} of the worst and the best in its held-out episodes")
    if measure == "success":
        yield Tile("Held-out return", held_out_score(result), "by the environment's own reward")
    if broken := broken_finals(result):
        yield Tile("Broke", f"{len(broken)} of {seeds}", "; ".join(broken), "bad")
