from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
from PIL import Image

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.envs import build
from llmrl_runner.envs.captions import Decision, record_captioned_gif

LoadEnv = Callable[[str], EnvConfig]
LONG = "The pole leans to the right and falls faster, so the cart has to go after it. " * 300
WIDTH, MARGIN = 120, 16


def decisions_of(config: EnvConfig, count: int, held: int = 1, seed: int = 0) -> list[Decision]:
    """The first so many decisions of an episode with actions by turns, each held for so many steps."""
    env, decisions, step = build.make_env(config), [], 0
    env.reset(seed=seed)
    is_over = False
    while not is_over and len(decisions) < count:
        actions: list[Any] = []
        reward = 0.0
        while not is_over and len(actions) < held:
            actions.append(len(decisions) % 2)
            _, paid, terminated, truncated, _ = env.step(actions[-1])
            reward, is_over = reward + float(paid), terminated or truncated
        decisions.append(Decision(step, actions, f"step {step}: push", "It leans.", "", reward))
        step += len(actions)
    env.close()
    return decisions


def recorded(config: EnvConfig, decisions: list[Decision], path: Path, fps: float | None = None) -> list[Image.Image]:
    assert record_captioned_gif(config, 0, decisions, path, max_frames=60, width=WIDTH, fps=fps) is None
    return frames_of(path)


def frames_of(path: Path) -> list[Image.Image]:
    frames = []
    with Image.open(path) as gif:
        for index in range(gif.n_frames):
            gif.seek(index)
            frames.append(gif.convert("RGB"))
            frames[-1].info["duration"] = gif.info["duration"]
    return frames


def panel(frame: Image.Image) -> np.ndarray:
    return np.asarray(frame)[:, WIDTH + 2 * MARGIN :].astype(int)


def differing(one: np.ndarray, other: np.ndarray) -> int:
    """How many pixels differ visibly; each GIF has its own palette, so shades may be a little off."""
    return int((np.abs(one - other).max(axis=-1) > 48).sum())


def test_there_is_a_frame_a_decision_and_one_of_the_end(cartpole: EnvConfig, tmp_path: Path) -> None:
    decisions = decisions_of(cartpole, count=7, held=2)

    frames = recorded(cartpole, decisions, tmp_path / "iteration_000" / "episode.gif")

    assert len(frames) == 8
    assert len({frame.size for frame in frames}) == 1
    assert [path.name for path in tmp_path.rglob("*.*")] == ["episode.gif"]


@pytest.mark.parametrize("name", ["frozen_lake", "taxi", "blackjack", "lunar_lander"])
def test_any_environment_that_draws_itself_will_do(load_env: LoadEnv, tmp_path: Path, name: str) -> None:
    config = load_env(name)
    decisions = decisions_of(config, count=3)

    frames = recorded(config, decisions, tmp_path / "episode.gif")

    assert len(frames) == len(decisions) + 1


def test_many_decisions_are_thinned_and_the_first_and_last_are_kept(cartpole: EnvConfig, tmp_path: Path) -> None:
    decisions = decisions_of(cartpole, count=20)
    path = tmp_path / "thin.gif"

    recorded(cartpole, decisions, tmp_path / "whole.gif")
    record_captioned_gif(cartpole, 0, decisions, path, max_frames=6, width=WIDTH)

    whole, thin = frames_of(tmp_path / "whole.gif"), frames_of(path)
    assert len(thin) == 6
    assert differing(panel(thin[0]), panel(whole[0])) == 0
    assert differing(panel(thin[4]), panel(whole[19])) == 0
    assert differing(panel(whole[0]), panel(whole[19])) > 0


@pytest.mark.parametrize("max_frames", [1, 2])
def test_even_the_fewest_frames_show_the_end(cartpole: EnvConfig, tmp_path: Path, max_frames: int) -> None:
    path = tmp_path / "few.gif"

    reason = record_captioned_gif(cartpole, 0, decisions_of(cartpole, 5), path, max_frames, WIDTH)

    assert reason is None
    assert len(frames_of(path)) == max_frames


@pytest.mark.parametrize("part", ["headline", "thought", "note"])
def test_what_was_thought_stands_in_the_panel(cartpole: EnvConfig, tmp_path: Path, part: str) -> None:
    blank = [replace(decision, headline="", thought="", note="") for decision in decisions_of(cartpole, 2)]
    said = [replace(blank[0], **{part: "After the pole!"}), *blank[1:]]

    without = recorded(cartpole, blank, tmp_path / "without.gif")
    with_words = recorded(cartpole, said, tmp_path / "with.gif")

    assert differing(panel(without[0]), panel(with_words[0])) > 100
    assert differing(panel(without[1]), panel(with_words[1])) == 0


@pytest.mark.parametrize("thought", [LONG, "a" * 20_000, "倒れる " * 5_000, "🚀\n\x00" * 500])
def test_long_text_is_clipped_and_leaves_the_rest_as_it_is(cartpole: EnvConfig, tmp_path: Path, thought: str) -> None:
    short = decisions_of(cartpole, 1)
    long = [replace(short[0], thought=thought, headline=thought, note=thought)]

    usual = recorded(cartpole, short, tmp_path / "short.gif")
    clipped = recorded(cartpole, long, tmp_path / "long.gif")

    assert clipped[0].size == usual[0].size
    assert (panel(clipped[0])[:, -MARGIN:] == 255).all()
    assert differing(panel(clipped[0])[-35:], panel(usual[0])[-35:]) == 0  # return, step and bar


def test_a_frame_stays_as_long_as_it_takes_to_read_and_the_end_longest(cartpole: EnvConfig, tmp_path: Path) -> None:
    decisions = decisions_of(cartpole, 3)
    thoughts = ["", "The pole leans right; follow it.", LONG]

    frames = recorded(
        cartpole,
        [replace(decision, thought=thought) for decision, thought in zip(decisions, thoughts, strict=True)],
        tmp_path / "episode.gif",
    )

    assert [frame.info["duration"] for frame in frames] == [800, 960, 2500, 4000]


def test_so_many_frames_a_second_as_asked_for(cartpole: EnvConfig, tmp_path: Path) -> None:
    decisions = decisions_of(cartpole, 3)

    frames = recorded(cartpole, decisions, tmp_path / "episode.gif", fps=2)

    assert [frame.info["duration"] for frame in frames] == [500] * 4


def test_an_episode_that_pays_otherwise_is_not_shown(cartpole: EnvConfig, tmp_path: Path) -> None:
    decisions = decisions_of(cartpole, 4, held=2)
    decisions[2] = replace(decisions[2], reward=1.5)

    reason = record_captioned_gif(cartpole, 0, decisions, tmp_path / "lie.gif", 60, WIDTH)

    assert reason == "played again, the episode pays 2 from step 4 on instead of 1.5; more than its seed decides it"
    assert not list(tmp_path.iterdir())


def test_an_episode_that_ends_earlier_is_not_shown(cartpole: EnvConfig, tmp_path: Path) -> None:
    falling = Decision(0, [0] * 50, "step 0: push left", "", "", 50.0)

    reason = record_captioned_gif(cartpole, 0, [falling], tmp_path / "lie.gif", 60, WIDTH)

    assert reason is not None
    assert reason.startswith("played again, the episode ends after ")
    assert not list(tmp_path.iterdir())


def test_an_action_that_the_environment_refuses_is_the_reason(cartpole: EnvConfig, tmp_path: Path) -> None:
    impossible = Decision(0, [7], "step 0: fly", "", "", 1.0)

    reason = record_captioned_gif(cartpole, 0, [impossible], tmp_path / "none.gif", 60, WIDTH)

    assert reason is not None
    assert reason.startswith("the episode can't be played again: ")


def test_an_environment_without_a_renderer_says_so(cartpole: EnvConfig, tmp_path: Path) -> None:
    decisions = decisions_of(cartpole, 2)

    with mock.patch("gymnasium.envs.classic_control.cartpole.CartPoleEnv.render", return_value=None):
        reason = record_captioned_gif(cartpole, 0, decisions, tmp_path / "none.gif", 60, WIDTH)

    assert reason is not None
    assert reason.startswith("drawing failed: ")
    assert not list(tmp_path.iterdir())


def test_no_decisions_make_no_gif(cartpole: EnvConfig, tmp_path: Path) -> None:
    assert record_captioned_gif(cartpole, 0, [], tmp_path / "none.gif", 60, WIDTH) == "the episode has no decisions"


def test_nothing_is_left_half_written_and_the_environment_is_closed(cartpole: EnvConfig, tmp_path: Path) -> None:
    decisions, env = decisions_of(cartpole, 2), build.make_env(cartpole, render=True)

    with (
        mock.patch("llmrl_runner.envs.frames.make_env", return_value=env),
        mock.patch.object(env, "close", wraps=env.close) as close,
        mock.patch.object(Path, "replace", side_effect=OSError(28, "No space left on device")),
    ):
        reason = record_captioned_gif(cartpole, 0, decisions, tmp_path / "none.gif", 60, WIDTH)

    assert reason == "writing failed: [Errno 28] No space left on device"
    assert not list(tmp_path.iterdir())
    close.assert_called_once()


def test_how_the_episode_ended_is_told_apart(cartpole: EnvConfig, tmp_path: Path) -> None:
    fallen = decisions_of(cartpole, 1000)
    cartpole.max_episode_steps = len(fallen) - 2
    limited = decisions_of(cartpole, 1000)

    with mock.patch("llmrl_runner.envs.captions.Panel") as panels:
        panels.return_value.beside.side_effect = lambda frame, caption: frame
        for decisions in (limited, limited[:3]):
            record_captioned_gif(cartpole, 0, decisions, tmp_path / "end.gif", 60, WIDTH)
        cartpole.max_episode_steps = None
        record_captioned_gif(cartpole, 0, fallen, tmp_path / "end.gif", 60, WIDTH)

    captions = [call.args[1] for call in panels.return_value.beside.call_args_list]
    endings = [caption.text.splitlines()[1] for caption in captions if caption.figure]
    assert endings == [
        "Cut off by the environment's step limit",
        "Cut off before the environment ended it",
        "Terminated: the environment ended it",
    ]
