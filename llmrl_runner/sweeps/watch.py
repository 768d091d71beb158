"""How far a sweep is, while it runs: a live table in a terminal, else a line now and then."""

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from rich import box
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from llmrl_runner.config.machine import variable_set
from llmrl_runner.runs.console import LastingConsole
from llmrl_runner.runs.lookup import number
from llmrl_runner.runs.show import STATE_STYLES
from llmrl_runner.runs.wording import (
    cost_words,
    count_words,
    duration_words,
    held_out_score,
    score_words,
    untested_words,
)
from llmrl_runner.sweeps.job import WATCHED
from llmrl_runner.sweeps.notes import FAILED, RUNNING, WAITING, Notes
from llmrl_runner.sweeps.standing import JobStanding, Standings, seconds_left

SECONDS_BETWEEN_LOOKS = 1.0
SECONDS_BETWEEN_LINES = 60.0
LINES_AROUND_ROWS = 8  # empty ones, heading, rule, what is left out, totals, the cursor
STATES = (RUNNING, WAITING, FAILED, "finished", "skipped", "left out", "estimated")
WIDEST_STATE = len("left out")
NOTHING = ""


@contextmanager
def watching(notes: Notes, config: Any) -> Iterator[None]:
    """Show how far the jobs are until the block ends: `display.progress` says how, auto looks at the terminal."""
    console = LastingConsole(file=sys.stdout, highlight=False)
    if config.estimate or config.display.progress == "none":
        yield
        return
    view = SweepView(notes, config.sweep.max_cost_usd)
    way = _table_alive if _is_live(config.display.progress, console) else _lines_now_and_then
    try:
        with way(view, console):
            yield
    except KeyboardInterrupt:
        _say(view.line(), console)
        raise


def _is_live(display: str, console: Console) -> bool:
    is_terminal = console.is_terminal and not console.is_dumb_terminal
    return display == "rich" or (display == "auto" and is_terminal)


def _say(line: str, console: Console) -> None:
    with _whatever_the_terminal_is():
        console.print(f"the sweep: {line}", markup=False, highlight=False, soft_wrap=True)


class SweepView:
    """A sweep's jobs as rich draws them. limit_usd: what they may spend together."""

    def __init__(self, notes: Notes, limit_usd: float | None) -> None:
        self._standings = Standings(notes)
        self._limit_usd = limit_usd

    def table(self, width: int, height: int) -> RenderableType:
        """As many jobs as fit into `height` lines of `width`, those that failed or run first, and the totals of all."""
        jobs = self._standings.read()
        shown = _most_telling(jobs, max(1, height - LINES_AROUND_ROWS))
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        longest = max((len(job.name) for job in shown), default=0)
        table.add_column("job", no_wrap=True, overflow="ellipsis", min_width=min(longest, width // 3))
        table.add_column("state", no_wrap=True, min_width=WIDEST_STATE)
        table.add_column("", no_wrap=True, overflow="ellipsis", max_width=max(WIDEST_STATE, width // 3))
        for heading in ("score", "calls", "cost", "left"):
            table.add_column(heading, justify="right", no_wrap=True, overflow="ellipsis")
        for job in shown:
            table.add_row(Text(job.name), Text(job.note.state, STATE_STYLES.get(job.note.state, "")), *_cells(job))
        hidden = [Text(f"and {len(jobs) - len(shown)} more", style="dim")] if len(jobs) > len(shown) else []
        return Group(table, *hidden, Text(self._totals(jobs), style="bold"))

    def line(self) -> str:
        """The totals in one line."""
        return self._totals(self._standings.read())

    def _totals(self, jobs: Sequence[JobStanding]) -> str:
        counts = {state: sum(job.note.state == state for job in jobs) for state in STATES}
        told = [f"{count} {state}" for state, count in counts.items() if count]
        left = seconds_left(jobs)
        ending = [] if left is None else [f"about {duration_words(left)} left"]
        return " · ".join([f"{len(jobs)} jobs: {', '.join(told)}", *self._spent(jobs), *ending])

    def _spent(self, jobs: Sequence[JobStanding]) -> list[str]:
        begun = [job for job in jobs if job.calls is not None]
        costs = [job.cost_usd for job in begun]
        cost = None if None in costs else sum(cost or 0.0 for cost in costs)
        limit = "" if self._limit_usd is None else f" of ${self._limit_usd:g}"
        return [f"{count_words(sum(job.calls or 0 for job in begun))} calls", f"{cost_words(cost)}{limit}"]


def _cells(job: JobStanding) -> list[Text]:
    words = [_one_line(job.note.error or job.doing), _score(job), NOTHING, NOTHING, NOTHING]
    if job.calls is not None:
        words[2:4] = count_words(job.calls), cost_words(job.cost_usd)
    if job.seconds_left is not None:
        words[4] = duration_words(job.seconds_left)
    return [Text(word) for word in words]


def _one_line(words: str) -> str:
    return " ".join(words.split())


def _score(job: JobStanding) -> str:
    """The held-out score of what is finished; of what is under way the best so far, which is no result yet."""
    if job.result:
        return "none" if untested_words(job.result) else held_out_score(job.result)
    best = number(job.pulse, "best")
    return NOTHING if best is None else f"{score_words(best)} so far"


def _most_telling(jobs: Sequence[JobStanding], most: int) -> Sequence[JobStanding]:
    """In their order; where there are too many: those that failed or run, the latest that ended, the next that wait."""
    if len(jobs) <= most:
        return jobs
    kept = sorted(jobs, key=_weight)[:most]
    return sorted(kept, key=lambda job: job.note.number)


def _weight(job: JobStanding) -> tuple[int, float]:
    """Smaller is more telling."""
    note = job.note
    if note.state in (FAILED, RUNNING):
        return 0, note.number
    return (1, -(note.ended or 0.0)) if note.is_over else (2, note.number)


@contextmanager
def _table_alive(view: SweepView, console: Console) -> Iterator[None]:
    """The table, while the jobs' own lines go to their logs."""
    live = Live(console=console, auto_refresh=False, transient=True)

    def draw() -> None:
        live.update(view.table(*console.size), refresh=True)

    with variable_set(WATCHED, "1"), _shown(live), _every(SECONDS_BETWEEN_LOOKS, draw):
        yield


@contextmanager
def _lines_now_and_then(view: SweepView, console: Console) -> Iterator[None]:
    """A line of totals a minute, among the jobs' own lines, where there is anything new."""
    said = [""]

    def say_news() -> None:
        if (line := view.line()) != said[-1]:
            said.append(line)
            _say(line, console)

    with _every(SECONDS_BETWEEN_LINES, say_news):
        yield


@contextmanager
def _shown(live: Live) -> Iterator[None]:
    """The table in the terminal for as long as the block takes; a terminal that can't show it ends nothing."""
    with _whatever_the_terminal_is():
        live.start()
    try:
        yield
    finally:
        with _whatever_the_terminal_is():
            live.stop()
        with _whatever_the_terminal_is():
            live.console.show_cursor(True)


def _whatever_the_terminal_is() -> suppress:
    # OSError: its disk is full, or nobody reads any more. ValueError: it is closed, or has no such letters.
    return suppress(OSError, ValueError)


@contextmanager
def _every(seconds: float, do: Any) -> Iterator[None]:
    """Call `do` in a thread of its own as often as that, from then on until the block ends."""
    is_over = threading.Event()
    told: dict[str, Exception] = {}  # each only once

    def work() -> None:
        while not is_over.wait(seconds):
            try:
                do()
            except Exception as error:  # whatever it is, the jobs go on, and the next look may be better
                told.setdefault(str(error), error)

    thread = threading.Thread(target=work, name="watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
        for error in told.values():
            print(f"the sweep could not always be shown: {type(error).__name__}: {error}", file=sys.stderr)
