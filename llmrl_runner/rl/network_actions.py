"""The actions of a network for many observations at once: its most likely ones, or drawn ones."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from gymnasium import spaces

from llmrl_runner.envs.arrays import AnyArray, BoolArray, IntArray
from llmrl_runner.rl.inputs import inputs

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm
    from stable_baselines3.common.policies import ActorCriticPolicy

Chooser = Callable[[AnyArray, BoolArray, IntArray], AnyArray]


def chooser(model: "BaseAlgorithm") -> Chooser:
    """Actions (m, ...) on a batch's observations (m, ...), the most likely where `greedy` (m,) says so, else drawn.

    Which episode (m,) each observation is of tells a policy that remembers what to go on with. A policy that draws
    nothing (TD3's) gives the same either way.
    """
    from stable_baselines3.common.policies import ActorCriticPolicy

    if hasattr(model.policy, "lstm_actor"):
        return RecurrentChooser(model)
    if not isinstance(model.policy, ActorCriticPolicy):
        return _by_prediction(model)
    if isinstance(model.action_space, spaces.Discrete):
        return _of_numbers(model, model.policy)
    return _by_distribution(model, model.policy)


@contextmanager
def own_noise(model: "BaseAlgorithm") -> Iterator[None]:
    """A stretch in which noise that depends on the state may be drawn; the training then goes on with its own."""
    if not model.use_sde:
        yield
        return
    noise: Any = getattr(model.policy, "actor", model.policy).action_dist
    kept = noise.exploration_mat, noise.exploration_matrices
    try:
        yield
    finally:
        noise.exploration_mat, noise.exploration_matrices = kept


def _of_numbers(model: "BaseAlgorithm", policy: "ActorCriticPolicy") -> Chooser:
    import torch

    from llmrl_runner.rl.discrete_policy import drawn, frozen_logs

    def choose(observations: AnyArray, greedy: BoolArray, episodes: IntArray) -> AnyArray:
        logs = frozen_logs(policy, torch.as_tensor(inputs(model, observations), device=policy.device))
        actions: AnyArray = logs.argmax(dim=1).cpu().numpy()
        return actions if greedy.all() else np.where(greedy, actions, drawn(logs).cpu().numpy())

    return choose


def _by_distribution(model: "BaseAlgorithm", policy: "ActorCriticPolicy") -> Chooser:
    import torch

    space = model.action_space

    def choose(observations: AnyArray, greedy: BoolArray, episodes: IntArray) -> AnyArray:
        seen = torch.as_tensor(inputs(model, observations), device=policy.device)
        distribution = policy.get_distribution(seen)
        actions: AnyArray = distribution.mode().cpu().numpy()
        if not greedy.all():
            actions[~greedy] = distribution.sample().cpu().numpy()[~greedy]
        return np.clip(actions, space.low, space.high) if isinstance(space, spaces.Box) else actions

    return choose


def _by_prediction(model: "BaseAlgorithm") -> Chooser:
    def choose(observations: AnyArray, greedy: BoolArray, episodes: IntArray) -> AnyArray:
        seen = inputs(model, observations)
        if greedy.all():
            return model.predict(seen, deterministic=True)[0]
        if model.use_sde:
            model.policy.reset_noise(len(observations))  # type: ignore[operator]
        actions, _ = model.predict(seen, deterministic=False)
        if greedy.any():
            actions[greedy] = model.predict(seen, deterministic=True)[0][greedy]
        return actions

    return choose


class RecurrentChooser:
    """The chooser of a policy that remembers (sb3-contrib's RecurrentPPO); an episode that is new to it starts anew."""

    def __init__(self, model: "BaseAlgorithm") -> None:
        self._model, self._policy = model, cast(Any, model.policy)
        self._states: dict[int, tuple[AnyArray, AnyArray]] = {}

    def __call__(self, observations: AnyArray, greedy: BoolArray, episodes: IntArray) -> AnyArray:
        """See Chooser."""
        seen = inputs(self._model, observations)
        actions: list[Any] = [None] * len(seen)
        for is_greedy in (True, False):
            rows = np.flatnonzero(greedy == is_greedy)
            if len(rows):
                for row, action in zip(rows.tolist(), self._act(seen[rows], episodes[rows], is_greedy), strict=True):
                    actions[row] = action
        return np.stack(actions)

    def _act(self, seen: AnyArray, episodes: IntArray, is_greedy: bool) -> AnyArray:
        known = episodes.tolist()
        starts = np.array([episode not in self._states for episode in known])
        shape = self._policy.lstm_hidden_state_shape
        nothing = np.zeros((shape[0], shape[2]), dtype=np.float32)
        before = [self._states.get(episode, (nothing, nothing)) for episode in known]
        state = tuple(np.stack(part, axis=1) for part in zip(*before, strict=True))
        actions, after = self._policy.predict(seen, state, starts, deterministic=is_greedy)
        self._states |= {episode: (after[0][:, k], after[1][:, k]) for k, episode in enumerate(known)}
        return np.asarray(actions)
