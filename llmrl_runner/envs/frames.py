"""One episode as a GIF. A picture is a nicety: where none can be drawn, the reason comes back instead."""

import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.envs.act import native_actions
from llmrl_runner.envs.arrays import AnyArray, FloatArray
from llmrl_runner.envs.build import Env, make_env
from llmrl_runner.envs.gif import SHORTEST_FRAME_S, Clip, write_gif
from llmrl_runner.envs.observe import ObservationCodec

if TYPE_CHECKING:
    from PIL.Image import Image

Act = Callable[[FloatArray], AnyArray]  # fields (1, f) -> actions (1,) or (1, d)
Choose = Callable[[Any], Any]  # an observation -> an action, both as the environment has them
MakeActor = Callable[[Env], Choose]  # called after each reset
Build = Callable[[EnvConfig, bool], Env]  # with True, an environment that can be drawn
DEFAULT_FPS = 30
LONGEST_STRIDE_S = 0.5  # the strides of a thinned episode don't stand still for longer
NO_EGL = "MuJoCo draws through EGL, and its library (libEGL.so.1) is missing or switched off (MUJOCO_GL)"


class DrawingError(Exception):
    """The environment can't be rendered here; the message says why in one line."""


@dataclass(frozen=True)
class Moment:
    """Where an episode stands: what its last step paid (0 before the first one), and whether it is over."""

    reward: float = 0.0
    terminated: bool = False
    truncated: bool = False

    @property
    def is_over(self) -> bool:
        """Whether there is no further step."""
        return self.terminated or self.truncated


def record_gif(
    config: EnvConfig, act: Act, seed: int, path: Path, max_frames: int, width: int, fps: float | None = None
) -> str | None:
    """Play one episode from `seed` with `act` and write it to `path`, `width` pixels wide, `max_frames` at most.

    `fps` frames a second; None plays as fast as the environment itself. None comes back where the GIF was written,
    else one line that says why there is none. The environment is always closed.
    """
    return record_episode(config, fields_actor(config, act), seed, path, max_frames, width, fps)


def fields_actor(config: EnvConfig, act: Act) -> MakeActor:
    """What acts on the environment's own observations as `act` does on their fields."""

    def make_actor(env: Env) -> Choose:
        codec = ObservationCodec(config, env.observation_space)
        return lambda observation: native_actions(env.action_space, act(codec.encode([observation])))[0]

    return make_actor


def record_episode(
    config: EnvConfig,
    make_actor: MakeActor,
    seed: int,
    path: Path,
    max_frames: int,
    width: int,
    fps: float | None = None,
    build: Build | None = None,
) -> str | None:
    """As `record_gif`, with what acts on the environment's own observations; `build` makes it, wrapped or plain."""
    return film(config, path, lambda env: _clip(env, make_actor, seed, max_frames, width, fps), build)


def film(config: EnvConfig, path: Path, shoot: Callable[[Env], Clip], build: Build | None = None) -> str | None:
    """Write to `path` what `shoot` makes of the environment, which can be rendered and is closed afterwards.

    None where the GIF was written, else one line that says why there is none: `shoot` may raise DrawingError.
    """
    with _quiet_destructors():
        return _filmed(config, path, shoot, build)


@contextmanager
def _quiet_destructors() -> Iterator[None]:
    """Gymnasium's viewer of MuJoCo stumbles in its destructor where it never came to draw; the reason is told once."""
    told, sys.unraisablehook = sys.unraisablehook, lambda _: None
    try:
        yield
    finally:
        sys.unraisablehook = told


def _filmed(config: EnvConfig, path: Path, shoot: Callable[[Env], Clip], build: Build | None) -> str | None:
    env: Env | None = None
    try:
        env = _drawable(config, build or make_env)
        clip = shoot(env)
        with failing_as("writing failed"):
            write_gif(clip, path)
    except DrawingError as error:
        return _one_line(error)
    finally:
        if env is not None:
            env.close()
    return None


def play(env: Env, make_actor: MakeActor, seed: int) -> Iterator[Moment]:
    """Play from `seed`; yields at the start and after each step."""
    observation, _ = env.reset(seed=seed)
    choose = make_actor(env)
    moment = Moment()
    yield moment
    while not moment.is_over:
        observation, reward, terminated, truncated, _ = env.step(choose(observation))
        moment = Moment(float(reward), bool(terminated), bool(truncated))
        yield moment


def draw(env: Env, width: int) -> "Image":
    """The environment as it stands, `width` pixels wide. Raises DrawingError."""
    from PIL import Image

    with failing_as("drawing failed"):
        image = Image.fromarray(np.asarray(env.render(), dtype=np.uint8)).convert("RGB")
        height = max(1, round(image.height * width / image.width))
        return image.resize((width, height), Image.Resampling.LANCZOS)


@contextmanager
def failing_as(words: str) -> Iterator[None]:
    """Raise DrawingError, `words` and the reason, for whatever goes wrong: libraries that draw fail in many ways."""
    try:
        yield
    except Exception as error:
        reason = NO_EGL if "MUJOCO_GL" in str(error) else _one_line(error)
        raise DrawingError(f"{words}: {reason}") from error


def _clip(env: Env, make_actor: MakeActor, seed: int, max_frames: int, width: int, fps: float | None) -> Clip:
    """The episode, played once to learn its length and once to draw it: drawing is what takes long."""
    length = sum(1 for _ in play(env, make_actor, seed)) - 1
    stride = math.ceil(length / max(max_frames - 1, 1))
    moments = enumerate(play(env, make_actor, seed))
    frames = [draw(env, width) for step, moment in moments if moment.is_over or step % stride == 0]
    return Clip(frames, [_seconds(env, stride, fps)] * len(frames))


def _seconds(env: Env, stride: int, fps: float | None) -> float:
    if fps is not None:
        return 1 / fps
    own_fps = env.metadata.get("render_fps") or DEFAULT_FPS
    return float(np.clip(stride / own_fps, SHORTEST_FRAME_S, LONGEST_STRIDE_S))


def _drawable(config: EnvConfig, build: Build) -> Env:
    with failing_as(f"{config.id} can't be rendered"):
        return build(config, True)


def _one_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
