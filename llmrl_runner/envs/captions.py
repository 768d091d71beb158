"""One episode of an actor that says why, as a GIF: the frame it saw beside what it thought."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.envs.build import Env
from llmrl_runner.envs.frames import DrawingError, draw, failing_as, film, play
from llmrl_runner.envs.gif import Clip
from llmrl_runner.envs.observe import number_text
from llmrl_runner.envs.panel import Caption, Panel, colours

if TYPE_CHECKING:
    from PIL.Image import Image

SHORTEST_READING_S, LONGEST_READING_S, SECONDS_A_LETTER = 0.8, 2.5, 0.005
ENDING_S = 4.0
SAME_REWARD = 1e-6  # relative and absolute: physics may differ by so much between machines
DIGITS = 4  # of returns
NOT_AGAIN = "the episode can't be played again"


@dataclass(frozen=True)
class Decision:
    """One decision of an episode: what was thought, done and paid.

    step: the environment step at which it was taken, from 0. actions: as the environment takes them, one for each step
    that followed. headline, thought, note: any text of any length, the note as a warning; each may be empty. reward:
    the sum over its steps.
    """

    step: int
    actions: list[Any]
    headline: str
    thought: str
    note: str
    reward: float


def record_captioned_gif(
    config: EnvConfig,
    seed: int,
    decisions: Sequence[Decision],
    path: Path,
    max_frames: int,
    width: int,
    fps: float | None = None,
) -> str | None:
    """Play the episode of `seed` again with the actions of `decisions`, and write it to `path`.

    One frame a decision, as the environment stood when it was taken, and one of how it ended; `max_frames` at most,
    the first and the last decision among them. The environment's part is `width` pixels wide, the text stands beside
    it. `fps` frames a second; None shows a frame for longer the more there is to read. None comes back where the GIF
    was written, else one line that says why there is none. The environment is always closed.
    """
    if not decisions:
        return "the episode has no decisions"
    return film(config, path, lambda env: _clip(Replay(env, seed, decisions), max_frames, width, fps))


class Replay:
    """An episode that is played again: how many `steps` it took so far, its `episode_return`, its `last` moment.

    Raises DrawingError where the environment doesn't do what it did the first time.
    """

    def __init__(self, env: Env, seed: int, decisions: Sequence[Decision]) -> None:
        self.env, self.decisions = env, decisions
        self.steps, self.episode_return = 0, 0.0
        self.all_steps = sum(len(decision.actions) for decision in decisions)
        actions = (action for decision in decisions for action in decision.actions)
        self._moments = play(env, lambda _: lambda observation: next(actions), seed)
        with failing_as(NOT_AGAIN):
            self.last = next(self._moments)

    def take(self, decision: Decision) -> None:
        """Its steps."""
        with failing_as(NOT_AGAIN):
            moments = list(islice(self._moments, len(decision.actions)))
        reward = sum(moment.reward for moment in moments)
        if len(moments) < len(decision.actions):
            raise DrawingError(f"played again, the episode ends after {self.steps + len(moments)} steps already")
        if not np.isclose(reward, decision.reward, SAME_REWARD, SAME_REWARD, equal_nan=True):
            paid = f"{_figure(reward)} from step {self.steps} on instead of {_figure(decision.reward)}"
            raise DrawingError(f"played again, the episode pays {paid}; more than its seed decides it")
        self.steps += len(moments)
        self.episode_return += reward
        self.last = moments[-1] if moments else self.last


def _clip(replay: Replay, max_frames: int, width: int, fps: float | None) -> Clip:
    shown = _evenly(len(replay.decisions), max_frames - 1)
    stills: list[tuple[Image, Caption]] = []
    for index, decision in enumerate(replay.decisions):
        if index in shown:
            stills.append((draw(replay.env, width), _caption(replay, decision)))
        replay.take(decision)
    stills.append((draw(replay.env, width), _ending(replay, len(shown))))
    with failing_as("drawing failed"):
        panel = Panel(stills[0][0].size)
        pages = [panel.beside(frame, caption) for frame, caption in stills]
    return Clip(pages, _seconds([caption for _, caption in stills], fps), colours())


def _evenly(count: int, most: int) -> set[int]:
    """Up to `most` of the indices below `count`, the first and the last among them."""
    return set(np.linspace(0, count - 1, min(count, max(most, 0))).round().astype(int).tolist())


def _caption(replay: Replay, decision: Decision) -> Caption:
    return Caption(
        headline=decision.headline,
        text=decision.thought,
        note=decision.note,
        left=f"return so far {_figure(replay.episode_return)}",
        right=f"step {decision.step} of {replay.all_steps}",
        done=decision.step / max(replay.all_steps, 1),
    )


def _ending(replay: Replay, shown: int) -> Caption:
    decisions, steps = len(replay.decisions), replay.all_steps
    thinned = f", {shown} of them shown" if shown < decisions else ""
    return Caption(
        headline="Return of the episode",
        figure=_figure(replay.episode_return),
        text=f"{_count(steps, 'step')}, {_count(decisions, 'decision')}{thinned}\n{_how_it_ended(replay)}",
        left="",
        right=f"step {steps} of {steps}",
        done=1.0,
    )


def _how_it_ended(replay: Replay) -> str:
    if replay.last.terminated:
        return "Terminated: the environment ended it"
    return "Cut off" + (
        " by the environment's step limit" if replay.last.truncated else " before the environment ended it"
    )


def _seconds(captions: list[Caption], fps: float | None) -> list[float]:
    """How long each is shown; the ending longer, since the GIF begins anew after it."""
    if fps is not None:
        return [1 / fps] * len(captions)
    letters = np.array([len(caption.text) + len(caption.note) for caption in captions[:-1]])
    reading = np.minimum(SHORTEST_READING_S + SECONDS_A_LETTER * letters, LONGEST_READING_S)
    return [*reading.tolist(), ENDING_S]


def _figure(value: float) -> str:
    return number_text(value, DIGITS)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
