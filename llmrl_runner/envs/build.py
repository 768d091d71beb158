"""From a configuration to a Gymnasium environment."""

import importlib
import warnings
from typing import Any

import gymnasium as gym

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.errors import ConfigError, nearest

Env = gym.Env[Any, Any]

# An older version may be the one that published numbers are of, and a run's files tell which it was.
warnings.filterwarnings("ignore", "(?s).*is out of date. You should consider upgrading", DeprecationWarning)


def make_env(config: EnvConfig, render: bool = False) -> Env:
    """The environment of `config`, with its step limit; `render` makes `env.render()` return RGB frames.

    The caller closes it. Raises ConfigError where the id is unknown, a keyword argument is refused, or a package that
    the environment needs is missing.
    """
    _register_third_party(config)
    check_id(config)
    options = dict(config.kwargs)
    if config.max_episode_steps is not None:
        options["max_episode_steps"] = config.max_episode_steps
    if render:
        options["render_mode"] = "rgb_array"
    try:
        return gym.make(config.id, disable_env_checker=True, **options)
    except gym.error.DependencyNotInstalled as error:
        raise ConfigError("env.id", f"{config.id} needs a package that is missing ({error})") from error
    except Exception as error:  # whatever an environment of anybody's makes of its arguments
        key, problem = ("env.kwargs", "can't be made with them") if config.kwargs else ("env.id", "can't be made")
        raise ConfigError(key, f"{config.id} {problem} ({type(error).__name__}: {error})") from error


def check_id(config: EnvConfig) -> None:
    """Raise ConfigError where Gymnasium doesn't know `config.id`, with its newer version or the nearest spelling."""
    if config.id in gym.registry:
        return
    try:
        gym.spec(config.id)
    except gym.error.DeprecatedEnv:
        newest = _newest_version(config.id)
        raise ConfigError("env.id", f"`{config.id}` can't be made any more; `{newest}` took its place") from None
    except Exception:  # whatever else it has against the id: the registry's spellings tell more
        pass
    raise ConfigError("env.id", f"Gymnasium knows no `{config.id}`{nearest(config.id, gym.registry)}")


def step_limit(env: Env) -> int | None:
    """After how many steps an episode of `env` is cut off (truncated), None where it never is.

    By Gymnasium's limit, or by the environment itself where it says so by `max_steps`, as MiniGrid's do.
    """
    registered = env.spec.max_episode_steps if env.spec is not None else None
    limits = [limit for limit in (registered, getattr(env.unwrapped, "max_steps", None)) if isinstance(limit, int)]
    return min((limit for limit in limits if limit > 0), default=None)


def _newest_version(env_id: str) -> str:
    """The id of the newest version of an environment that is registered in one."""
    namespace, name, _ = gym.envs.registration.parse_env_id(env_id)
    version = gym.envs.registration.find_highest_version(namespace, name)
    return gym.envs.registration.get_env_id(namespace, name, version)


def _register_third_party(config: EnvConfig) -> None:
    if config.module is None:
        return
    try:
        importlib.import_module(config.module)
    except ImportError as error:
        raise ConfigError("env.module", f"can't import `{config.module}` ({error})") from error
