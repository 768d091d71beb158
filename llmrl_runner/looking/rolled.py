"""Episodes that were played again, beside what the run kept of them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich import box
from rich.table import Table
from rich.text import Text

from llmrl_runner.runs.held_out import PlayedEpisode
from llmrl_runner.runs.lookup import JsonObject, number
from llmrl_runner.runs.wording import count_words, held_out_score, score_words

TOLERANCE = 1e-6  # relative: how far a return may be off that is the same but for rounding
REACHED = {None: "-", True: "yes", False: "no"}
MOST_ROWS = 20
SAME, OTHERWISE, UNKEPT = "the same", "otherwise", "not kept"


@dataclass(frozen=True)
class Agreement:
    """Whether what was played came out as the run has it, in a line; `is_otherwise` where it clearly did not."""

    words: str
    is_otherwise: bool


def episodes_table(played: Sequence[PlayedEpisode], kept: Sequence[PlayedEpisode]) -> Table:
    """The first episodes that were played, a row each, and whether the run's held_out.csv has the same of them."""
    known = _by_seed(kept)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("seed", "return", "steps", "success"):
        table.add_column(heading, justify="right")
    table.add_column("in the run")
    for episode in played[:MOST_ROWS]:
        row = [str(episode.seed), score_words(episode.episode_return), str(episode.length), REACHED[episode.is_success]]
        table.add_row(*map(Text, [*row, _beside(episode, known.get(episode.seed))]))
    return table


def agreement(played: Sequence[PlayedEpisode], kept: Sequence[PlayedEpisode], result: JsonObject) -> Agreement:
    """What is to be said of episodes that were played, against held_out.csv, else the mean in result.json."""
    known = _by_seed(kept)
    compared = [(episode, known[episode.seed]) for episode in played if episode.seed in known]
    if compared:
        same = sum(_is_same(*pair) for pair in compared)
        many = count_words(len(compared))
        if same == len(compared):
            return Agreement(f"all {many} came out as in the run's own held-out test", False)
        return Agreement(f"{len(compared) - same} of {many} came out otherwise than in the run's held-out test", True)
    return _against_the_mean(played, result)


def _against_the_mean(played: Sequence[PlayedEpisode], result: JsonObject) -> Agreement:
    mean, episodes, first = (number(result, "held_out", key) for key in ("return_mean", "episodes", "seeds_first"))
    if mean is None or first is None:
        return Agreement("the run has no held-out test of this to hold them to", False)
    if len(played) == episodes and played[0].seed == first:
        ours = sum(episode.episode_return for episode in played) / len(played)
        if math.isclose(ours, mean, rel_tol=TOLERANCE, abs_tol=TOLERANCE):
            return Agreement(f"their mean return is the run's own held-out return, {score_words(mean)}", False)
        return Agreement(f"their mean return is {score_words(ours)}, and the run's {score_words(mean)}", True)
    words = f"the run kept none of these episodes by itself; its held-out return is {held_out_score(result)} over"
    return Agreement(f"{words} {count_words(episodes)} episodes (--episodes all plays them)", False)


def _by_seed(episodes: Sequence[PlayedEpisode]) -> Mapping[int, PlayedEpisode]:
    return {episode.seed: episode for episode in episodes}


def _beside(episode: PlayedEpisode, kept: PlayedEpisode | None) -> str:
    if kept is None:
        return UNKEPT
    if _is_same(episode, kept):
        return SAME
    return f"{OTHERWISE}: return {score_words(kept.episode_return)} in {kept.length} steps"


def _is_same(one: PlayedEpisode, other: PlayedEpisode) -> bool:
    is_near = math.isclose(one.episode_return, other.episode_return, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return is_near and (one.length, one.is_success) == (other.length, other.is_success)
