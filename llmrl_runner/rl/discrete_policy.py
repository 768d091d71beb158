"""What SB3's policy network says where an action is one number, without the distributions that SB3 builds around it.

Import this file where it is used.
"""

import torch
from stable_baselines3.common.policies import ActorCriticPolicy
from torch import Tensor
from torch.nn import functional


def action_logits(policy: ActorCriticPolicy, observations: Tensor) -> Tensor:
    """Of each action (n, actions), on observations (n, ...), before the softmax."""
    features = policy.extract_features(observations, policy.pi_features_extractor)
    assert isinstance(features, Tensor)
    logits: Tensor = policy.action_net(policy.mlp_extractor.forward_actor(features))
    return logits


def logs_and_values(policy: ActorCriticPolicy, observations: Tensor) -> tuple[Tensor, Tensor]:
    """The logs of all actions' probabilities (n, actions), and the value network's values (n,)."""
    latent_pi, latent_vf = policy.mlp_extractor(policy.extract_features(observations))
    return functional.log_softmax(policy.action_net(latent_pi), dim=1), policy.value_net(latent_vf).flatten()


def frozen_logs(policy: ActorCriticPolicy, observations: Tensor) -> Tensor:
    """The logs of all actions' probabilities (n, actions); nothing is learned through them."""
    with torch.no_grad():
        return functional.log_softmax(action_logits(policy, observations), dim=1)


def log_of(actions: Tensor, logs: Tensor) -> Tensor:
    """The logs of these actions' (n,) probabilities (n,), out of those of all actions (n, actions)."""
    return logs.gather(1, actions[:, None]).squeeze(1)


def drawn(logs: Tensor) -> Tensor:
    """An action a row (n,), drawn by the logs of all actions' probabilities (n, actions)."""
    return torch.multinomial(logs.exp(), 1).squeeze(1)
