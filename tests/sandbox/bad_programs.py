"""The bad programs of `corpus`: what stands at the head of each, and what comes of running one.

    # expects: harmless, time     what may come of it: an answer, or these kinds of ProgramError
    # when: second call           load, call (the default), second call, or check: only a later check can find it out
    # within: 10                  seconds
    # with: zipfile               modules that it needs besides those it imports

A program that gets at something puts it into its answer: the bytes of a canary as numbers, else the number 666. It does
no lasting harm where the walls are down: signals are number 0, a restart has the wrong magic, thirty forks end
by themselves. `/canary/home`, `/canary/project` and `/canary/tmp` are folders with a secret, 54321 a port that listens.
"""

import ast
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from llmrl_runner.sandbox.limits import Limits
from llmrl_runner.sandbox.process import Way
from llmrl_runner.sandbox.program import Answer, Program, ProgramError

CORPUS = Path(__file__).parent / "corpus"
LIMITS = Limits(start_s=2.0, call_s=0.5, cpu_s=60, memory_mb=600, answer_mb=8)
KINDS = {"syntax", "raised", "missing", "constants", "answer", "memory", "time", "died", "flood", "forged"}
MOMENTS = {"load", "call", "second call", "check"}
HEADER = re.compile(r"^# (expects|within|when|with): *(.+)$", re.MULTILINE)


@dataclass(frozen=True)
class BadProgram:
    """A file of the corpus, written with made-up places (`/canary/home`) that a test fills with real ones."""

    path: Path

    @property
    def name(self) -> str:
        return str(self.path.relative_to(CORPUS).with_suffix(""))

    @property
    def topic(self) -> str:
        return self.path.parent.name

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def header(self) -> dict[str, str]:
        return {key: value.strip() for key, value in HEADER.findall(self.text)}

    @property
    def expects(self) -> set[str]:
        """What may come of it: `harmless`, that it is answered, or kinds of ProgramError."""
        return {word.strip() for word in self.header["expects"].split(",")}

    @property
    def when(self) -> str:
        return self.header.get("when", "call")

    @property
    def within(self) -> float:
        """Seconds until it has come to something, on a machine that others use too."""
        return float(self.header.get("within", "10"))

    def source(self, places: Mapping[str, str]) -> str:
        text = self.text
        for made_up, real in places.items():
            text = text.replace(made_up, real)
        return text

    def modules(self) -> list[str]:
        """What it imports, at its top and further down, and what those import late, which its head names."""
        names: set[str] = set()
        for node in ast.walk(ast.parse(self.text)):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        return sorted(names | {name.strip() for name in self.header.get("with", "").split(",") if name})


def bad_programs() -> list[BadProgram]:
    return [BadProgram(path) for path in sorted(CORPUS.rglob("*.py"))]


def armed(way: Way, modules: list[str], tag: str) -> Way:
    """The way, with these modules loaded before the walls go up, so that it is the walls that a program meets.

    Otherwise most of the corpus would end at `import socket`, and prove nothing about sockets. `tag` marks the child's
    command line, so that a process that is left can be told from others'.
    """
    imports = "".join(f"try: import {name}\nexcept Exception: pass\n" for name in modules)
    return Way(way.name, lambda command: way.start([*command[:-1], f"# {tag}\n{imports}{command[-1]}"]), way.confines)


def batch() -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], dict[str, NDArray[np.float64]]]:
    observations = np.arange(15.0).reshape(3, 5)
    return observations, np.ones((3, 4)), observations + 1, {"terminated": np.zeros(3)}


def run(source: str, way: Way, calls: int = 2) -> tuple[list[Answer | ProgramError], float]:
    """What came of loading it and calling it until something is wrong, and the seconds that took."""
    start, outcomes = time.monotonic(), list[Answer | ProgramError]()
    try:
        with Program(source, "compute_reward", way, LIMITS) as program:
            while len(outcomes) < calls:
                outcomes.append(program.call(*batch()))
    except ProgramError as error:
        outcomes.append(error)
    return outcomes, time.monotonic() - start


def fits(program: BadProgram, outcomes: list[Answer | ProgramError]) -> bool:
    """Whether that is what its header says."""
    words = ["harmless" if isinstance(outcome, Answer) else outcome.kind for outcome in outcomes]
    if program.when == "load":
        return len(words) == 1 and words[0] in program.expects
    if program.when == "second call":
        return len(words) == 2 and words[0] == "harmless" and words[1] in program.expects
    return words[-1] in program.expects and set(words[:-1]) <= {"harmless"}


def told(outcome: Answer | ProgramError) -> bytes:
    """All that came out of the child: numbers as they are stored, and as the bytes that they may stand for."""
    if isinstance(outcome, ProgramError):
        return f"{outcome.kind} {outcome} {outcome.traceback}".encode(errors="surrogatepass")
    arrays = [outcome.value, *outcome.parts.values()]
    with np.errstate(invalid="ignore"):
        small = [np.nan_to_num(array).clip(0, 255).astype(np.uint8).tobytes() for array in arrays]
    names = [name.encode(errors="surrogatepass") for name in outcome.parts]
    return b"\n".join([*small, *(array.tobytes() for array in arrays), *names])


def reports_escape(outcome: Answer | ProgramError) -> bool:
    """Whether it says with its number that something was allowed that must not be."""
    return isinstance(outcome, Answer) and bool((outcome.value == 666.0).any())
