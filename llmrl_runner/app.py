"""From the command line to a run: compose, check, open the run's folder, hand it to its method."""

import os
import sys
import warnings
from pathlib import Path
from typing import Any

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException

from llmrl_runner.config.errors import EXIT_BAD_INPUT, EXIT_FAILED, EXIT_INTERRUPTED, ConfigError
from llmrl_runner.config.explain import explain
from llmrl_runner.config.machine import variable_set
from llmrl_runner.config.overrides import late
from llmrl_runner.config.places import conf_folder
from llmrl_runner.config.schema import register
from llmrl_runner.sweeps.identity import sweep_id

TRACE = "HYDRA_FULL_ERROR"
WANTS_TRACE = os.environ.get(TRACE) == "1"  # the user does: `main` sets the variable for Hydra

# Small networks and small arrays run best on one thread; the other cores want other jobs. Read when numpy is imported.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

# Our files in hydra/launcher/ give the launchers' own schemas their values: what Hydra warns of is meant so. Said here
# and not in main, since the processes of a sweep only import this file.
warnings.filterwarnings("ignore", message="(?s).*automatic_schema_matching")


def main() -> None:
    """The command `llmrl`, and run.py. Exits 0 when all went well, 1 where a run failed, 2 on bad input."""
    sys.path.append(str(Path.cwd()))  # where a user's own methods and environments lie, as for `python -m`
    arguments = late([_plain(argument) for argument in sys.argv[1:]])
    sys.argv[1:] = sorted(arguments, key=_is_override)  # Hydra reads no option that stands between overrides
    os.environ.setdefault("LLMRL_SWEEP", sweep_id(sys.argv[1:]))
    register()
    try:
        with variable_set(TRACE, "1"):  # have Hydra raise its errors, so that they can be said in one line
            _hydra_main()
    except KeyboardInterrupt:
        _say("interrupted; the same command goes on from here")
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:  # `--help | head`: nobody reads on, which is no failure
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:
        told = explain(error)
        if WANTS_TRACE or told is None:
            raise
        _say(str(told))
        sys.exit(EXIT_BAD_INPUT)


def _job(composed: DictConfig) -> float | None:
    """One job as Hydra hands it over: the whole command, or one of a sweep's. Sweepers that search want its value."""
    if HydraConfig.get().mode == RunMode.MULTIRUN:
        from llmrl_runner.sweeps.job import run_sweep_job

        return run_sweep_job(composed)
    _single_job(composed)
    return None


def _single_job(composed: DictConfig) -> None:
    """Exits here on bad input, before Hydra adds words of its own."""
    from llmrl_runner.jobs import run_job

    try:
        outcome = run_job(composed)
    except (ConfigError, OmegaConfBaseException) as error:
        if WANTS_TRACE:
            raise
        _say(str(explain(error)))
        sys.exit(EXIT_BAD_INPUT)
    if not outcome.is_well:
        sys.exit(EXIT_FAILED)


_hydra_main: Any = hydra.main(version_base="1.3", config_path=str(conf_folder()), config_name="config")(_job)


def _is_override(argument: str) -> bool:
    return not argument.startswith("-") and ("=" in argument or argument.startswith("~"))


def _plain(argument: str) -> str:
    """`experiment=...` also for who writes `+experiment=...`, as in applications whose defaults don't list it; and our
    settings of Optuna's sweeper for who names it as its makers do."""
    if argument == "hydra/sweeper=optuna":
        return "hydra/sweeper=search"
    return argument[1:] if argument.startswith("+experiment=") else argument


def _say(line: str) -> None:
    print(line, file=sys.stderr)
