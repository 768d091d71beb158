"""What confining a written reward costs a training: SAC on FetchReach, beside the same with it in this process."""

import time
from typing import Any

import numpy as np

from llmrl_runner.config.composing import composed
from llmrl_runner.envs.network_batch import NetworkBatch, make_network_batch
from llmrl_runner.envs.reward_rows import make_reward_rows
from llmrl_runner.rl.off_policy import train_off_policy
from llmrl_runner.rl.paid_record import PaidRecord
from llmrl_runner.rl.rewarded_batch import RewardedBatch
from llmrl_runner.rl.rewards import Paid, Reward, Transitions
from llmrl_runner.rl.training import Stretch
from llmrl_runner.rl.written_reward import WrittenReward
from llmrl_runner.sandbox.program import Program
from llmrl_runner.sandbox.ways import find_way
from scripts.benchmarks.confinement import FUNCTION, SOURCE
from scripts.benchmarks.pairs import paired_medians

STEPS = 1_000
WORDS = ("method=reward_gen", "env=fetch_reach", "llm=random")


def measure(repeats: int) -> dict[str, Any]:
    """Seconds of a training with the reward in this process and with it confined, in turn, and their ratio."""
    with Program(SOURCE, FUNCTION, find_way("auto")) as program:
        inside, confined = InProcess(), WrittenReward(program)
        plain_s, confined_s = paired_medians(lambda: _train(inside), lambda: _train(confined), repeats)
    return {"in_process_s": plain_s, "confined_s": confined_s, "ratio": confined_s / plain_s, "limit_ratio": 1.03}


class InProcess:
    """The benchmark's reward, computed where the training is."""

    def __init__(self) -> None:
        names: dict[str, Any] = {}
        exec(SOURCE, names)
        self._function = names[FUNCTION]

    def pay(self, steps: Transitions) -> Paid:
        """See Reward."""
        rewards, components = self._function(
            steps.rows, steps.actions, steps.next_rows, {"terminated": steps.terminated}
        )
        return Paid(rewards, components)


def _train(reward: Reward) -> float:
    """Wall-clock seconds of a training from nothing."""
    config = composed(*WORDS)
    stretch = Stretch(None, STEPS, np.arange(STEPS), 0, "cpu")

    def make_batch(size: int) -> NetworkBatch:
        inside = make_network_batch(config.env, size)
        return RewardedBatch(inside, reward, make_reward_rows(config.env), PaidRecord(STEPS))

    started = time.perf_counter()
    train_off_policy(make_batch, config.training, stretch)
    return time.perf_counter() - started
