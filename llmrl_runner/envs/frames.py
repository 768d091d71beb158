"""One episode as a GIF. A picture is a nicety: where none can be drawn, the reason comes back instead."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from llmrl_runner.config.schema import EnvConfig
from llmrl_runner.envs.act import native_actions
from llmrl_runner.envs.arrays import AnyArray, FloatArray
from llmrl_runner.envs.build import Env, make_env
from llmrl_runner.envs.observe import ObservationCodec

if TYPE_CHECKING:
    from PIL.Image import Image

Act = Callable[[FloatArray], AnyArray]  # fields (1, f) -> actions (1,) or (1, d)
DEFAULT_FPS = 30
SHORTEST_FRAME_S = 0.02  # browsers slow down what is shorter
LONGEST_FRAME_S = 0.5
NO_EGL = "MuJoCo draws through EGL, and its library (libEGL.so.1) is missing or switched off (MUJOCO_GL)"


class DrawingError(Exception):
    """The environment can't be rendered here; the message says why in one line."""


class Film:
    """Frames at even steps, thinned by half whenever more than `max_frames` have gathered."""

    def __init__(self, max_frames: int, width: int) -> None:
        self.frames: list[Image] = []
        self.stride = 1
        self._max_frames = max(max_frames, 2)
        self._width = width

    def wants(self, step: int) -> bool:
        """Whether this step of the episode is kept."""
        return step % self.stride == 0

    def add(self, env: Env) -> None:
        """Draw the environment as it stands. Raises DrawingError."""
        if len(self.frames) == self._max_frames - 1:  # one place stays free for the episode's end
            self.frames = self.frames[::2]
            self.stride *= 2
        self.frames.append(_draw(env, self._width))


def record_gif(config: EnvConfig, act: Act, seed: int, path: Path, max_frames: int, width: int) -> str | None:
    """Play one episode from `seed` with `act` and write it to `path`, `width` pixels wide, `max_frames` at most.

    None where the GIF was written, else one line that says why there is none. The environment is always closed.
    """
    env: Env | None = None
    try:
        env = _drawable(config)
        film = _play(config, env, act, seed, Film(max_frames, width))
        _write(film, path, env.metadata.get("render_fps") or DEFAULT_FPS)
    except (DrawingError, OSError) as error:
        return _one_line(error)
    finally:
        if env is not None:
            env.close()
    return None


def _play(config: EnvConfig, env: Env, act: Act, seed: int, film: Film) -> Film:
    codec = ObservationCodec(config, env.observation_space)
    observation, _ = env.reset(seed=seed)
    film.add(env)
    step, is_over = 0, False
    while not is_over:
        action = native_actions(env.action_space, act(codec.encode_many([observation])))[0]
        observation, _, terminated, truncated, _ = env.step(action)
        step, is_over = step + 1, terminated or truncated
        if is_over or film.wants(step):
            film.add(env)
    return film


def _drawable(config: EnvConfig) -> Env:
    """The environment with a renderer; libraries that draw fail in many ways, so every exception counts."""
    try:
        return make_env(config, render=True)
    except Exception as error:
        raise DrawingError(f"{config.id} can't be rendered: {_one_line(error)}") from error


def _draw(env: Env, width: int) -> "Image":
    from PIL import Image

    try:
        pixels: Any = env.render()
        image = Image.fromarray(np.asarray(pixels, dtype=np.uint8))
    except Exception as error:
        reason = NO_EGL if "MUJOCO_GL" in str(error) else _one_line(error)
        raise DrawingError(f"drawing failed: {reason}") from error
    height = max(1, round(image.height * width / image.width))
    return image.resize((width, height), Image.Resampling.LANCZOS)


def _write(film: Film, path: Path, fps: float) -> None:
    """Write to a temporary name beside `path` and rename, so that no reader meets half a GIF."""
    import imageio

    path.parent.mkdir(parents=True, exist_ok=True)
    seconds = float(np.clip(film.stride / fps, SHORTEST_FRAME_S, LONGEST_FRAME_S))
    partial = path.with_name(f".{path.name}.partial")
    frames = [np.asarray(frame) for frame in film.frames]
    imageio.mimsave(partial, frames, format="GIF", duration=seconds * 1000, loop=0)  # type: ignore[arg-type]
    partial.replace(path)


def _one_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
