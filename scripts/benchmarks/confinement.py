"""What a call of a confined reward function takes, beside the same function called in this process."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmrl_runner.sandbox.program import Program
from llmrl_runner.sandbox.ways import UNCONFINED, examine
from scripts.benchmarks.pairs import medians

ROWS = {1: 3000, 8: 3000, 64: 2000, 100_000: 5}  # rows of a batch -> how many calls one median is of
LIMITS_US = {1: 25.0, 8: 24.0, 64: 64.0}  # microseconds of a call that is confined by sandlock
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
    """Microseconds of a call (medians of medians) for each way that works here and each size; seconds of a start."""
    figures: dict[str, Any] = {f"in_process_{rows}_us": _call_us(_in_process(), rows, repeats) for rows in ROWS}
    for way in [*(examined.way for examined in examine() if examined.way), UNCONFINED]:
        name = way.name.split()[0]
        start = time.perf_counter()
        with Program(SOURCE, FUNCTION, way) as program:
            figures[f"{name}_start_s"] = time.perf_counter() - start
            for rows in ROWS:
                figures[f"{name}_{rows}_us"] = _call_us(program.call, rows, repeats)
    return figures | {f"limit_{rows}_us": limit for rows, limit in LIMITS_US.items()}


def _in_process() -> Callable[..., Any]:
    names: dict[str, Any] = {}
    exec(SOURCE, names)
    function: Callable[..., Any] = names[FUNCTION]
    return function


def _call_us(function: Callable[..., Any], rows: int, repeats: int) -> float:
    arguments = _batch(rows)
    for _ in range(20 if rows < 1000 else 1):
        function(*arguments)
    median, _ = medians(lambda: _median_s(function, arguments, ROWS[rows]), repeats)
    return median * 1e6


def _median_s(function: Callable[..., Any], arguments: Arguments, calls: int) -> float:
    seconds = []
    for _ in range(calls):
        start = time.perf_counter()
        function(*arguments)
        seconds.append(time.perf_counter() - start)
    return float(np.median(seconds))


def _batch(rows: int) -> Arguments:
    """A transition of FetchReach's size a row: obs (rows, 16), action (rows, 4), next_obs (rows, 16), terminated."""
    rng = np.random.default_rng(0)
    obs, action, next_obs = (rng.normal(size=(rows, width)) for width in (16, 4, 16))
    return obs, action, next_obs, {"terminated": np.zeros(rows)}
