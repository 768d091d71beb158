"""A reward on potentials beside the environment's (Ng et al., 1999). Import this file where it is used."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from stable_baselines3.common.running_mean_std import RunningMeanStd
from stable_baselines3.common.vec_env import VecEnv, VecEnvWrapper

from llmrl_runner.envs.arrays import AnyArray, BoolArray, FloatArray
from llmrl_runner.rl.told_batch import ToldBatch
from llmrl_runner.rl.vec_env import BatchVecEnv, VecStep

LEAST = 1e-8  # of a spread


class ShapedVecEnv(VecEnvWrapper):
    """Adds gamma * phi(s') - phi(s) to each reward, phi(s') being 0 where the episode is over by its own rules.

    phi is the batch's potential, in units of `weight` spreads of the potentials so far. That unit changes as more of
    them are seen, and so it is kept what phi(s) was when s was reached: then the sum over an episode is what it would
    be with a fixed one (Devlin and Kudenko, 2012). Returns that the environments keep are without it.
    """

    def __init__(self, envs: VecEnv, gamma: float, weight: float) -> None:
        """envs: a BatchVecEnv of a ToldBatch."""
        super().__init__(envs)
        assert isinstance(envs, BatchVecEnv)
        assert isinstance(envs.batch, ToldBatch)
        self._batch, self._gamma, self._weight = envs.batch, gamma, weight
        self._seen = RunningMeanStd(shape=())
        self._before: FloatArray = np.zeros(envs.num_envs)

    def reset(self) -> AnyArray:
        """See VecEnv."""
        observations: AnyArray = self.venv.reset()  # type: ignore[assignment]
        self._before = self._unit() * self._batch.phi
        return observations

    def step_wait(self) -> VecStep:
        """See BatchVecEnv."""
        observations, rewards, ends, infos = self.venv.step_wait()
        reached = self._batch.phi_reached
        self._seen.update(reached)
        unit = self._unit()
        is_over = ends & ~_cut_off(ends, infos)
        bonus = self._gamma * unit * np.where(is_over, 0.0, reached) - self._before
        self._before = unit * self._batch.phi
        return observations, (rewards + bonus).astype(np.float32), ends, infos  # type: ignore[return-value]

    def see(self, potentials: FloatArray) -> None:
        """Take potentials (n,) into the unit that came up before the first step: few would make a poor one."""
        if len(potentials):
            self._seen.update(potentials)

    @property
    def state(self) -> dict[str, float]:
        """What a later stretch goes on with."""
        return {name: float(getattr(self._seen, name)) for name in ("mean", "var", "count")}

    @state.setter
    def state(self, kept: Mapping[str, Any]) -> None:
        self._seen.mean, self._seen.var = np.asarray(kept["mean"]), np.asarray(kept["var"])
        self._seen.count = float(kept["count"])

    def _unit(self) -> float:
        return self._weight / max(float(np.sqrt(self._seen.var)), LEAST) if self._seen.count >= 1 else self._weight


def _cut_off(ends: BoolArray, infos: list[dict[str, Any]]) -> BoolArray:
    """Where an episode would have gone on."""
    flags = np.zeros(len(ends), dtype=bool)
    for slot in np.flatnonzero(ends).tolist():
        flags[slot] = infos[slot]["TimeLimit.truncated"]
    return flags
