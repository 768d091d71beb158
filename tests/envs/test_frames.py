import sys
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from PIL import Image

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.envs import build
from llmrl_runner.envs.act import ActionCodec
from llmrl_runner.envs.frames import DrawingError, film, record_gif
from llmrl_runner.envs.gif import Clip

LoadEnv = Callable[[str], EnvConfig]


def always(config: EnvConfig, choice: int) -> Callable[[np.ndarray], np.ndarray]:
    env = build.make_env(config)
    codec = ActionCodec(config, env.action_space)
    env.close()
    return lambda fields: codec.decode(np.full((len(fields), codec.dims), choice))


@pytest.mark.parametrize("name", ["cartpole", "frozen_lake", "taxi", "blackjack", "lunar_lander"])
def test_an_episode_becomes_a_gif(load_env: LoadEnv, tmp_path: Path, name: str) -> None:
    config, path = load_env(name), tmp_path / "iteration_000" / "episode.gif"

    reason = record_gif(config, always(config, 0), seed=0, path=path, max_frames=20, width=160)

    assert reason is None
    with Image.open(path) as gif:
        assert (gif.format, gif.width) == ("GIF", 160)
        assert 1 <= gif.n_frames <= 20
    assert [found.name for found in path.parent.iterdir()] == ["episode.gif"]


def test_a_long_episode_is_thinned_evenly(load_env: LoadEnv, tmp_path: Path) -> None:
    config = load_env("mountain_car")

    record_gif(config, always(config, 2), seed=0, path=tmp_path / "long.gif", max_frames=24, width=120)

    with Image.open(tmp_path / "long.gif") as gif:
        assert 12 <= gif.n_frames <= 24


def test_without_a_renderer_the_reason_comes_back(cartpole: EnvConfig, tmp_path: Path) -> None:
    broken = RuntimeError("no EGL here\nsecond line")

    with mock.patch("gymnasium.envs.classic_control.cartpole.CartPoleEnv.render", side_effect=broken):
        reason = record_gif(cartpole, always(cartpole, 0), 0, tmp_path / "none.gif", 10, 100)

    assert reason == "drawing failed: no EGL here"
    assert not list(tmp_path.iterdir())


def test_an_environment_that_cannot_be_drawn_says_so(cartpole: EnvConfig, tmp_path: Path) -> None:
    with mock.patch("llmrl_runner.envs.frames.make_env", side_effect=AttributeError("eglQueryString")):
        reason = record_gif(cartpole, lambda fields: np.zeros(1, int), 0, tmp_path / "none.gif", 10, 100)

    assert reason == "CartPole-v1 can't be rendered: eglQueryString"


def test_the_environment_is_closed_even_when_the_policy_fails(cartpole: EnvConfig, tmp_path: Path) -> None:
    env = build.make_env(cartpole, render=True)

    def failing(fields: np.ndarray) -> np.ndarray:
        raise ZeroDivisionError

    with (
        mock.patch("llmrl_runner.envs.frames.make_env", return_value=env),
        mock.patch.object(env, "close", wraps=env.close) as close,
        pytest.raises(ZeroDivisionError),
    ):
        record_gif(cartpole, failing, 0, tmp_path / "none.gif", 10, 100)

    close.assert_called_once()


def test_where_mujoco_has_no_egl_that_is_the_reason(load_env: LoadEnv, tmp_path: Path) -> None:
    missing = ValueError("Environment variable MUJOCO_GL must be one of ..., got 'disabled'")
    config = load_env("hopper")

    with mock.patch("gymnasium.envs.mujoco.mujoco_env.MujocoEnv.render", side_effect=missing):
        reason = record_gif(config, always(config, 1), 0, tmp_path / "none.gif", 10, 100)

    assert reason is not None
    assert "libEGL.so.1" in reason


@pytest.mark.parametrize(("fps", "milliseconds"), [(4, 250), (1000, 20), (None, 500)])
def test_so_many_frames_a_second_as_the_display_asks_for(
    load_env: LoadEnv, tmp_path: Path, fps: float | None, milliseconds: int
) -> None:
    config, path = load_env("lunar_lander"), tmp_path / "episode.gif"

    record_gif(config, always(config, 0), 0, path, max_frames=3, width=200, fps=fps)

    with Image.open(path) as gif:
        assert gif.info["duration"] == milliseconds


def test_white_stays_white_and_what_stands_still_keeps_its_colour(load_env: LoadEnv, tmp_path: Path) -> None:
    config, path = load_env("mountain_car"), tmp_path / "episode.gif"

    record_gif(config, always(config, 2), seed=0, path=path, max_frames=10, width=120)

    with Image.open(path) as gif:
        for index in range(gif.n_frames):
            gif.seek(index)
            assert gif.convert("RGB").getpixel((60, 5)) == (255, 255, 255)


def test_a_gif_that_cannot_be_written_costs_nothing_but_itself(cartpole: EnvConfig, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")

    reason = record_gif(cartpole, always(cartpole, 0), 0, tmp_path / "file" / "episode.gif", 10, 100)

    assert reason is not None
    assert reason.startswith("writing failed: ")


def test_a_viewer_that_stumbles_as_it_goes_is_not_told_of(
    cartpole: EnvConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", told.append)

    class Viewer:
        def __del__(self) -> None:
            raise AttributeError("opengl_context")

    def shoot(env: build.Env) -> Clip:
        viewer = Viewer()
        raise DrawingError(f"no screen for {viewer.__class__.__name__}")

    assert film(cartpole, tmp_path / "none.gif", shoot) == "no screen for Viewer"
    assert told == []
    Viewer()
    assert len(told) == 1  # and what others stumble over is told again
