"""PPO that is advised while it trains: it follows advice now and then, or is pulled to it. Import it where it is used.

The advice stands in the observations (rl/told_batch.py), so that it is there whenever a step is learned from.
"""

from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import torch
from gymnasium import spaces
from stable_baselines3.common.buffers import RolloutBuffer
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.vec_env import VecEnv
from torch import Tensor

from llmrl_runner.rl.discrete_policy import frozen_logs, log_of
from llmrl_runner.rl.guards import annealed
from llmrl_runner.rl.guided_ppo import Figures, GuidedPPO, Rollout
from llmrl_runner.rl.text_features import readers

TINY = 1e-8  # the least probability whose log is taken


@dataclass(frozen=True)
class Advising:
    """What advice does to the learner; its weights fall in a line to 0 over so many environment steps.

    guide: the probability with which a step follows the advice (as in Jump-start and LLM4Teach). kl: the weight of the
    cross-entropy of the policy from the advice. first, actions: where in an observation the frequencies begin, and how
    many there are; the flag stands behind them.
    """

    first: int = 0
    actions: int = 0
    guide: float = 0.0
    guide_steps: int = 0
    kl: float = 0.0
    kl_steps: int = 0

    def of(self, observations: Tensor) -> tuple[Tensor, Tensor]:
        """The frequencies (n, actions) in observations (n, ...), and whether there are any (n, 1), 0 or 1."""
        last = self.first + self.actions
        return observations[:, self.first : last], observations[:, last : last + 1]


class AdvisedPPO(GuidedPPO):
    """GuidedPPO with `advising`.

    Steps that follow advice are drawn from a mixture of policy and advice. A step then counts as often as the policy
    itself would have taken it (importance weighting, with the old policy's probability over the mixture's), and PPO's
    ratio, of the new policy to the old one, is clipped as always. Played without advice, the network is the policy
    alone.
    """

    advising: Advising = Advising()
    _share: float = 0.0

    def collect_rollouts(
        self, env: VecEnv, callback: BaseCallback, rollout_buffer: RolloutBuffer, n_rollout_steps: int
    ) -> bool:
        """See CollectingPPO. How much is followed changes from one rollout to the next, and in none."""
        self._share = annealed(self.advising.guide, self.num_timesteps, self.advising.guide_steps)
        with ExitStack() as reading:
            for features in readers(self.policy):
                reading.enter_context(features.projecting_once())
            return super().collect_rollouts(env, callback, rollout_buffer, n_rollout_steps)

    def _seen(self, observations: Any) -> tuple[Tensor, Tensor]:
        logs, values = super()._seen(observations)
        if not self._share:
            return logs, values
        return self._mixed(logs, torch.as_tensor(observations, device=self.device)), values

    def _guided(self, rollout: Rollout) -> Rollout:
        """See GuidedPPO. The buffer has the mixture's probabilities; the policy is still the one that was mixed."""
        rollout = super()._guided(rollout)
        if not self._share:
            return rollout
        own = log_of(rollout.actions, frozen_logs(self.policy, rollout.observations))
        return replace(rollout, log_prob=own, weight=(own - rollout.log_prob).exp())

    def _held(self, batch: Rollout, log_probabilities: Tensor) -> tuple[Tensor, Figures]:
        """The guards; and the cross-entropy of the policy from the advice, over the steps that there is advice on."""
        loss, figures = super()._held(batch, log_probabilities)
        if not self.advising.actions or not isinstance(self.action_space, spaces.Discrete):
            return loss, figures
        advice, flag = self.advising.of(batch.observations)
        advised = flag.sum().clamp(min=1)
        figures["advice_cross_entropy"] = -(advice * log_probabilities * flag).sum() / advised
        figures["advice_agreement"] = (advice * log_probabilities.exp() * flag).sum() / advised
        weight = annealed(self.advising.kl, self.num_timesteps, self.advising.kl_steps)
        return (loss + weight * figures["advice_cross_entropy"] if weight else loss), figures

    def _mixed(self, logs: Tensor, observations: Tensor) -> Tensor:
        """The logs (n, actions) of policy and advice together."""
        advice, flag = self.advising.of(observations)
        share = self._share * flag
        return torch.log(((1 - share) * logs.exp() + share * advice).clamp(min=TINY))

    def _excluded_save_params(self) -> list[str]:
        return [*super()._excluded_save_params(), "advising", "_share"]
