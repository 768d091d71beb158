"""What keeps a policy alive that PPO was given, while it trains on. Import this file where it is used.

All three end after a stated number of environment steps.
"""

from dataclasses import dataclass

import numpy as np
import torch
from stable_baselines3.common.policies import ActorCriticPolicy
from torch import Tensor
from torch.nn import functional

from llmrl_runner.rl.discrete_policy import action_logits


@dataclass(frozen=True)
class Guards:
    """The given policy, demonstrations and how much each counts, as conf/training/guided_ppo.yaml says.

    given: a frozen policy, needed where kl_coef isn't 0. observations (t, ...) as the network takes them and
    actions (t,): the demonstrations, needed where clone_coef isn't 0.
    """

    critic_warmup_steps: int = 0
    kl_coef: float = 0.0
    kl_steps: int = 0
    clone_coef: float = 0.0
    clone_steps: int = 0
    given: ActorCriticPolicy | None = None
    observations: Tensor | None = None
    actions: Tensor | None = None

    def warms_up(self, steps: int) -> bool:
        """Whether an update after `steps` steps trains the value network alone.

        Its first values are wrong, and the policy would be spoilt by learning from them.
        """
        return steps <= self.critic_warmup_steps

    def kl_weight(self, steps: int) -> float:
        """The weight of `kl_from` after `steps` steps."""
        return annealed(self.kl_coef, steps, self.kl_steps) if self.given is not None else 0.0

    def clone_weight(self, steps: int) -> float:
        """The weight of `cloning_loss` after `steps` steps."""
        return annealed(self.clone_coef, steps, self.clone_steps) if self.observations is not None else 0.0


def annealed(weight: float, steps: int, total: int) -> float:
    """A weight that falls in a line to 0 over `total` steps."""
    return weight * max(0.0, 1.0 - steps / total) if total else 0.0


def kl_from(given: Tensor, log_probabilities: Tensor) -> Tensor:
    """The mean over rows of KL(given || policy), both as logs of probabilities (n, actions).

    In this direction it asks the policy to keep every action that the given one takes (VPT, Baker et al., 2022).
    """
    return functional.kl_div(log_probabilities, given, reduction="batchmean", log_target=True)


def cloning_loss(policy: ActorCriticPolicy, guards: Guards, batch_size: int) -> Tensor:
    """Cross-entropy of the policy on so many demonstrated steps, drawn with replacement."""
    assert guards.observations is not None
    assert guards.actions is not None
    rows = torch.from_numpy(np.random.randint(len(guards.actions), size=batch_size))
    return functional.cross_entropy(action_logits(policy, guards.observations[rows]), guards.actions[rows])
