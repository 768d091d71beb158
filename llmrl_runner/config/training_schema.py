"""What conf/training says."""

from dataclasses import dataclass, field

from omegaconf import MISSING

from llmrl_runner.config.limits import above, at_least, between


@dataclass
class PPOTrainingConfig:
    """How Stable-Baselines3's PPO trains a network: see rl/training.py."""

    total_steps: int = at_least(1)
    n_envs: int = between(1, 1024)
    n_steps: int = at_least(2)
    batch_size: int = at_least(2)
    n_epochs: int = at_least(1)
    learning_rate: float = above(0)
    gamma: float = field(default=MISSING, metadata={"above": 0, "at_most": 1})
    gae_lambda: float = between(0, 1)
    ent_coef: float = at_least(0)
    clip_range: float = above(0)
    net_arch: list[int] = MISSING
    normalize_observations: bool = MISSING
    normalize_rewards: bool = MISSING


@dataclass
class GuidedPPOTrainingConfig(PPOTrainingConfig):
    """PPO that goes on from a policy it was given: see rl/guided_ppo.py."""

    learning_rate_end: float = at_least(0)
    vf_coef: float = at_least(0)
    max_grad_norm: float = above(0)
    critic_warmup_steps: int = at_least(0)
    kl_coef: float = at_least(0)
    kl_steps: int = at_least(0)
    clone_coef: float = at_least(0)
    clone_steps: int = at_least(0)
    evaluate_every: int = at_least(1)
    evaluation_episodes: int = between(1, 10_000)


TRAINING_SCHEMAS: dict[str, type] = {"ppo_training": PPOTrainingConfig, "guided_ppo_training": GuidedPPOTrainingConfig}
