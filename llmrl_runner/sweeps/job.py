"""One job of a sweep: whatever becomes of it is noted, and the sweep goes on."""

import os
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, redirect_stderr, redirect_stdout
from dataclasses import asdict, replace
from functools import cache
from multiprocessing import current_process, set_start_method
from pathlib import Path

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from llmrl_runner.attempt import Outcome
from llmrl_runner.config.errors import EXIT_FAILED, ConfigError, NothingToDoError
from llmrl_runner.job import Sweep
from llmrl_runner.jobs import run_job
from llmrl_runner.sweeps.gpus import GIVEN_BY_SLURM, hold_a_gpu
from llmrl_runner.sweeps.notes import WAITING, JobNote, Notes
from llmrl_runner.sweeps.objective import objective

PARENT_CHECK_S = 0.5
TRIES_ALL = "hydra._internal.core_plugins.basic_sweeper.BasicSweeper"
# The sweep's own folder, set by the command: a job whose paths.outputs is another one shares it all the same.
SWEEP_FOLDER = "LLMRL_SWEEP_FOLDER"
# Set by the command while its table stands in the terminal: its jobs' own lines go to their logs.
WATCHED = "LLMRL_WATCHED"


def run_sweep_job(composed: DictConfig) -> float | None:
    """Run one job, unless this sweep has done so. Returns what a sweeper that searches wants to know of it."""
    _settle_in()
    hydra = HydraConfig.get()
    notes = Notes(Path(os.environ.get(SWEEP_FOLDER) or hydra.runtime.output_dir))
    note = notes.begin(int(hydra.job.num), list(hydra.overrides.task))
    if note.is_over:
        return note.value
    if note.folder:  # this sweep began it, in a process that died: it goes on there, also where it was to be afresh
        composed = composed.copy()
        composed.rerun = False
    try:
        ended = _see_through(composed, notes, note)
    except KeyboardInterrupt:
        notes.write(replace(note, state=WAITING))
        raise
    notes.write(ended)
    return ended.value


def _see_through(composed: DictConfig, notes: Notes, note: JobNote) -> JobNote:
    """The job to its end. Returns its last note."""
    sweep = Sweep(notes.sweep, lambda folder: notes.write(replace(note, folder=str(folder))))
    with _lines_into(notes.log(note.number)) if _is_watched() else nullcontext():
        ended = _ended(note, *_outcome(composed, sweep))
        if ended.error:  # at once, for whoever waits for a long sweep; the table at its end says it again
            print(f"{' '.join(note.overrides)}: {' '.join(ended.error.split())}", file=sys.stderr)
    return ended


def _is_watched() -> bool:
    """Whether a table stands where the job's lines would go; on a cluster's node they go into its log."""
    return bool(os.environ.get(WATCHED)) and GIVEN_BY_SLURM not in os.environ


def _outcome(composed: DictConfig, sweep: Sweep) -> tuple[Outcome, float | None]:
    """How the job ended, and what a sweeper that searches is told of it."""
    try:
        hold_a_gpu(composed)
        outcome = run_job(composed, sweep)
        return outcome, _value(composed, outcome)
    except NothingToDoError as error:
        return Outcome("left out", error=str(error)), None
    except ConfigError as error:
        return Outcome("failed", error=str(error)), None
    except Exception as error:
        traceback.print_exc()
        return Outcome("failed", error=f"{type(error).__name__}: {error}"), None


def _value(composed: DictConfig, outcome: Outcome) -> float | None:
    """Nothing where no sweeper asks: most methods have figures of their own."""
    searches = HydraConfig.get().sweeper._target_ != TRIES_ALL
    if not (searches and outcome.folder and outcome.is_well):
        return None
    return objective(composed.sweep.objective, Path(outcome.folder))


def _ended(note: JobNote, outcome: Outcome, value: float | None) -> JobNote:
    estimate = asdict(outcome.estimate) if outcome.estimate else None
    return replace(
        note,
        state=outcome.state,
        folder=outcome.folder,
        error=outcome.error,
        estimate=estimate,
        value=value,
        ended=time.time(),
    )


@contextmanager
def _lines_into(log: Path) -> Iterator[None]:
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8", buffering=1) as file, redirect_stdout(file), redirect_stderr(file):
        yield


@cache
def _settle_in() -> None:
    """Have a worker process end with the command that started it: joblib's live on when that is killed.

    Ending at any moment loses nothing, since an interrupted run goes on from its last complete iteration. And a job
    may start processes of its own there, as reward_gen does, which know nothing of joblib's way to start them.
    """
    command = os.getppid()
    if current_process().name == "MainProcess":
        return
    set_start_method("spawn", force=True)

    def watch() -> None:
        while os.getppid() == command:
            time.sleep(PARENT_CHECK_S)
        os._exit(EXIT_FAILED)

    threading.Thread(target=watch, daemon=True).start()
