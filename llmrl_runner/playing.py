"""A run's best policy, rolled out again: `python scripts/play.py RUN`. Nothing in the run's folder is changed."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.kept import kept_config
from llmrl_runner.config.schema import Config
from llmrl_runner.envs.arrays import IntArray
from llmrl_runner.envs.environment import Environment
from llmrl_runner.envs.frames import play, record_episode
from llmrl_runner.llm.backends.none import NoBackend
from llmrl_runner.llm.client import LLMClient
from llmrl_runner.methods.archive import played_episodes
from llmrl_runner.methods.base import MethodRunner
from llmrl_runner.methods.find import find_runner
from llmrl_runner.methods.performer import Performer
from llmrl_runner.methods.result import versions
from llmrl_runner.runs.console import LastingConsole
from llmrl_runner.runs.finding import PARTS_OF_A_RUN
from llmrl_runner.runs.folder import RunFolder
from llmrl_runner.runs.held_out import PlayedEpisode
from llmrl_runner.runs.lookup import section
from llmrl_runner.runs.progress import Progress

DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY")
UNSEEN = ("SDL_VIDEODRIVER", "MUJOCO_GL")  # which envs sets to draw without a screen
UNSEEN_DRIVERS = ("dummy", "offscreen")  # SDL's
CURE = "--to FILE.gif draws a GIF instead"


class Stage:
    """A run with what plays in it. performer: None where a model acted itself, so that nothing can play again."""

    def __init__(self, runner: MethodRunner, performer: Performer | None) -> None:
        self._runner, self.performer = runner, performer

    @property
    def config(self) -> Config:
        """As the run kept it."""
        return self._runner.config

    @property
    def changed_versions(self) -> list[str]:
        """Packages that a result may depend on and that are another version here: `gymnasium 1.3.0, here 1.4.0`."""
        made = section(self._runner.folder.result() if self._runner.folder.is_finished else {}, "versions")
        here = versions()
        return [f"{name} {made[name]}, here {here.get(name)}" for name in made if made[name] != here.get(name)]

    @property
    def held_out_seeds(self) -> IntArray:
        """Of the episodes of the run's own final test (n,)."""
        return self._runner.held_out_seeds

    def roll(self, seeds: IntArray) -> list[PlayedEpisode]:
        """Play an episode from each of `seeds` (n,), in the way of the final test."""
        assert self.performer is not None
        return played_episodes(seeds, self.performer.score(seeds))

    def film(self, seed: int, path: Path) -> str | None:
        """Write the episode from `seed` as a GIF; None, or one line that says why there is none."""
        assert self.performer is not None
        display, actor = self.config.display, self.performer.actor(seed)
        shape = display.gif_frames, display.gif_width, display.gif_fps
        return record_episode(self.config.env, actor, seed, path, *shape, self.performer.build)

    def show(self, seeds: IntArray) -> None:
        """Play the episodes in a window. Raises ConfigError where there is none to be had."""
        assert self.performer is not None
        env = _in_a_window(self.config.env)
        try:
            with closing(self.performer.build(env, False)) as shown:
                for seed in seeds.tolist():
                    for _ in play(shown, self.performer.actor(seed), seed):
                        _check_seen()
        except ConfigError:
            raise
        except Exception as error:  # windows fail in as many ways as there are libraries
            words = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise ConfigError("--window", f"{env.id} can't be shown in one ({words}); {CURE}") from error


@contextmanager
def opened(folder: Path, iteration: int | None = None) -> Iterator[Stage]:
    """The run in `folder` with what its result is about, or with the candidate of one iteration.

    Raises ConfigError, in a line, where there is nothing to play, or the run doesn't fit this version any more.
    """
    config = _config(folder)
    with tempfile.TemporaryDirectory() as apart, Environment(config.env) as environment:
        llm = LLMClient(config.llm, NoBackend(), Path(apart))
        quiet = Progress(1, folder.name, console=LastingConsole(quiet=True), is_live=False)
        with closing(llm):
            runner = find_runner(config.method.runner)(config, environment, RunFolder(folder), llm, quiet)
            yield Stage(runner, _performer(runner, iteration))


def prepare_window() -> None:
    """Have environments draw on the screen, as they don't by default: see envs. Call it before a run is opened.

    Raises ConfigError where there is no screen.
    """
    if sys.platform == "linux" and not any(os.environ.get(name) for name in DISPLAYS):
        raise ConfigError("--window", f"there is no display here (DISPLAY is not set); {CURE}")
    for name in UNSEEN:
        os.environ.pop(name, None)


def _check_seen() -> None:
    """Raise ConfigError where SDL found no screen after all, and drew where nobody sees it."""
    pygame = sys.modules.get("pygame")
    if pygame is not None and pygame.display.get_init() and pygame.display.get_driver() in UNSEEN_DRIVERS:
        raise ConfigError("--window", f"the display can't be reached (DISPLAY={os.environ.get('DISPLAY')}); {CURE}")


def first_seeds(stage: Stage, episodes: int | None, seed: int | None) -> IntArray:
    """The first held-out seeds, so many of them or all (None); or so many from `seed` on."""
    if seed is not None:
        return np.arange(seed, seed + (1 if episodes is None else episodes), dtype=np.int64)
    return stage.held_out_seeds[:episodes]


def _performer(runner: MethodRunner, iteration: int | None) -> Performer | None:
    if iteration is None:
        if (performer := runner.final_performer()) is not None:
            return performer
        if (best := runner.best_record()) is None:
            raise ConfigError("", f"{runner.folder.path}: there is nothing to play yet")
        return runner.performer(best)  # the best so far, where final trainings are still to come
    if not 0 <= iteration < len(runner.history):
        there = f"0 to {len(runner.history) - 1}" if runner.history else "none"
        raise ConfigError("--iteration", f"there is no complete iteration {iteration} (there are: {there})")
    runner.history = runner.history[: iteration + 1]  # what a network is told is what was known then
    return runner.performer(runner.history[iteration])


def _config(folder: Path) -> Config:
    """The run's, with what lies beside its outputs looked for there, wherever they are now."""
    run = RunFolder(folder)
    resolved = run.config()
    if not resolved:
        raise ConfigError("", f"{folder / 'config.yaml'}: is missing or damaged, so the run can't be played")
    config = kept_config(resolved, folder / "config.yaml")
    outputs = folder.resolve().parents[PARTS_OF_A_RUN - 1]
    paths = replace(config.paths, outputs=str(outputs), vectors=str(outputs / Path(config.paths.vectors).name))
    return replace(config, paths=paths)


def _in_a_window(env: EnvConfig) -> EnvConfig:
    return replace(env, kwargs={**env.kwargs, "render_mode": "human"})
