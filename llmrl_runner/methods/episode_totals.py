"""What a round of acted episodes came to: returns, lengths, and how the answers were."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from llmrl_runner.answers.shortening import is_longer
from llmrl_runner.config.environment_schema import SuccessConfig
from llmrl_runner.envs.arrays import IntArray
from llmrl_runner.methods.acting import Acting
from llmrl_runner.rl.evaluation import success_figures
from llmrl_runner.rl.intervals import mean_interval
from llmrl_runner.rl.rollout import EpisodeScores, joined_scores, successes

NO_ANSWERS = {"answers": 0, "invalid_answers": 0, "invalid_rate": None}  # before any round is complete


@dataclass(frozen=True)
class Totals:
    """What n episodes came to, of which `cut_short` met max_steps, and how their m answers were."""

    seeds: IntArray
    scores: EpisodeScores
    cut_short: int
    answers: int
    invalid: dict[str, int]
    empty_thoughts: int
    long_thoughts: int

    @property
    def invalid_answers(self) -> int:
        """How many could not be used, of whatever kind."""
        return sum(self.invalid.values())


def totals_of(episodes: Sequence[Acting], success: SuccessConfig, asks_for_thought: bool, thought_words: int) -> Totals:
    """The sums over a round.

    A thought counts as empty only where the scaffold asks for one. An episode that `max_steps` cut off is no success,
    whatever its return: where every step costs, stopping early would look good.
    """
    moves = [move for episode in episodes for move in episode.moves]
    usable = [move for move in moves if move.is_valid]
    returns = np.array([episode.episode_return for episode in episodes])
    lengths = np.array([episode.stage.steps for episode in episodes], dtype=np.int64)
    last_rewards = np.array([episode.moves[-1].rewards[-1] for episode in episodes])
    is_whole = np.array([not episode.stage.is_cut_short for episode in episodes])
    reached = successes(returns, last_rewards, success)
    return Totals(
        seeds=np.array([episode.seed for episode in episodes], dtype=np.int64),
        scores=EpisodeScores(returns, lengths, None if reached is None else reached & is_whole),
        cut_short=int((~is_whole).sum()),
        answers=len(moves),
        invalid=dict(Counter(move.kind for move in moves if not move.is_valid)),
        empty_thoughts=sum(not move.thought for move in usable) if asks_for_thought else 0,
        long_thoughts=sum(is_longer(move.thought, thought_words) for move in usable),
    )


def joined(rounds: Sequence[Totals]) -> Totals:
    """Several rounds as one."""
    kinds: Counter[str] = Counter()
    for each in rounds:
        kinds.update(each.invalid)
    return Totals(
        seeds=np.concatenate([each.seeds for each in rounds]),
        scores=joined_scores([each.scores for each in rounds]),
        cut_short=sum(each.cut_short for each in rounds),
        answers=sum(each.answers for each in rounds),
        invalid=dict(kinds),
        empty_thoughts=sum(each.empty_thoughts for each in rounds),
        long_thoughts=sum(each.long_thoughts for each in rounds),
    )


def figures(totals: Totals) -> dict[str, Any]:
    """For metrics.json."""
    scores = totals.scores
    return {
        "return_mean": float(scores.returns.mean()),
        "return_ci95": mean_interval(scores.returns),
        **success_figures(scores),
        "length_mean": float(scores.lengths.mean()),
        "played_episodes": len(scores),
        "cut_short_episodes": totals.cut_short,
        **answer_counts(totals),
    }


def answer_counts(totals: Totals) -> dict[str, Any]:
    """How the answers were: for metrics.json and result.json."""
    return {
        "answers": totals.answers,
        "invalid_answers": totals.invalid_answers,
        "invalid_rate": totals.invalid_answers / totals.answers if totals.answers else None,
        "invalid_kinds": totals.invalid,
        "empty_thoughts": totals.empty_thoughts,
        "long_thoughts": totals.long_thoughts,
    }
