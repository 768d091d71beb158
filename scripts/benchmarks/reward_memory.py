"""What memory a search for rewards takes while two trainings run side by side: the peak of all its processes."""

import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PROC = Path("/proc")
LIMIT_MB = 2000.0
WORDS = ("method=reward_gen", "env=fetch_reach", "method.iterations=1", "method.final_seeds=2", "method.workers=2")
PAUSE_S = 0.5
MB_PER_KIB = 1.024e-3


def measure(repeats: int) -> dict[str, Any]:
    """The largest peak in MB, of proportional set sizes: memory that processes share counts once. Linux only."""
    return {"peak_mb": max(once() for _ in range(repeats)), "limit_mb": LIMIT_MB}


def once() -> float:
    """The peak of one command, its trainings and their confined children. Raises CalledProcessError where it fails."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, str(ROOT / "run.py"), *WORDS, f"paths.outputs={folder}/outputs", "display.gif=false"]
        child, peak = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL), 0.0
        while child.poll() is None:
            peak = max(peak, sum(map(_proportional_mb, _family(child.pid))))
            time.sleep(PAUSE_S)
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, command)
    return peak


def _family(ancestor: int) -> Iterator[int]:
    """A process and all that come from it."""
    children = defaultdict[int, list[int]](list)
    for path in PROC.glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rsplit(")", 1)[1].split()[1])
        except OSError:  # it has just ended
            continue
        children[parent].append(int(path.parent.name))
    waiting = [ancestor]
    while waiting:
        process = waiting.pop()
        yield process
        waiting += children[process]


def _proportional_mb(process: int) -> float:
    try:
        lines = (PROC / str(process) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * MB_PER_KIB
