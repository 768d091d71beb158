"""One run among many: its figures, read once, and what of it can be compared."""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from llmrl_runner.report.arms import Settings, arm_settings, env_settings
from llmrl_runner.report.figures import state_of
from llmrl_runner.report.reading import RunRecord, read_figures
from llmrl_runner.report.several.course import Course, course_of
from llmrl_runner.runs.lookup import Interval, JsonObject, interval, number, optimum_value, section, word
from llmrl_runner.runs.wording import NO_MODEL, UNKNOWN, untested_words

FINISHED, RUNNING, STOPPED, FAILED = STATES = ("finished", "running", "stopped", "failed")
CONTROL = "random"  # the backend whose answers are blind


@dataclass(frozen=True)
class Run:
    """A run's figures. Every one of them is None where the run doesn't tell it; returns are the environment's own.

    record: without its prompts, answers and programs. course: how its score rose, and what that had taken.
    """

    record: RunRecord
    arm: Settings
    env_settings: Settings
    course: Course = field(default_factory=Course)

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self.record.folder

    @property
    def config(self) -> JsonObject:
        """What config.yaml says, empty where it can't be read."""
        return self.record.config

    @property
    def result(self) -> JsonObject:
        """What result.json says, empty where there is none."""
        return self.record.result

    @property
    def method(self) -> str:
        """The method's name."""
        return word(self.config, "method", "name") or word(self.result, "method") or UNKNOWN

    @property
    def env(self) -> str:
        """The environment's name."""
        return word(self.config, "env", "name") or word(self.result, "env") or UNKNOWN

    @property
    def acts_in_two_ways(self) -> bool:
        """Whether its network was tested with drawn actions, too; its score is of the most likely ones."""
        return bool(section(self.result, "held_out_sampled"))

    @property
    def llm(self) -> str:
        """The name of the option `llm=`."""
        return word(self.config, "llm", "name") or word(self.result, "llm", "backend") or UNKNOWN

    @property
    def backend(self) -> str:
        """replay, random, manual, live or none."""
        return word(self.result, "llm", "backend") or word(self.config, "llm", "backend") or UNKNOWN

    @property
    def model(self) -> str | None:
        """Who answered, where it is known."""
        return word(self.result, "llm", "model") or word(self.config, "llm", "model")

    @property
    def seed(self) -> int | None:
        """What every random number of it was drawn from."""
        known = number(self.config, "seed")
        known = number(self.result, "seed") if known is None else known
        return None if known is None else int(known)

    @cached_property
    def state(self) -> str:
        """finished, running, failed, unknown; stopped where it says running and its process is gone."""
        told = state_of(self.record)
        return STOPPED if told == RUNNING and _is_gone(self.record.status) else told

    @property
    def reason(self) -> str:
        """Why it ended as it did, or nothing."""
        return " ".join((word(self.record.status, "reason") or "").split())

    @property
    def score(self) -> float | None:
        """The mean return of the held-out episodes: the one figure that no choice saw."""
        return None if self.untested else number(self.result, "held_out", "return_mean")

    @property
    def score_interval(self) -> Interval | None:
        """Its 95 % interval over episodes."""
        return interval(self.result, "held_out", "return_ci95")

    @property
    def success(self) -> float | None:
        """The share of held-out episodes that succeeded, None where success is not defined."""
        return None if self.untested else number(self.result, "held_out", "success_rate")

    @property
    def success_interval(self) -> Interval | None:
        """Its 95 % interval over episodes."""
        return interval(self.result, "held_out", "success_ci95")

    @property
    def untested(self) -> str | None:
        """Why a finished run has no score."""
        return untested_words(self.result) if self.result else None

    @property
    def best_search_score(self) -> float | None:
        """The best return that the search saw: chosen for being high, so it is no result."""
        return self.course.best_return

    @property
    def optimum(self) -> float | None:
        """The highest mean return that any policy has, where that is computed."""
        return optimum_value(self.result)

    @property
    def return_max(self) -> float | None:
        """The return that no episode exceeds."""
        known = number(self.result, "return_max")
        return number(self.config, "env", "return_max") if known is None else known

    def spent(self, what: str) -> float | None:
        """Of result.json the `calls`, `tokens`, `cost_usd`, `env_steps`, `wall_seconds` or `episodes`; else so far."""
        return self.course.spent(what) if not self.result else _spent(self.result, what)

    @property
    def invalid_rate(self) -> float | None:
        """The share of answers, or of iterations, whose answer could not be used."""
        return number(self.result, "invalid_rate")

    @property
    def drift(self) -> float | None:
        """How many replayed answers were given to another prompt than this run's."""
        return number(self.result, "llm", "replay_drift")

    @property
    def is_control(self) -> bool:
        """Whether blind answers stood in for a model's."""
        return self.backend == CONTROL

    @property
    def asks_a_model(self) -> bool:
        """Whether its method asks a model at all."""
        return self.backend != NO_MODEL

    @property
    def why_not_compared(self) -> str:
        """Why it stands in no mean, or nothing."""
        if self.state != FINISHED:
            done = len(self.record.iterations)
            where = f", {done} {'iteration' if done == 1 else 'iterations'} done" if done else ""
            return f"{'unfinished' if self.state == UNKNOWN else self.state}{where}" + self._because
        if not self.env_settings:
            return "its config.yaml can't be read"
        if self.untested:
            return f"untested: {self.untested}"
        return "" if self.score is not None else "its result.json has no held-out return"

    @property
    def _because(self) -> str:
        return f" ({self.reason})" if self.reason else ""


def read_one(folder: Path) -> Run:
    """Read a run's figures. Raises OSError, ValueError or RecursionError where the folder can't be made sense of."""
    record = read_figures(folder)
    return Run(record, arm_settings(record.config), env_settings(record.config), course_of(record))


def _spent(result: Mapping[str, object], what: str) -> float | None:
    if what == "tokens":
        return total(number(result, "llm", "prompt_tokens"), number(result, "llm", "completion_tokens"))
    places = {"wall_seconds": (what,), "env_steps": ("budget", what), "episodes": ("budget", what)}
    return number(result, *places.get(what, ("llm", what)))


def total(*parts: float | None) -> float | None:
    """The sum, unknown where a part is."""
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def _is_gone(status: JsonObject) -> bool:
    """Whether the process that the run was in is gone; of another machine's nobody here knows."""
    pid = number(status, "pid")
    if pid is None or not 0 < pid < 2**22 or word(status, "host") != socket.gethostname():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:  # it is another user's, and there
        return False
    return False
