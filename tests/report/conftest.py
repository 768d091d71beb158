import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from llmrl_runner.report.page import write_page

CONFIG = """\
seed: 3
device: auto
method:
  name: tabular
  iterations: 4
env:
  name: cartpole
  id: CartPole-v1
  goal: Keep the pole upright and the cart on the track for as long as possible, up to 500 steps.
llm:
  name: replay
  backend: replay
  model: null
  recording: experiments/recordings/tabular/cartpole.jsonl
"""
# Mean, interval, whether it was kept, verdict: the third answer can't be used, the fourth is worse.
SCORES: list[tuple[float | None, list[float] | None, bool, str]] = [
    (187.4, [151.2, 223.6], True, "first candidate, kept"),
    (498.7, [496.1, 500.0], True, "better than iteration 0 on the same seeds (+311.3), kept"),
    (None, None, False, "no usable policy after one repair turn"),
    (342.0, [301.5, 382.5], False, "worse than iteration 1 on the same seeds (-156.7); back to iteration 1"),
]
RESULT: dict[str, Any] = {
    "method": "tabular",
    "env": "cartpole",
    "llm": {
        "backend": "replay",
        "model": "a-large-model-2026",
        "calls": 5,
        "cached_calls": 0,
        "prompt_tokens": 9_812,
        "completion_tokens": 3_377,
        "cost_usd": None,
        "replay_drift": 0,
    },
    "seed": 3,
    "best_iteration": 1,
    "iterations": 4,
    "ended_by": None,
    "knowledge": "rollouts_only",
    "search": {"return_mean": 498.7, "return_ci95": [496.1, 500.0], "success_rate": 0.97},
    "held_out": {
        "episodes": 1000,
        "return_mean": 497.21,
        "return_ci95": [496.02, 498.4],
        "success_rate": 0.952,
        "success_ci95": [0.937, 0.964],
    },
    "optimum": {"value": 500.0, "how": "the step limit; a 324-cell table reaches it"},
    "exact_return_mean": None,
    "budget": {"episodes": 96, "env_steps": 41_873},
    "wall_seconds": 7.91,
    "versions": {"llmrl_runner": "0.1.0", "python": "3.11.2", "torch": None},
}
PROMPT = """\
# CartPole-v1, iteration {k}

You see: cart position (m, -2.4 to 2.4), cart velocity (m/s), pole angle (rad), pole angular velocity (rad/s).
Write a table: one row a cell, `position velocity angle angular_velocity | action`. `*` stands for any.
Episode of seed 18 (worst, return 112): state (0, 1, 2, 3), action 1, reward 1 ...
<script>document.title = "broken out"</script>
"""


def animation(path: Path, colour: tuple[int, int, int], width: int = 240, frames: int = 6) -> None:
    """A GIF of a box that moves."""
    pictures = []
    for k in range(frames):
        picture = Image.new("RGB", (width, width * 2 // 3), "white")
        ImageDraw.Draw(picture).rectangle((30 * k, 90, 30 * k + 40, 120), fill=colour)
        pictures.append(picture)
    pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=60, loop=0)


def write_iteration(run: Path, k: int) -> None:
    folder = run / f"iteration_{k:03d}"
    folder.mkdir(parents=True)
    mean, bounds, is_best, verdict = SCORES[k]
    metrics = {
        "iteration": k, "is_best": is_best, "verdict": verdict, "return_mean": mean, "return_ci95": bounds,
        "success_rate": None if mean is None else mean / 500, "coverage": 0.938, "duplicates": 2,
        "is_valid_answer": mean is not None, "problems": [] if mean else ["row 7: angle 9 is out of range 0-5"],
        "episodes": 24 * (k + 1), "env_steps": 10_468 * (k + 1), "calls": k + 1,
    }  # fmt: skip
    (folder / "metrics.json").write_text(json.dumps(metrics))
    (folder / "prompt.md").write_text(PROMPT.format(k=k))
    (folder / "response.md").write_text(
        "Push towards the lean.\n" + "".join(f"* * {a} * | {a // 3}\n" for a in range(6))
    )
    (folder / "feedback.md").write_text(f"Mean return {mean}; cells never visited: 31 of 324.\n")
    if mean is not None:
        rows = [f"* * {a} {v} | {int(a + v > 5 - k % 2)}" for a in range(6) for v in range(6)]
        (folder / "candidate.json").write_text(json.dumps({"form": "table", "rows": rows}, indent=1))
        animation(folder / "episode.gif", (40 * k, 90, 200))
        Image.new("RGB", (320, 240), (200, 220 - 30 * k, 120)).save(folder / "policy.png")


def write_run(folder: Path, result: dict[str, Any] | None = None) -> Path:
    """A finished run of four iterations as the run folder's contract has it."""
    for k in range(len(SCORES)):
        write_iteration(folder, k)
    (folder / "best").mkdir()
    for name in ("episode.gif", "policy.png", "candidate.json", "metrics.json"):
        (folder / "best" / name).write_bytes((folder / "iteration_001" / name).read_bytes())
    (folder / "config.yaml").write_text(CONFIG)
    (folder / "command.txt").write_text("python run.py seed=3\n")
    (folder / "status.json").write_text(json.dumps({"state": "finished", "reason": None, "pid": 1}))
    (folder / "transcript.jsonl").write_text(json.dumps({"key": "ab12", "model": "a-large-model-2026"}) + "\n")
    (folder / "result.json").write_text(json.dumps(result or RESULT))
    return folder


@pytest.fixture
def finished_run(tmp_path: Path) -> Path:
    return write_run(tmp_path / "seed3-0a1b2c3d")


@pytest.fixture(scope="session")
def page_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of that run, which no test changes."""
    return write_page(write_run(tmp_path_factory.mktemp("page") / "seed3-0a1b2c3d"))


@pytest.fixture
def html(page_path: Path) -> str:
    return page_path.read_text()
