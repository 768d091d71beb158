"""What conf/training says."""

from dataclasses import dataclass, field

from omegaconf import MISSING

from llmrl_runner.config.limits import above, at_least, between, one_of


@dataclass
class TrainingConfig:
    """What every training of a network has: see rl/training.py."""

    total_timesteps: int = at_least(1)
    n_envs: int = between(1, 1024)
    batch_size: int = at_least(2)
    learning_rate: float = above(0)
    gamma: float = field(default=MISSING, metadata={"above": 0, "at_most": 1})
    net_arch: list[int] = MISSING
    normalize_observations: bool = MISSING
    normalize_rewards: bool = MISSING
    evaluate_every: int = at_least(1)
    evaluation_episodes: int = between(1, 10_000)


@dataclass
class PPOTrainingConfig(TrainingConfig):
    """How Stable-Baselines3's PPO trains a network."""

    n_steps: int = at_least(2)
    n_epochs: int = at_least(1)
    gae_lambda: float = between(0, 1)
    ent_coef: float = at_least(0)
    clip_range: float = above(0)


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


@dataclass
class OffPolicyTrainingConfig(TrainingConfig):
    """What Stable-Baselines3's SAC, TQC and TD3 have in common: see rl/off_policy.py."""

    algorithm: str = one_of("sac", "tqc", "td3", "dqn")
    learning_starts: int = at_least(0)
    buffer_size: int = at_least(1)
    train_freq: int = at_least(1)
    gradient_steps: int = at_least(1)
    tau: float = field(default=MISSING, metadata={"above": 0, "at_most": 1})


@dataclass
class SACTrainingConfig(OffPolicyTrainingConfig):
    """Soft actor-critic (Haarnoja et al., 2018)."""

    ent_coef: str = MISSING  # a number, auto, or auto_0.1 with the value that it begins with
    use_sde: bool = MISSING


@dataclass
class TQCTrainingConfig(SACTrainingConfig):
    """Truncated quantile critics (Kuznetsov et al., 2020)."""

    top_quantiles_to_drop_per_net: int = at_least(0)


@dataclass
class TD3TrainingConfig(OffPolicyTrainingConfig):
    """Twin delayed DDPG (Fujimoto et al., 2018)."""

    action_noise: float = at_least(0)
    policy_delay: int = at_least(1)


@dataclass
class DQNTrainingConfig(OffPolicyTrainingConfig):
    """Deep Q-network (Mnih et al., 2015)."""

    exploration_fraction: float = field(default=MISSING, metadata={"above": 0, "at_most": 1})
    exploration_final_eps: float = between(0, 1)
    target_update_interval: int = at_least(1)


TRAINING_SCHEMAS: dict[str, type] = {
    "ppo_training": PPOTrainingConfig,
    "guided_ppo_training": GuidedPPOTrainingConfig,
    "sac_training": SACTrainingConfig,
    "tqc_training": TQCTrainingConfig,
    "td3_training": TD3TrainingConfig,
    "dqn_training": DQNTrainingConfig,
}
