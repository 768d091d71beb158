"""What a run's folder shows of its iterations: candidates with their pictures, metrics, TensorBoard, the best one."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from llmrl_runner.config.schema import Config
from llmrl_runner.envs.arrays import IntArray
from llmrl_runner.envs.build import make_env
from llmrl_runner.envs.frames import Build, MakeActor, record_episode, record_gif
from llmrl_runner.files.whole import copy_folder, leftovers, read_json
from llmrl_runner.policies.base import Policy
from llmrl_runner.policies.store import StoredPolicy, save_policy
from llmrl_runner.rl.rollout import EpisodeScores
from llmrl_runner.runs.final_figures import final_figures
from llmrl_runner.runs.held_out import PlayedEpisode, write_held_out
from llmrl_runner.runs.iteration import Iteration, Record
from llmrl_runner.runs.laid_out import with_layouts_fenced
from llmrl_runner.runs.metrics import MetricsLog
from llmrl_runner.runs.tensorboard import TensorBoardLog

# What TensorBoard shows apart from what was reached.
SPENT = (
    *("episodes", "env_steps", "calls", "prompt_tokens", "completion_tokens", "cost_usd", "wall_seconds"),
    *("iteration_episodes", "iteration_env_steps"),
)
# What was reached, in TensorBoard's section `score`; what is neither stands last, in `workings`.
REACHED = ("return", "success", "length_mean", "difference", "is_best")
TEXTS = ("prompt", "response", "feedback")
GIF, VISITS = "episode.gif", "visits.png"
EPOCHS = "cloning.json"  # figures of a cloning, a list of numbers each, an epoch a number
PICTURES = (GIF, "policy.png", VISITS)
FURTHER = "episodes"  # the folder of further episodes' GIFs, where an iteration films several


class Archive:
    """Keeps the iterations of one run for people to look at; `tell` hears, once, why there are no GIFs."""

    def __init__(self, config: Config, folder: Path, complete_iterations: int, tell: Callable[[str], None]) -> None:
        self.config, self.folder, self._tell = config, folder, tell
        self.metrics_log = MetricsLog(folder / "metrics.jsonl", complete_iterations)
        self.tensorboard = TensorBoardLog(folder / "tensorboard")
        self._has_told_of_gifs = False

    def keep_candidate(self, iteration: Iteration, policy: StoredPolicy, gif_seed: int) -> None:
        """The candidate's files and pictures, and a GIF of its episode from `gif_seed`, into the iteration's folder."""
        save_policy(policy, iteration.path, self.config.env)
        if self.config.display.gif:
            self._record_gif(iteration, policy, gif_seed)

    def keep_episode(self, iteration: Iteration, make_actor: MakeActor, seed: int, build: Build = make_env) -> None:
        """A GIF of the episode from `seed` that an actor plays in the environment as `build` makes it."""
        display, path = self.config.display, iteration.path / GIF
        if display.gif:
            shape = display.gif_frames, display.gif_width, display.gif_fps
            self.tell_of_no_gif(record_episode(self.config.env, make_actor, seed, path, *shape, build))

    def log(
        self, iteration: Iteration, metrics: dict[str, Any], points: Sequence[tuple[int, dict[str, float]]] = ()
    ) -> None:
        """The iteration's figures, and those on the way, in metrics.jsonl and TensorBoard; texts and pictures there."""
        step = metrics["env_steps"]
        scalars = {key: value for key, value in metrics.items() if isinstance(value, int | float)}
        self.metrics_log.log(iteration.index, step, scalars)
        self.tensorboard.open_iteration(iteration.index)
        self.tensorboard.scalars(step, {_tag(key): value for key, value in scalars.items() if key != "iteration"})
        for point, values in points:
            self.metrics_log.log(iteration.index, point, values)
            self.tensorboard.scalars(point, {_tag_on_the_way(key): value for key, value in values.items()})
        self._log_files(iteration.path, step)
        self.tensorboard.close()

    def begin(self, config: dict[str, Any]) -> None:
        """Have TensorBoard know the run, with its resolved configuration, from its beginning."""
        self.tensorboard.begin(config)

    def copy_best(self, best: Record | None) -> None:
        """Make best/ a copy of the best iteration so far, where there is one."""
        if best is not None:
            copy_folder(best.path, self.folder / "best")

    def clear_leftovers(self) -> None:
        """What a kill left half-written, and an iteration that the budget's end broke off."""
        for path in [*leftovers(self.folder / "best"), *self.folder.glob(".iteration_*.partial")]:
            shutil.rmtree(path)

    def keep_held_out(self, seeds: IntArray, scores: EpisodeScores) -> None:
        """held_out.csv: what each episode of the final test came to, on `seeds` (n,)."""
        write_held_out(self.folder, played_episodes(seeds, scores))

    def log_result(self, config: dict[str, Any], result: dict[str, Any]) -> None:
        """The run's final figures beside its resolved configuration, on TensorBoard's HPARAMS page."""
        self.tensorboard.hparams(config, final_figures(result))
        self.tensorboard.close()

    def _record_gif(self, iteration: Iteration, policy: Policy, seed: int) -> None:
        """Where nothing can be drawn, the run goes on; the reason is the same each time, so it is told the first."""
        display = self.config.display
        shape = display.gif_frames, display.gif_width, display.gif_fps
        self.tell_of_no_gif(record_gif(self.config.env, policy.act, seed, iteration.path / GIF, *shape))

    def tell_of_no_gif(self, problem: str | None) -> None:
        """Say why there is no GIF, the first time that there is a reason."""
        if problem and not self._has_told_of_gifs:
            self._tell(f"no GIF: {problem}")
            self._has_told_of_gifs = True

    def _log_files(self, folder: Path, step: int) -> None:
        for name in TEXTS:
            path = folder / f"{name}.md"
            if path.exists() and (text := path.read_text(encoding="utf-8").strip()):
                self.tensorboard.text(name, step, with_layouts_fenced(text))
        for name in PICTURES:
            if (folder / name).exists():
                self.tensorboard.image(name.partition(".")[0], step, folder / name)
        self._log_epochs(folder / EPOCHS)
        for path in sorted((folder / FURTHER).glob("*.gif"))[1:]:  # the first of them is GIF
            self.tensorboard.image(f"episode/{path.stem}", step, path)

    def _log_epochs(self, path: Path) -> None:
        """A cloning's course, against epochs instead of environment steps."""
        if not path.exists():
            return
        columns = {name: column for name, column in read_json(path).items() if column is not None}
        for epoch, row in enumerate(zip(*columns.values(), strict=True), start=1):
            self.tensorboard.scalars(epoch, {f"cloning, by epoch/{k}": v for k, v in zip(columns, row, strict=True)})


def played_episodes(seeds: IntArray, scores: EpisodeScores) -> list[PlayedEpisode]:
    """Each episode of `scores`, on `seeds` (n,), by itself."""
    reached = [None] * len(scores) if scores.successes is None else scores.successes.tolist()
    rows = zip(seeds.tolist(), scores.returns.tolist(), scores.lengths.tolist(), reached, strict=True)
    return [PlayedEpisode(*row) for row in rows]


def _tag_on_the_way(key: str) -> str:
    """An evaluation's figures stand in a section of their own; others name theirs."""
    return key if "/" in key else f"evaluation/{key}"


def _tag(key: str) -> str:
    """TensorBoard's section and name: what was spent, what was reached, and all else."""
    if key in SPENT:
        return f"spent/{key}"
    return f"score/{key}" if any(word in key for word in REACHED) else f"workings/{key}"
