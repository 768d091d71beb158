"""Whether a configuration of `reward_gen` goes together, before anything is asked, trained or written."""

from contextlib import closing

from gymnasium import spaces

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.schema import Config
from llmrl_runner.config.training_schema import OffPolicyTrainingConfig, PPOTrainingConfig
from llmrl_runner.envs.environment import Environment
from llmrl_runner.envs.network import make_network_env
from llmrl_runner.methods.final_trainings import MOST_BLOCKS
from llmrl_runner.methods.ppo import check_sizes
from llmrl_runner.rl.checkpoints import torch_device
from llmrl_runner.sandbox.ways import find_way

LLM = "llm"  # the arm that asks a model


def check_reward_gen(config: Config, environment: Environment) -> None:
    """Raise ConfigError for the first thing that is wrong."""
    check_training(config)
    check_budgets(config)
    torch_device(config.device)
    if config.method.reward == LLM:
        check_written(config)
    elif config.llm.backend != "none":
        problem = f"reward={config.method.reward} asks no model: say llm=none instead of llm={config.llm.name}"
        raise ConfigError("llm", problem)


def check_training(config: Config) -> None:
    """Whether the training can act in the environment."""
    training = config.training
    if not isinstance(training, OffPolicyTrainingConfig | PPOTrainingConfig):
        raise ConfigError("training", "method=reward_gen needs training=sac, tqc, td3 or ppo")
    with closing(make_network_env(config.env)) as env:
        acts_in_numbers = isinstance(env.action_space, spaces.Box)
    if isinstance(training, PPOTrainingConfig):
        check_sizes(training, 1)
    elif not acts_in_numbers:
        problem = f"{config.env.id} has no continuous actions, which SAC, TQC and TD3 need; say training=ppo"
        raise ConfigError("training", problem)


def check_budgets(config: Config) -> None:
    """Whether there are seeds for every training, and budgets that grow up to the whole."""
    method = config.method
    if method.iterations + method.final_seeds > MOST_BLOCKS:
        most = MOST_BLOCKS - method.iterations
        raise ConfigError("method.final_seeds", f"must be at most {most} with {method.iterations} iterations")
    if method.final_seeds > config.env.evaluation.held_out_episodes:
        problem = f"must be at most env.evaluation.held_out_episodes = {config.env.evaluation.held_out_episodes}"
        raise ConfigError("method.final_seeds", f"{problem}, which are dealt out to their networks")
    rungs = list(method.halving.rungs)
    if not rungs or rungs != sorted(set(rungs)) or rungs[0] <= 0 or rungs[-1] != 1:
        raise ConfigError("method.halving.rungs", f"needs growing shares up to 1, such as [0.5, 1.0], got {rungs}")
    if method.tune == "cma" and method.cma.trainings < method.cma.population:
        problem = f"must be at least method.cma.population = {method.cma.population}, one generation"
        raise ConfigError("method.cma.trainings", problem)


def check_written(config: Config) -> None:
    """Whether rewards can be written, and trained with, here."""
    find_way(config.sandbox)
    if config.method.share_buffer and not isinstance(config.training, OffPolicyTrainingConfig):
        raise ConfigError("method.share_buffer", "only SAC, TQC and TD3 learn from steps that others took")
