"""Behaviour cloning (Pomerleau, 1991): a policy network learns the actions of demonstrations, step by step."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from gymnasium import spaces
from numpy.random import Generator

from llmrl_runner.config.method_schema import CloningConfig
from llmrl_runner.envs.arrays import AnyArray, FloatArray, IntArray
from llmrl_runner.rl.checkpoints import on_one_thread
from llmrl_runner.rl.scales import scaled

if TYPE_CHECKING:
    from stable_baselines3 import PPO
    from torch import Tensor
    from torch.nn import Parameter

End = Literal["epochs", "patience", "success"]


@dataclass(frozen=True)
class Pairs:
    """Demonstrated steps: observations (t, ...) as the environment gives them to a network, actions (t,), and which
    episode (t,) each belongs to."""

    observations: AnyArray
    actions: IntArray
    episodes: IntArray

    def __len__(self) -> int:
        return len(self.actions)

    @property
    def n_episodes(self) -> int:
        """How many episodes they come from."""
        return len(np.unique(self.episodes))

    def part(self, rows: AnyArray) -> "Pairs":
        """The steps of these rows."""
        return Pairs(self.observations[rows], self.actions[rows], self.episodes[rows])


@dataclass(frozen=True)
class Cloned:
    """What a cloning came to.

    loss, entropy, accuracy (epochs,): cross-entropy and the policy's entropy in nats, and the share of actions that
    were its most likely ones, over an epoch's steps while it learned from them. held_out_loss, held_out_accuracy
    (epochs,): after each epoch, None where nothing was held out. best_epoch: whose network was kept, from 1 on; 0 where
    none was better than the network that it began with. ended_by: all epochs, patience, or success. success: what the
    last look at it saw, None where there was none. pairs, episodes: how many it learned from.
    """

    loss: FloatArray
    entropy: FloatArray
    accuracy: FloatArray
    held_out_loss: FloatArray | None
    held_out_accuracy: FloatArray | None
    best_epoch: int
    ended_by: End
    success: float | None
    pairs: int
    held_out_pairs: int
    episodes: int
    held_out_episodes: int

    @property
    def epochs(self) -> int:
        """How many were gone through."""
        return len(self.loss)


def clone(
    model: "PPO",
    pairs: Pairs,
    settings: CloningConfig,
    seed: int,
    success_of: Callable[["PPO"], float] | None = None,
) -> Cloned:
    """Train the policy network of `model` on `pairs`; its value network and its optimiser stay as they are.

    The network that told held-out episodes' actions best is kept; where none is held out, the last. success_of plays
    the network and says in which share it succeeds; it is asked where the settings have a success_threshold. The same
    arguments come to the same network, whatever random numbers were drawn before. Raises ValueError for no pairs, or
    actions that the network doesn't have.
    """
    _check(model, pairs)
    on_one_thread()
    rng = np.random.default_rng(seed)
    rest, held_out = split(pairs, settings.held_out_share, rng)
    lesson = _Lesson(model, settings, rest, held_out, rng)
    lesson.learn(success_of if settings.success_threshold is not None else None)
    told, tested = np.array(lesson.told).reshape(-1, 3), np.array(lesson.tested).reshape(-1, 3)
    return Cloned(
        loss=told[:, 0],
        entropy=told[:, 1],
        accuracy=told[:, 2],
        held_out_loss=tested[:, 0] if len(held_out) else None,
        held_out_accuracy=tested[:, 2] if len(held_out) else None,
        best_epoch=lesson.best_epoch,
        ended_by=lesson.ended_by,
        success=lesson.success,
        pairs=len(rest),
        held_out_pairs=len(held_out),
        episodes=rest.n_episodes,
        held_out_episodes=held_out.n_episodes,
    )


def split(pairs: Pairs, held_out_share: float, rng: Generator) -> tuple[Pairs, Pairs]:
    """The pairs to learn from and those held out: whole episodes, at least one of each where there are two.

    Nothing is held out of a single episode, or where the share is 0.
    """
    episodes = rng.permutation(np.unique(pairs.episodes))
    wanted = min(max(1, round(held_out_share * len(episodes))), len(episodes) - 1) if held_out_share > 0 else 0
    is_held_out = np.isin(pairs.episodes, episodes[:wanted])
    return pairs.part(~is_held_out), pairs.part(is_held_out)


class _Lesson:
    """One cloning under way; told, tested: loss, entropy and accuracy of each epoch."""

    def __init__(self, model: "PPO", settings: CloningConfig, rest: Pairs, held_out: Pairs, rng: Generator) -> None:
        import torch

        self._model, self._settings, self._rng = model, settings, rng
        self._shown, self._held_out = _tensors(model, rest), _tensors(model, held_out)
        self._parameters = _policy_parameters(model)
        options = {"lr": settings.learning_rate, "weight_decay": settings.weight_decay, "fused": True}
        self._optimiser = torch.optim.AdamW(self._parameters, **options)  # type: ignore[arg-type]
        self.told: list[list[float]] = []
        self.tested: list[list[float]] = []
        self.ended_by: End = "epochs"
        self.success: float | None = None
        self.best_epoch, self._least = 0, self._test()[0]
        self._best = self._weights()

    def learn(self, success_of: Callable[["PPO"], float] | None) -> None:
        """Epoch by epoch until one of the ends; the network is then the one to keep."""
        for epoch in range(1, self._settings.epochs + 1):
            self.told.append(self._epoch())
            self.tested.append(self._test())
            self._keep_better(epoch)
            if success_of is not None and epoch % self._settings.success_every == 0 and self._succeeds(success_of):
                self.best_epoch, self.ended_by = epoch, "success"
                return
            if epoch - self.best_epoch >= self._settings.patience:
                self.ended_by = "patience"
                break
        self._restore_best()

    def _epoch(self) -> list[float]:
        """One pass over the steps, in an order of its own."""
        import torch

        observations, actions = self._shown
        sums = torch.zeros(3, device=observations.device)
        for rows in torch.split(torch.from_numpy(self._rng.permutation(len(actions))), self._settings.batch_size):
            loss, entropy, accuracy = _judged(self._model, observations[rows], actions[rows])
            self._optimiser.zero_grad()
            torch.autograd.backward(loss - self._settings.ent_coef * entropy)
            self._optimiser.step()
            sums += len(rows) * torch.stack([loss.detach(), entropy.detach(), accuracy])
        means: list[float] = (sums / len(actions)).tolist()
        return means

    def _test(self) -> list[float]:
        """Loss, entropy and accuracy on what is held out; infinite where nothing is."""
        import torch

        if not len(self._held_out[1]):
            return [float("inf")] * 3
        with torch.no_grad():
            return [float(figure) for figure in _judged(self._model, *self._held_out)]

    def _keep_better(self, epoch: int) -> None:
        """Where nothing is held out, the last network counts as the best."""
        loss = self.tested[-1][0]
        if loss < self._least or not len(self._held_out[1]):
            self.best_epoch, self._least, self._best = epoch, loss, self._weights()

    def _succeeds(self, success_of: Callable[["PPO"], float]) -> bool:
        self.success = success_of(self._model)
        return self.success >= (self._settings.success_threshold or 0.0)

    def _weights(self) -> list["Tensor"]:
        return [parameter.detach().clone() for parameter in self._parameters]

    def _restore_best(self) -> None:
        for parameter, weights in zip(self._parameters, self._best, strict=True):
            parameter.data.copy_(weights)


def _judged(model: "PPO", observations: "Tensor", actions: "Tensor") -> tuple["Tensor", "Tensor", "Tensor"]:
    """Cross-entropy, entropy of the policy and share of actions (n,) that are its most likely ones."""
    from torch.nn import functional

    from llmrl_runner.rl.discrete_policy import action_logits

    logs = functional.log_softmax(action_logits(model.policy, observations), dim=1)
    entropy = -(logs.exp() * logs).sum(1).mean()
    return functional.nll_loss(logs, actions), entropy, (logs.argmax(1) == actions).float().mean()


def _policy_parameters(model: "PPO") -> list["Parameter"]:
    """Those that decide actions, without the value network's own. What both read by counts as the policy's."""
    policy = model.policy
    parts = (policy.pi_features_extractor, policy.mlp_extractor.policy_net, policy.action_net)
    return [parameter for part in parts for parameter in part.parameters() if parameter.requires_grad]


def _tensors(model: "PPO", pairs: Pairs) -> tuple["Tensor", "Tensor"]:
    import torch

    observations = torch.as_tensor(scaled(model, pairs.observations), device=model.device)
    return observations, torch.as_tensor(pairs.actions, dtype=torch.int64, device=model.device)


def _check(model: "PPO", pairs: Pairs) -> None:
    space = model.action_space
    if not isinstance(space, spaces.Discrete):
        raise ValueError(f"only a network that chooses one action out of several can be cloned into, not {space}")
    if not len(pairs):
        raise ValueError("there are no demonstrated steps to clone")
    if pairs.actions.min() < 0 or pairs.actions.max() >= space.n:
        bounds = f"{pairs.actions.min()} to {pairs.actions.max()}"
        raise ValueError(f"demonstrated actions must be in [0, {space.n}), got {bounds}")
