"""What a call of a confined reward function takes, beside the same function called in this process."""

import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmrl_runner.sandbox.program import Program
from llmrl_runner.sandbox.ways import UNCONFINED, examine

ROWS = {1: 3000, 8: 3000, 64: 2000, 100_000: 5}  # rows of a batch -> how many calls one median is of
LIMITS_US = {1: 25.0, 8: 24.0, 64: 64.0}  # what confining may add to a call, in microseconds: 25, 3 a row, 1 a row
FUNCTION = "compute_reward"
SOURCE = """
import numpy as np

def compute_reward(obs, action, next_obs, info):
    offset = next_obs[:, :3] - next_obs[:, 3:6]
    distance = np.sqrt((offset * offset).sum(axis=1))
    effort = np.abs(action).sum(axis=1)
    reached = distance < 0.05
    return reached - distance - 0.01 * effort, {"distance": distance, "effort": effort, "reached": reached * 1.0}
"""

Arguments = tuple[NDArray[np.float64] | dict[str, NDArray[np.float64]], ...]


def measure(repeats: int) -> dict[str, Any]:
    """Microseconds of a call in this process, of one confined in each way that works here, and what that adds.

    Each repeat starts children of its own, since how the addresses of parent and child lie to each other matters to
    the processor, and takes the ways in turn; the figures are medians. Limits are those of what confining adds.
    """
    ways = {way.name.split()[0]: way for way in [*(one.way for one in examine() if one.way), UNCONFINED]}
    inside, seen = _in_process(), defaultdict[str, list[float]](list)
    for _ in range(repeats):
        for rows in ROWS:
            seen[f"in_process_{rows}_us"].append(_call_us(inside, rows))
        for name, way in ways.items():
            start = time.perf_counter()
            with Program(SOURCE, FUNCTION, way) as program:
                seen[f"{name}_start_s"].append(time.perf_counter() - start)
                for rows in ROWS:
                    seen[f"{name}_{rows}_us"].append(_call_us(program.call, rows))
    figures = {name: float(np.median(values)) for name, values in seen.items()}
    for name in ways:
        for rows in LIMITS_US:
            figures[f"{name}_adds_{rows}_us"] = figures[f"{name}_{rows}_us"] - figures[f"in_process_{rows}_us"]
    return figures | {f"limit_{rows}_us": limit for rows, limit in LIMITS_US.items()}


def _in_process() -> Callable[..., Any]:
    names: dict[str, Any] = {}
    exec(SOURCE, names)
    function: Callable[..., Any] = names[FUNCTION]
    return function


def _call_us(function: Callable[..., Any], rows: int) -> float:
    """The median of many calls, after some that don't count."""
    arguments, seconds = _batch(rows), []
    for _ in range(20 if rows < 1000 else 1):
        function(*arguments)
    for _ in range(ROWS[rows]):
        start = time.perf_counter()
        function(*arguments)
        seconds.append(time.perf_counter() - start)
    return float(np.median(seconds)) * 1e6


def _batch(rows: int) -> Arguments:
    """A transition of FetchReach's size a row: obs (rows, 16), action (rows, 4), next_obs (rows, 16), terminated."""
    rng = np.random.default_rng(0)
    obs, action, next_obs = (rng.normal(size=(rows, width)) for width in (16, 4, 16))
    return obs, action, next_obs, {"terminated": np.zeros(rows)}
