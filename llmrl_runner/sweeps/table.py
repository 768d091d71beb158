"""The table that a sweep ends with: every job, its result or why it has none."""

import logging
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hydra.experimental.callback import Callback
from omegaconf import DictConfig

from llmrl_runner.config.errors import EXIT_BAD_INPUT, EXIT_FAILED, ConfigError
from llmrl_runner.llm.prices import Estimate, total
from llmrl_runner.llm.purse import forget_what_is_under_way
from llmrl_runner.runs.console import LastingConsole
from llmrl_runner.runs.show import SweepRow, show_sweep
from llmrl_runner.runs.wording import score_words
from llmrl_runner.sweeps.notes import JobNote, Notes, job_names
from llmrl_runner.sweeps.standing import result_at


class SweepTable(Callback):
    """Hydra's hook at a sweep's ends: forgets the notes of an earlier try, and shows the table."""

    def on_multirun_start(self, config: DictConfig, **kwargs: Any) -> None:
        """A sweep begins."""
        if "optuna" in config.hydra.sweeper._target_:
            _have_optuna_tell_of_trouble_alone()
        sweep = Path(config.hydra.sweep.dir)
        try:
            Notes(sweep).forget()
            forget_what_is_under_way(sweep)
        except (OSError, ConfigError) as error:  # Hydra would make a warning of it, and go on with old notes
            print(error, file=sys.stderr)
            sys.exit(EXIT_BAD_INPUT)

    def on_multirun_end(self, config: DictConfig, **kwargs: Any) -> None:
        """All jobs are over. Ends the command with exit code 1 where one failed, or the table can't be shown."""
        try:
            _conclude(Notes(Path(config.hydra.sweep.dir)).all(), config)
        except Exception:  # Hydra would make a warning of it that nobody sees, and end with 0
            traceback.print_exc()
            sys.exit(EXIT_FAILED)


def _have_optuna_tell_of_trouble_alone() -> None:
    from optuna.logging import set_verbosity

    set_verbosity(logging.WARNING)


def _conclude(notes: Sequence[JobNote], config: DictConfig) -> None:
    """Show the table of the jobs, and end the command with what they came to."""
    if not notes:
        print("the sweep has no jobs: one of its keys has no values", file=sys.stderr)
        sys.exit(EXIT_BAD_INPUT)
    if estimates := [Estimate(**note.estimate) for note in notes if note.estimate]:
        print(f"the sweep: at most {total(estimates).text}")
    if len(estimates) < len(notes):
        show_sweep(map(_row, job_names(notes), notes), LastingConsole())
    if any(note.value is not None for note in notes):
        print(_best_line(notes, config.sweep.objective, config.hydra.sweeper.get("direction")))
    if not all(note.is_well for note in notes):
        sys.exit(EXIT_FAILED)


def _best_line(notes: Sequence[JobNote], figure: str, direction: Any) -> str:
    """What a search found, with the score that it was not chosen by. direction: a word, or the plugin's own."""
    known = [(note.value, name) for name, note in zip(job_names(notes), notes, strict=True) if note.value is not None]
    is_up = getattr(direction, "name", direction) != "minimize"
    value, name = (max if is_up else min)(known, key=lambda pair: pair[0])
    return f"the best by {figure} ({score_words(value)}): {name}; its held-out score stands above"


def _row(name: str, note: JobNote) -> SweepRow:
    return SweepRow(name, note.state, result_at(note.folder), note.error)
