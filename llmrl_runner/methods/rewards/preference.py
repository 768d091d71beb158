"""Whether a draft likes the better episodes more, told from stored episodes before anything is trained.

After the trajectory preference evaluation of CARD (Sun et al., 2024, "A large language model-driven reward code design
framework via dynamic feedback"): a reward that pays failed episodes more than successful ones needs no training.
"""

from typing import Literal

import numpy as np

from llmrl_runner.config.method_schema import ChecksConfig
from llmrl_runner.envs.arrays import BoolArray, FloatArray, IntArray
from llmrl_runner.methods.rewards.draft import Preference

PARTS = 3  # without success, the upper third of the episodes is compared with the lower third


def preference_of(
    rewards: FloatArray,
    episodes: IntArray,
    returns: FloatArray,
    successes: BoolArray | None,
    gamma: float,
    settings: ChecksConfig,
) -> Preference:
    """How well a draft's rewards tell good from bad episodes.

    rewards (n,): what the draft pays for stored steps. episodes (n,): which episode, 0 to k - 1, each step belongs to,
    an episode's steps in their order. returns (k,) and successes (k,), None where not defined: by the environment. It
    passes unless there are pairs enough, told apart by success where that is defined, and its share is below the floor.
    """
    own = discounted_returns(rewards, episodes, len(returns), gamma)
    better, worse, by = good_and_bad(returns, successes)
    counts = np.full((len(better), len(worse)), True) if by == "success" else _over(returns, better, worse) > 0
    liked = (np.sign(_over(own, better, worse)[counts]) + 1) / 2
    share = float(liked.mean()) if len(liked) else None
    # Where success is defined, but no episode of one kind was stored yet, the return among them says too little.
    is_telling = len(liked) >= settings.preference_pairs and (by == "success" or successes is None)
    passed = share is None or not is_telling or share >= settings.preference_floor
    return Preference(len(liked), share, rank_correlation(own, returns), by, passed)


def discounted_returns(rewards: FloatArray, episodes: IntArray, count: int, gamma: float) -> FloatArray:
    """The sum (k,) over each episode's steps of gamma^t * reward, t from 0; 0 for an episode without steps."""
    order = np.argsort(episodes, kind="stable")
    lengths = np.bincount(episodes, minlength=count)
    places = np.arange(len(order)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return np.bincount(episodes[order], gamma**places * rewards[order], minlength=count).astype(np.float64)


def good_and_bad(
    returns: FloatArray, successes: BoolArray | None
) -> tuple[IntArray, IntArray, Literal["success", "return"]]:
    """The successful and the failed episodes, by number; without both kinds the third of the highest returns and that
    of the lowest."""
    if successes is not None and successes.any() and not successes.all():
        return np.flatnonzero(successes), np.flatnonzero(~successes), "success"
    order, third = np.argsort(returns, kind="stable"), len(returns) // PARTS
    return order[len(order) - third :], order[:third], "return"


def rank_correlation(own: FloatArray, returns: FloatArray) -> float | None:
    """Kendall's tau-b of two returns (k,) each; None where one of them doesn't vary or is missing."""
    from scipy.stats import kendalltau

    if len(own) < 2 or np.ptp(own) == 0 or np.ptp(returns) == 0:
        return None
    return float(kendalltau(own, returns).statistic)


def _over(values: FloatArray, better: IntArray, worse: IntArray) -> FloatArray:
    """How much larger (b, w) each better episode's value is than each worse one's."""
    return values[better][:, None] - values[worse][None, :]
