"""Whether a configuration of `augmented` goes together, before anything is asked, trained or written."""

from contextlib import closing
from pathlib import Path

from gymnasium import spaces

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.schema import Config
from llmrl_runner.config.training_schema import GuidedPPOTrainingConfig, OffPolicyTrainingConfig
from llmrl_runner.envs.environment import Environment
from llmrl_runner.envs.heuristics import find_heuristic
from llmrl_runner.methods.augmenting.lines import Lines
from llmrl_runner.methods.augmenting.telling import Telling
from llmrl_runner.methods.ppo import check_sizes
from llmrl_runner.rl.checkpoints import torch_device
from llmrl_runner.rl.off_policy_checks import check_off_policy
from llmrl_runner.rl.told_batch import Book

ASKED = ("llm", "shuffled", "wrong")  # whose advice is a model's, in some way


def stages_of(config: Config) -> list[str]:
    """What comes before the training, an iteration each."""
    method = config.method
    asks = wants_advice(config) or method.reward == "potential"
    return ["ask"] * asks + ["clone"] * (method.warm_start != "none")


def wants_advice(config: Config) -> bool:
    """Whether there is to be any, whoever gives it."""
    switches: tuple[str, str] = (config.method.advice, config.method.warm_start)
    return switches != ("none", "none")


def questions_of(config: Config) -> list[str]:
    """What a model is asked about each line; nothing without one, where a table says all there is."""
    method = config.method
    if config.llm.backend == "none":
        return []
    advises = wants_advice(config) and method.advice_source in ASKED
    return ["advise"] * advises + ["score"] * (method.reward == "potential")


def check_augmented(config: Config, environment: Environment) -> None:
    """Raise ConfigError for the first thing that is wrong."""
    method, parts = config.method, config.method.iterations - len(stages_of(config))
    _check_training(config, environment)
    if parts < 1:
        needed = method.iterations - parts + 1
        raise ConfigError("method.iterations", f"must be at least {needed}: training's first is number {needed}")
    if isinstance(config.training, GuidedPPOTrainingConfig):
        check_sizes(config.training, parts)
    torch_device(config.device)
    _check_model(config)
    if method.table is not None and wants_advice(config) and method.advice_source not in ASKED:
        problem = f"holds what was asked, and advice_source={method.advice_source} asks nobody: leave it out"
        raise ConfigError("method.table", problem)
    if method.table is not None:
        names = [choice.name for choice in environment.choices.listed]
        Lines.load(Path(method.table), config.env.name, names, "method.table")
    telling = Telling(config)
    if wants_advice(config):
        _check_advice(config, environment)
    try:
        with closing(telling.batch(Book(telling.table), 1)):
            pass
    except ValueError as error:
        raise ConfigError("env", str(error)) from error


def _check_training(config: Config, environment: Environment) -> None:
    method, training = config.method, config.training
    if not isinstance(training, GuidedPPOTrainingConfig | OffPolicyTrainingConfig):
        raise ConfigError("training", "method=augmented takes guided_ppo, sac, tqc, td3 and dqn")
    if method.memory == "lstm":
        _check_recurrent(config)
    if isinstance(training, OffPolicyTrainingConfig):
        check_off_policy(training, environment.action_space)
        if method.advice in ("guide", "kl"):
            raise ConfigError("method.advice", f"{method.advice} is PPO's: say training=guided_ppo, or advice=hint")
        if method.warm_start != "none":
            raise ConfigError("method.warm_start", "a policy is cloned for PPO: say training=guided_ppo")


def _check_recurrent(config: Config) -> None:
    method = config.method
    if not isinstance(config.training, GuidedPPOTrainingConfig):
        raise ConfigError("method.memory", "lstm is PPO's: say training=guided_ppo, or memory=gru")
    if method.advice in ("guide", "kl"):
        raise ConfigError("method.advice", f"{method.advice} doesn't go with memory=lstm; say hint, or memory=gru")
    if method.warm_start != "none":
        raise ConfigError("method.warm_start", "can't be cloned with memory=lstm; say memory=gru")


def _check_model(config: Config) -> None:
    method, has_model = config.method, config.llm.backend != "none"
    wants_words = (wants_advice(config) and method.advice_source in ASKED) or method.reward == "potential"
    if not wants_words and has_model:
        raise ConfigError("llm", f"nothing is asked here: say llm=none instead of llm={config.llm.name}")
    if wants_words and not has_model and method.table is None:
        raise ConfigError("llm", "none can't be asked for advice or scores; name a model, or a method.table of them")


def _check_advice(config: Config, environment: Environment) -> None:
    method = config.method
    is_discrete = isinstance(environment.action_space, spaces.Discrete)
    environment.choices  # noqa: B018 - a cached property: looking at it makes it
    if not is_discrete and (method.advice in ("guide", "kl") or method.warm_start != "none"):
        problem = f"needs one action out of several, {config.env.id} has others; hint does without"
        raise ConfigError("method.advice" if method.warm_start == "none" else "method.warm_start", problem)
    if method.advice_source == "oracle":
        find_heuristic(config.env)
