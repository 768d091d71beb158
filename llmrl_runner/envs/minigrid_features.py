"""MiniGrid for a network: what can vary in its observations, as zeros and ones."""

from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from minigrid.minigrid_env import MiniGridEnv

from llmrl_runner.config.errors import ConfigError, nearest
from llmrl_runner.envs.build import Env
from llmrl_runner.envs.minigrid_codec import Features, GridCodec, Missions, NoMissions
from llmrl_runner.envs.minigrid_sight import LARGEST
from llmrl_runner.envs.minigrid_survey import survey, without_observing

_FITTED: dict[str, GridCodec] = {}  # in this process, by id and keyword arguments


class GridFeatures(gym.ObservationWrapper[Features, Any, Any]):
    """MiniGrid's observations as rows (d,) of zeros and ones: see GridCodec, which tells what each column means.

    like: the id of another environment, whose columns are taken, so that a network fits both. Raises ConfigError where
    the environment is none of MiniGrid's kind, or its missions can't be told apart by words.
    """

    tells_missions = True

    def __init__(self, env: Env, like: str | None = None) -> None:
        super().__init__(env)
        self.codec = codec_for(env, like, self.tells_missions)
        self.observation_space: spaces.Space[Any] = feature_space(self.codec)

    def observation(self, observation: Any) -> Features:
        """An observation of minigrid's as a row (d,)."""
        row: Features = self.codec.encode(observation["image"][np.newaxis], [observation["mission"]])[0]
        return row


class GridView(GridFeatures):
    """The view alone: what the mission says is for others to tell, or for nobody."""

    tells_missions = False


def feature_space(codec: GridCodec) -> spaces.Box:
    """The space of a codec's rows."""
    return spaces.Box(0.0, 1.0, (len(codec.names),), np.float32)


def codec_for(env: Env, like: str | None = None, tells_missions: bool = True) -> GridCodec:
    """The codec of an environment, or that of another of the same view (`like`, its id). Raises ConfigError."""
    world, spec = env.unwrapped, env.spec
    if not isinstance(world, MiniGridEnv) or spec is None:
        problem = f"GridFeatures needs an environment of MiniGrid's that is registered; {type(world).__name__} is not"
        raise ConfigError("env.network_wrapper", problem)
    if like is None:
        kwargs = {key: value for key, value in spec.kwargs.items() if key != "render_mode"}
        codec = _fitted(spec.id, kwargs, tells_missions)
    else:
        codec = _of_another(like, tells_missions)
    if codec.view_size != world.agent_view_size:
        problem = f"{like} has a view of {codec.view_size} cells, {spec.id} of {world.agent_view_size}"
        raise ConfigError("env.network_like", problem)
    return codec


def _of_another(like: str, tells_missions: bool) -> GridCodec:
    if like not in gym.registry:
        raise ConfigError("env.network_like", f"Gymnasium knows no `{like}`{nearest(like, gym.registry)}")
    return _fitted(like, {}, tells_missions)


def _fitted(env_id: str, kwargs: dict[str, Any], tells_missions: bool) -> GridCodec:
    key = f"{env_id} {sorted(kwargs.items())} {tells_missions}"
    if key not in _FITTED:
        env = gym.make(env_id, disable_env_checker=True, **kwargs)
        try:
            _FITTED[key] = _fit(env_id, env, tells_missions)
        finally:
            env.close()
    return _FITTED[key]


def _fit(env_id: str, env: Env, tells_missions: bool) -> GridCodec:
    world: Any = env.unwrapped
    if not isinstance(world, MiniGridEnv) or world.agent_view_size > LARGEST:
        problem = f"GridFeatures takes MiniGrid's environments with views of up to {LARGEST} cells; {env_id} has none"
        raise ConfigError("env.network_wrapper", problem)
    mission_space = world.observation_space["mission"]  # type: ignore[index]
    try:
        found = survey(without_observing(world))
    except Exception as error:  # whatever an environment of anybody's has against being laid out
        raise ConfigError("env.id", f"{env_id} can't be reset ({type(error).__name__}: {error})") from error
    return GridCodec(found, Missions(mission_space, found.missions) if tells_missions else NoMissions())
