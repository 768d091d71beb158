"""Benchmarks, medians over repeats. `make bench` runs all but the longest; `python -m scripts.bench startup` runs one.

Add --json FILE to keep the figures, --repeats N for steadier ones.
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scripts.benchmarks import (
    acting,
    cartpole,
    confinement,
    demo,
    doorkey,
    doorkey_curves,
    many_runs,
    reward_memory,
    reward_training,
    startup,
    told_training,
)

BENCHMARKS: dict[str, Callable[[int], dict[str, Any]]] = {
    "startup": startup.measure,
    "cartpole": cartpole.measure,
    "demo": demo.measure,
    "acting": acting.measure,
    "confinement": confinement.measure,
    "reward_training": reward_training.measure,
    "reward_memory": reward_memory.measure,
    "told_training": told_training.measure,
    "report": many_runs.measure,
    "doorkey": doorkey.measure,
    "doorkey_curves": doorkey_curves.measure,
}
LONG = ("reward_memory", "doorkey_curves")  # run by its name alone


def arguments(words: list[str] | None = None) -> argparse.Namespace:
    """What to measure, how often, and where to keep it."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("which", choices=[*BENCHMARKS, "all"])
    parser.add_argument("--repeats", type=_positive, default=5)
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    return parser.parse_args(words)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def number(value: float) -> str:
    """Four digits, but all of those before the point: `1.234`, `12,345`."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def main(words: list[str] | None = None) -> None:
    """Measure and tell."""
    asked = arguments(words)
    names = [name for name in BENCHMARKS if name not in LONG] if asked.which == "all" else [asked.which]
    figures: dict[str, dict[str, Any]] = {}
    for name in names:
        figures[name] = BENCHMARKS[name](asked.repeats)
        print(f"{name:<16}" + "  ".join(f"{key} {number(value)}" for key, value in figures[name].items()), flush=True)
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
