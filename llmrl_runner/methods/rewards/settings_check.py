"""Whether a configuration of `reward_gen` goes together, before anything is asked, trained or written."""

from contextlib import closing
from itertools import pairwise

from gymnasium import spaces

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.schema import Config
from llmrl_runner.config.training_schema import OffPolicyTrainingConfig, PPOTrainingConfig
from llmrl_runner.envs.environment import Environment
from llmrl_runner.envs.network import make_network_env
from llmrl_runner.envs.reward_rows import are_inputs, make_reward_rows
from llmrl_runner.methods.ppo import check_sizes
from llmrl_runner.methods.rewards.cluster import check_cluster
from llmrl_runner.methods.rewards.finals import MOST_BLOCKS, final_timesteps
from llmrl_runner.methods.rewards.trainings import budgets_of
from llmrl_runner.rl.arm_rewards import HER, arm_config, check_arm
from llmrl_runner.rl.checkpoints import torch_device
from llmrl_runner.rl.goals import Goals
from llmrl_runner.rl.off_policy_checks import check_goals, check_off_policy
from llmrl_runner.sandbox.ways import find_way

LLM = "llm"  # the arm that asks a model
OF_DRAFTS = {"tune": "none", "share_buffer": False, "warm_start": False}  # they do nothing for another arm


def check_reward_gen(config: Config, environment: Environment) -> None:
    """Raise ConfigError for the first thing that is wrong."""
    check_training(config)
    check_seeds(config)
    torch_device(config.device)
    if config.method.launcher == "submitit":
        check_cluster(config.method.submitit)
    if config.method.reward == LLM:
        check_budgets(config)
        check_written(config)
    else:
        check_given(config)


def check_training(config: Config) -> None:
    """Whether the training can act in the environment."""
    training = config.training
    if not isinstance(training, OffPolicyTrainingConfig | PPOTrainingConfig):
        raise ConfigError("training", "method=reward_gen needs training=sac, tqc, td3 or ppo")
    with closing(make_network_env(config.env)) as env:
        actions = env.action_space
    if isinstance(training, PPOTrainingConfig):
        check_sizes(training, 1)
    elif isinstance(actions, spaces.Box):
        check_off_policy(training, actions)
        check_learning(config, final_timesteps(config))
    else:
        problem = f"{config.env.id} has no continuous actions, which SAC, TQC and TD3 need; say training=ppo"
        raise ConfigError("training", problem)


def check_learning(config: Config, budget: int) -> None:
    """Whether a training of so many steps gets as far as learning anything."""
    first = config.training.learning_starts
    if budget <= first:
        raise ConfigError(
            "training.learning_starts", f"must be less than the {budget} steps of a training, got {first}"
        )


def check_seeds(config: Config) -> None:
    """Whether there are seeds for every training and its test."""
    method = config.method
    if method.iterations + method.final_seeds > MOST_BLOCKS:
        most = MOST_BLOCKS - method.iterations
        raise ConfigError("method.final_seeds", f"must be at most {most} with {method.iterations} iterations")
    if method.final_seeds > config.env.evaluation.held_out_episodes:
        problem = f"must be at most env.evaluation.held_out_episodes = {config.env.evaluation.held_out_episodes}"
        raise ConfigError("method.final_seeds", f"{problem}, which are dealt out to their networks")


# ------------------------------------------------------------------------------------------------- rewards by an LLM


def check_budgets(config: Config) -> None:
    """Whether budgets grow up to the whole, each by at least one round of steps."""
    method, rungs = config.method, list(config.method.halving.rungs)
    if not rungs or rungs != sorted(set(rungs)) or rungs[0] <= 0 or rungs[-1] != 1:
        raise ConfigError("method.halving.rungs", f"needs growing shares up to 1, such as [0.5, 1.0], got {rungs}")
    key = "method.shared.env_steps" if method.share_buffer else "method.halving.rungs"
    budgets, size = budgets_of(config), round_of(config)
    if any(later - before < size for before, later in pairwise([0, *budgets])):
        steps = ", ".join(map(str, budgets))
        raise ConfigError(key, f"makes budgets of {steps} steps, which have to grow by a round of {size} at least")
    if isinstance(config.training, OffPolicyTrainingConfig) and not method.share_buffer:
        check_learning(config, budgets[0])
    if method.tune == "cma" and method.cma.trainings < method.cma.population:
        problem = f"must be at least method.cma.population = {method.cma.population}, one generation"
        raise ConfigError("method.cma.trainings", problem)


def round_of(config: Config) -> int:
    """Steps that are taken between updates, over all environments: a training ends after a whole number of rounds."""
    training = config.training
    each = training.train_freq if isinstance(training, OffPolicyTrainingConfig) else training.n_steps
    return int(training.n_envs * each)


def check_written(config: Config) -> None:
    """Whether rewards can be written, and trained with, here."""
    find_way(config.sandbox)
    make_reward_rows(config.env)
    if config.method.share_buffer:
        check_shared(config)


def check_shared(config: Config) -> None:
    """Whether drafts can learn from each other's steps."""
    key, training = "method.share_buffer", config.training
    if not isinstance(training, OffPolicyTrainingConfig):
        raise ConfigError(key, "only SAC, TQC and TD3 learn from steps that others took")
    if not are_inputs(config.env):
        problem = f"needs a network that sees what the reward sees, and that of {config.env.name} sees something else"
        raise ConfigError(key, f"{problem} (env.network_wrapper, env.reward_rows, or observations that are no numbers)")


# ------------------------------------------------------------------------------------------- rewards that are there


def check_given(config: Config) -> None:
    """Whether there is such a reward, and nothing is asked for that only drafts have."""
    method = config.method
    if method.reward == HER:
        check_hindsight(config)
    check_arm(method.reward, config.env)
    make_network_env(arm_config(method.reward, config.env)).close()
    for name, nothing in OF_DRAFTS.items():
        if getattr(method, name) != nothing:
            raise ConfigError(f"method.{name}", f"is for drafts of an LLM, and reward={method.reward} has none")
    if config.llm.backend != "none":
        problem = f"reward={method.reward} asks no model: say llm=none instead of llm={config.llm.name}"
        raise ConfigError("llm", problem)


def check_hindsight(config: Config) -> None:
    """Whether the training can learn from goals that it did not mean to reach."""
    if not isinstance(config.training, OffPolicyTrainingConfig):
        raise ConfigError("training", "method.reward=her learns from stored steps: say training=sac, tqc or td3")
    with closing(Goals(config.env)) as goals:
        check_goals(config.training, goals)
