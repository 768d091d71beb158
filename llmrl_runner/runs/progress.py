"""How far a run is: two live lines in a terminal, plain lines (one an iteration) in a pipe, a log file or a sweep."""

import contextlib
import time
from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console, RenderableType
from rich.progress import Progress as Bar
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from llmrl_runner.runs.console import LastingConsole
from llmrl_runner.runs.lookup import interval, number
from llmrl_runner.runs.pulse import Pulse
from llmrl_runner.runs.reward_wording import draft_words
from llmrl_runner.runs.wording import (
    asked_words,
    cost_words,
    count_words,
    demos_words,
    duration_words,
    score_words,
    scored,
    stage_words,
)

GAP = "  "
FINAL_TEST = "the final test"
NARROWEST_BAR, WIDEST_BAR = 4, 20  # columns
# Figures of iterations that replace the last whatever they score: rounds that a model played, stretches of training.
UNCHOSEN = ("played_episodes", "trained_steps")


class TwoLines(Bar):
    """Which run and iteration it is, and below it how far: a bar as wide as the terminal leaves room for, then figures,
    the time left first, since a narrow terminal cuts off the end."""

    def get_renderables(self) -> Iterable[RenderableType]:
        """See rich.progress.Progress."""
        for task in self.tasks:
            figures = Text(task.fields["figures"], no_wrap=True, overflow="ellipsis")
            width = max(NARROWEST_BAR, min(WIDEST_BAR, self.console.width - figures.cell_len - 2))
            line = Table.grid(padding=(0, 1))
            line.add_row(ProgressBar(total=task.total, completed=task.completed, width=width), figures)
            yield Text(task.description, no_wrap=True, overflow="ellipsis")
            yield line


class Progress:
    """What the run loop tells of itself. It never raises on account of the terminal.

    `name` names the run (`tabular/cartpole/replay/seed0`). `is_live=None` means live where there is a terminal; a sweep
    says False. `pulse` is told all of it, too, for whoever looks at the run's folder.
    """

    def __init__(
        self,
        total_iterations: int,
        name: str,
        *,
        console: Console | None = None,
        is_live: bool | None = None,
        pulse: Pulse | None = None,
    ) -> None:
        self.total_iterations = total_iterations
        self.name = name
        self.pulse = pulse
        self.console = console or LastingConsole(highlight=False)
        is_terminal = self.console.is_terminal and not self.console.is_dumb_terminal
        self.is_live = is_terminal if is_live is None else is_live
        self._env_steps: int | None = 0
        self._calls: int | None = 0
        self._cost_usd: float | None = 0.0
        self._best: float | None = None
        self._done = 0
        self._begun_with = 0
        self._begun_at = time.monotonic()
        self._iteration: int | None = None  # the one under way, from 0
        self._part = ""
        self._share = 0.0
        self._bar: Bar | None = None

    def start(self, done: int = 0, best: float | None = None) -> None:
        """Begin; a resumed run says how many iterations are `done` and their `best` return."""
        self._done = self._begun_with = done
        self._best = best
        self._begun_at = time.monotonic()
        self._beat()
        if self.is_live:
            with _silenced():
                self._bar = self._live_bar()
                self._bar.start()

    def iteration_started(self, iteration: int) -> None:
        """Iteration `iteration` (from 0) begins."""
        self._iteration = iteration
        self._part, self._share = "", 0.0
        self._show()

    def part(self, done: int, of: int, what: str) -> None:
        """Within the iteration: `done` of so many, 3 of 5 episodes say."""
        self._part = f"{done} of {of} {what}"
        self._share = done / of
        self._show()

    def note(self, text: str) -> None:
        """Say one line that stays."""
        self._say(f"{self.name}{GAP}{text}")

    def update(self, *, env_steps: int | None = None, calls: int | None = None, cost_usd: float | None = None) -> None:
        """Take over totals so far. With `calls` comes their whole cost, None where it is unknown."""
        if env_steps is not None:
            self._env_steps = env_steps
        if calls is not None:
            self._calls = calls
            self._cost_usd = cost_usd
        self._show()

    def iteration_finished(self, iteration: int, metrics: Mapping[str, Any]) -> None:
        """Iteration `iteration` (from 0) is complete: say its line, from the figures of its metrics.json."""
        self._done = iteration + 1
        self._part, self._share = "", 0.0
        self._keep_best(metrics)
        self.update(env_steps=metrics.get("env_steps"), calls=metrics.get("calls"), cost_usd=metrics.get("cost_usd"))
        self.note(GAP.join([f"iteration {self._done}/{self.total_iterations}", _reached(metrics), *self._totals()]))

    def finish(self) -> None:
        """Take the live lines and the pulse away. Safe to call twice, and where `start` never was."""
        if self.pulse is not None:
            self.pulse.stop()
        if self._bar is not None:
            with _silenced():
                self._bar.stop()
            self._bar = None

    def _keep_best(self, metrics: Mapping[str, Any]) -> None:
        score = kept_score(metrics)
        is_best = metrics.get("is_best")
        if is_best is None:
            is_best = score is not None and (self._best is None or score > self._best)
        if is_best:
            self._best = score

    def _totals(self) -> list[str]:
        return [
            *([] if self._best is None else [f"best {score_words(self._best)}"]),
            f"steps {count_words(self._env_steps)}",
            f"calls {count_words(self._calls)}",
            cost_words(self._cost_usd),
        ]

    def _seconds_left(self) -> float | None:
        """By the pace so far; None before there is one, and in the final test, whose pace is another."""
        done_here = self._done + self._share - self._begun_with
        if not done_here or self._is_testing:
            return None
        seconds_each = (time.monotonic() - self._begun_at) / done_here
        return seconds_each * max(0.0, self.total_iterations - self._done - self._share)

    @property
    def _is_testing(self) -> bool:
        return self._done >= self.total_iterations

    def _time_left(self) -> str:
        seconds = self._seconds_left()
        return "time left unknown" if seconds is None else f"{duration_words(seconds)} left"

    def _doing(self) -> str:
        count = None if self._iteration is None else f"iteration {self._iteration + 1}/{self.total_iterations}"
        return GAP.join(filter(None, [self.name, count, self._part]))

    def _live_bar(self) -> Bar:
        bar = TwoLines(console=self.console, transient=True, refresh_per_second=4)
        bar.add_task(self.name, total=self.total_iterations, completed=self._done, figures="starting")
        return bar

    def _show(self) -> None:
        if self.pulse is not None and self.pulse.is_due():
            self._beat()
        if self._bar is None:
            return
        figures = GAP.join([self._time_left(), *self._totals()])
        with _silenced():
            done = self._done + self._share
            self._bar.update(self._bar.task_ids[0], description=self._doing(), completed=done, figures=figures)

    def _beat(self) -> None:
        if self.pulse is None:
            return
        left = self._seconds_left()
        self.pulse.beat(
            {
                "iteration": None if self._is_testing else self._iteration,
                "iterations": self.total_iterations,
                "doing": self._part or (FINAL_TEST if self._is_testing else None),
                "share": round(self._share, 4),
                "best": self._best,
                "env_steps": self._env_steps,
                "calls": self._calls,
                "cost_usd": self._cost_usd,
                "seconds_left": None if left is None else round(left, 1),
            }
        )

    def _say(self, line: str) -> None:
        with _silenced():
            self.console.print(line, markup=False, highlight=False, soft_wrap=True)


def kept_score(metrics: Mapping[str, Any]) -> float | None:
    """The score that an iteration may be kept for; None where none is chosen by its score (see UNCHOSEN)."""
    return None if any(key in metrics for key in UNCHOSEN) else number(metrics, "return_mean")


def _reached(metrics: Mapping[str, Any]) -> str:
    """The iteration's score, behind what kind of iteration it was; of demonstrations how many there are."""
    if demos := demos_words(metrics):
        return f"{stage_words(metrics)}: {demos}"
    if asked := asked_words(metrics):
        return f"{stage_words(metrics)}: {asked}"
    if (stage := stage_words(metrics)) and number(metrics, "return_mean") is None:
        return f"{stage}: nothing to do"
    return GAP.join(part for part in (stage, _score(metrics)) if part)


def _score(metrics: Mapping[str, Any]) -> str:
    if number(metrics, "drafts") is not None:
        return draft_words(metrics)
    if metrics.get("is_valid_answer") is False:
        return "no usable answer"
    return f"return {scored(number(metrics, 'return_mean'), interval(metrics, 'return_ci95'))}"


def _silenced() -> contextlib.suppress:
    # OSError: the reader of a pipe is gone, the disk of a log file is full. ValueError: stdout is closed.
    return contextlib.suppress(OSError, ValueError)
