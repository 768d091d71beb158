"""PPO (Schulman et al., 2017) with three guards of a policy that it was given. Import this file where it is used.

Networks, buffer and checkpoints are Stable-Baselines3's; the update is our own, to be read like the algorithm. Without
guards it comes to the parameters that SB3's comes to. Its checkpoints open with SB3's own PPO.load.
"""

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from stable_baselines3.common.buffers import RolloutBuffer
from stable_baselines3.common.utils import explained_variance, update_learning_rate
from torch import Tensor
from torch.nn import functional
from torch.nn.utils import clip_grad_norm_

from llmrl_runner.rl.collecting_ppo import CollectingPPO
from llmrl_runner.rl.discrete_policy import frozen_logs, log_of, logs_and_values
from llmrl_runner.rl.guards import Guards, cloning_loss, kl_from

EPSILON = 1e-8  # added to the spread of advantages, as in SB3
UNSAVED = ("guards", "rates", "total_timesteps", "_last_obs", "_last_episode_starts", "_last_original_obs")

Figures = dict[str, Tensor]


@dataclass(frozen=True)
class Rollout:
    """n steps as SB3's buffer holds them: each a tensor (n, ...).

    given: the given policy's log-probabilities. weight: how often the policy would have taken each step, for once that
    it was taken; None where the policy itself took them all.
    """

    observations: Tensor
    actions: Tensor
    log_prob: Tensor
    advantages: Tensor
    returns: Tensor
    given: Tensor | None = None
    weight: Tensor | None = None

    def __len__(self) -> int:
        return len(self.returns)

    def rows(self, rows: Tensor) -> "Rollout":
        """The steps of these numbers (m,)."""
        columns: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        chosen = {name: column.index_select(0, rows) for name, column in columns.items() if column is not None}
        return replace(self, **chosen)


class GuidedPPO(CollectingPPO):
    """SB3's PPO with `guards`; its settings are those of SB3 that conf/training/guided_ppo.yaml names."""

    guards: Guards = Guards()
    rates: tuple[float, float] = (0.0, 0.0)  # Adam's step size at the beginning and at the end of the training
    total_timesteps: int = 1

    def train(self) -> None:
        """One update on the steps that were just collected."""
        self.policy.set_training_mode(True)
        self._set_learning_rate()
        rollout = self._guided(self._rollout())
        loss = self._value_loss if self.guards.warms_up(self.num_timesteps) else self._loss
        said: list[Figures] = []
        for _ in range(self.n_epochs):
            order = torch.from_numpy(np.random.permutation(len(rollout))).to(self.device)
            said += [self._descend(*loss(rollout.rows(rows))) for rows in torch.split(order, self.batch_size)]
            self._n_updates += 1
        self._record(said)

    def _loss(self, batch: Rollout) -> tuple[Tensor, Figures]:
        """The clipped surrogate, the value loss, the entropy; and the guards."""
        values, log_prob, entropy, log_probabilities = self._evaluate(batch)
        log_ratio = log_prob - batch.log_prob
        advantages = normalised(batch.advantages)
        if batch.weight is not None:
            advantages = advantages * batch.weight
        policy_loss = clipped_surrogate(log_ratio.exp(), advantages, self._clip)
        value_loss = functional.mse_loss(values, batch.returns)
        loss = policy_loss - self.ent_coef * entropy + self.vf_coef * value_loss
        figures = {"entropy_loss": -entropy, "value_loss": value_loss, "policy_gradient_loss": policy_loss}
        figures["approx_kl"] = approximate_kl(log_ratio.detach())
        held, more = self._held(batch, log_probabilities)
        return loss + held, figures | more

    def _held(self, batch: Rollout, log_probabilities: Tensor) -> tuple[Tensor, Figures]:
        """What holds the policy back: the guards that keep alive what it was given."""
        loss, figures = torch.zeros((), device=self.device), {}
        if batch.given is not None:
            figures["given_kl"] = kl_from(batch.given, log_probabilities)
            loss = loss + self.guards.kl_weight(self.num_timesteps) * figures["given_kl"]
        if weight := self.guards.clone_weight(self.num_timesteps):
            figures["cloning_loss"] = cloning_loss(self.policy, self.guards, self.batch_size)
            loss = loss + weight * figures["cloning_loss"]
        return loss, figures

    def _value_loss(self, batch: Rollout) -> tuple[Tensor, Figures]:
        """The value loss alone."""
        values = self.policy.predict_values(batch.observations).flatten()
        value_loss = functional.mse_loss(values, batch.returns)
        return self.vf_coef * value_loss, {"value_loss": value_loss}

    def _evaluate(self, batch: Rollout) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Values (n,), log-probabilities of the actions taken (n,), the mean entropy, and all log-probabilities."""
        if not isinstance(self.action_space, spaces.Discrete):
            values, log_prob, entropy = self.policy.evaluate_actions(batch.observations, batch.actions)
            assert entropy is not None
            return values.flatten(), log_prob, entropy.mean(), log_prob
        logs, values = logs_and_values(self.policy, batch.observations)
        return values, log_of(batch.actions, logs), -(logs.exp() * logs).sum(1).mean(), logs

    def _descend(self, loss: Tensor, figures: Figures) -> Figures:
        optimizer = self.policy.optimizer
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        clip_grad_norm_(optimizer.param_groups[0]["params"], self.max_grad_norm)
        optimizer.step()
        return {name: figure.detach() for name, figure in figures.items()}

    def _set_learning_rate(self) -> None:
        """In a line from the first to the last, over the steps of all stretches."""
        first, last = self.rates
        share = min(1.0, self.num_timesteps / self.total_timesteps)
        update_learning_rate(self.policy.optimizer, first + (last - first) * share)

    def _rollout(self) -> Rollout:
        """The buffer in the order in which SB3 shuffles it: environment by environment."""
        buffer, flat = self.rollout_buffer, RolloutBuffer.swap_and_flatten
        tensors = {name: torch.as_tensor(flat(getattr(buffer, name)), device=self.device) for name in COLUMNS.values()}
        rollout = Rollout(**{ours: tensors[theirs] for ours, theirs in COLUMNS.items()})
        numbers = {name: getattr(rollout, name).flatten() for name in ("log_prob", "advantages", "returns")}
        is_discrete = isinstance(self.action_space, spaces.Discrete)
        actions = rollout.actions.long().flatten() if is_discrete else rollout.actions.float()
        return replace(rollout, actions=actions, **numbers)

    def _guided(self, rollout: Rollout) -> Rollout:
        """With what the given policy says of each step, as long as that counts."""
        given = self.guards.given
        if given is None or not self.guards.kl_weight(self.num_timesteps):
            return rollout
        return replace(rollout, given=frozen_logs(given, rollout.observations))

    @property
    def _clip(self) -> float:
        clip: float = self.clip_range(self._current_progress_remaining)  # type: ignore[operator]
        return clip

    def _record(self, said: list[Figures]) -> None:
        """The means over the update's gradient steps, under SB3's names."""
        for name in said[0]:
            self.logger.record(f"train/{name}", float(torch.stack([figures[name] for figures in said]).mean()))
        values, returns = self.rollout_buffer.values.flatten(), self.rollout_buffer.returns.flatten()
        self.logger.record("train/explained_variance", explained_variance(values, returns))
        self.logger.record("train/n_updates", self._n_updates)

    def _excluded_save_params(self) -> list[str]:
        """No attribute of ours goes into a checkpoint, so that it opens where this package isn't installed."""
        return [*super()._excluded_save_params(), *UNSAVED]


COLUMNS = {
    "observations": "observations",
    "actions": "actions",
    "log_prob": "log_probs",
    "advantages": "advantages",
    "returns": "returns",
}


def clipped_surrogate(ratio: Tensor, advantages: Tensor, clip: float) -> Tensor:
    """The loss (Schulman et al., 2017, eq. 7): no gain beyond a ratio (n,) of new to old probability of 1 +- clip."""
    return -torch.min(advantages * ratio, advantages * ratio.clamp(1 - clip, 1 + clip)).mean()


def normalised(advantages: Tensor) -> Tensor:
    """With mean 0 and spread 1 (n,); a single one stays as it is."""
    return advantages if len(advantages) < 2 else (advantages - advantages.mean()) / (advantages.std() + EPSILON)


def approximate_kl(log_ratio: Tensor) -> Tensor:
    """KL(old || new) from the actions taken (n,) (Schulman, 2020, "Approximating KL divergence", k3)."""
    return (log_ratio.exp() - 1 - log_ratio).mean()
