"""How long a report over 1,000 runs takes, made up as runs leave them: prompts of 5 kB, answers of 3 kB, some GIFs."""

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 30.0
ONE_CORE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
RUNS, ITERATIONS = 1000, 5
ENVS, ARMS = ("frozen_lake", "taxi", "cliff_walking", "cartpole", "blackjack"), ("replay", "random", "gemini", "groq")
PROMPT, ANSWER, GIF = 5_000, 3_000, 100_000  # characters, characters, bytes
GIF_EVERY = 5  # runs


def measure(repeats: int) -> dict[str, Any]:
    """Medians in seconds of the whole command's wall and processor time, and the page's size in MB."""
    with tempfile.TemporaryDirectory() as place:
        outputs = Path(place) / "outputs"
        write_runs(outputs, RUNS)
        walls, processors = zip(*(_once(outputs) for _ in range(repeats)), strict=True)
        page = (outputs / "report" / "report.html").stat().st_size
    return {
        "runs": RUNS,
        "wall_s": median(walls),
        "cpu_s": median(processors),
        "page_mb": page / 1e6,
        "limit_s": LIMIT_S,
    }


def _once(outputs: Path) -> tuple[float, float]:
    command = [sys.executable, "-m", "scripts.report", str(outputs)]
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=ROOT, env={**os.environ, **ONE_CORE}, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return time.perf_counter() - start, used


def write_runs(outputs: Path, runs: int) -> None:
    """So many run folders, of every arm in every environment, with a seed each."""
    rng = random.Random(0)
    for number in range(runs):
        env, arm = ENVS[number % len(ENVS)], ARMS[number // len(ENVS) % len(ARMS)]
        seed = number // (len(ENVS) * len(ARMS))
        folder = outputs / "tabular" / env / arm / f"seed{seed}-{number:08x}"
        write_run(folder, env, arm, seed, rng, has_gifs=number % GIF_EVERY == 0)


def write_run(folder: Path, env: str, arm: str, seed: int, rng: random.Random, has_gifs: bool) -> None:
    """A finished run."""
    folder.mkdir(parents=True)
    level = 0.1 if arm == "random" else rng.uniform(0.5, 1.0)
    for k in range(ITERATIONS):
        _write_iteration(folder / f"iteration_{k:03d}", k, level * (k + 1) / ITERATIONS, rng, has_gifs)
    (folder / "config.yaml").write_text(_config(env, arm, seed))
    (folder / "status.json").write_text(json.dumps({"state": "finished", "reason": None, "pid": 1}))
    (folder / "transcript.jsonl").write_text(
        "".join(json.dumps({"key": k, "text": "x" * ANSWER}) + "\n" for k in range(5))
    )
    (folder / "result.json").write_text(json.dumps(_result(env, arm, seed, level), indent=2))


def _write_iteration(folder: Path, k: int, score: float, rng: random.Random, has_gif: bool) -> None:
    folder.mkdir()
    metrics = {
        "iteration": k, "is_best": True, "return_mean": score, "return_ci95": [score - 0.1, score + 0.1],
        "success_rate": score, "episodes": 20 * (k + 1), "env_steps": 2000 * (k + 1) + rng.randrange(500),
        "calls": k + 1, "prompt_tokens": 1200 * (k + 1), "completion_tokens": 700 * (k + 1),
        "cost_usd": 0.002 * (k + 1), "wall_seconds": rng.uniform(1, 9), "verdict": "better, kept",
    }  # fmt: skip
    rows = [f"{row} {rng.randrange(4)}" for row in range(60)]
    (folder / "metrics.json").write_text(json.dumps(metrics))
    (folder / "prompt.md").write_text(
        "".join(f"Episode {rng.random()}: state, action, reward\n" for _ in range(PROMPT // 48))
    )
    (folder / "response.md").write_text("".join(f"{rng.random()} because of that\n" for _ in range(ANSWER // 34)))
    (folder / "feedback.md").write_text(f"Mean return {score}.\n")
    (folder / "candidate.json").write_text(json.dumps({"form": "table", "rows": rows}, indent=1))
    if has_gif:
        head = b"GIF89a" + (240).to_bytes(2, "little") + (160).to_bytes(2, "little")
        (folder / "episode.gif").write_bytes(head + rng.randbytes(GIF))


def _config(env: str, arm: str, seed: int) -> str:
    """As long as a real one."""
    more = "".join(f"    setting_{k}: {k}\n" for k in range(60))
    return (
        f"seed: {seed}\nmethod:\n  name: tabular\n  iterations: 5\n  more:\n{more}env:\n  name: {env}\n  id: {env}-v1\n"
        f"  goal: Reach it.\n  words:\n{more}llm:\n  name: {arm}\n  backend: {'live' if arm[0] == 'g' else arm}\n"
    )


def _result(env: str, arm: str, seed: int, level: float) -> dict[str, Any]:
    scores = {"return_mean": level, "return_std": 0.3, "return_ci95": [level - 0.02, level + 0.02]}
    return {
        "method": "tabular", "env": env, "seed": seed, "best_iteration": 4, "iterations": ITERATIONS, "ended_by": None,
        "llm": {"backend": "live" if arm[0] == "g" else arm, "model": arm, "calls": 5, "cached_calls": 0,
                "prompt_tokens": 6000, "completion_tokens": 3500, "cost_usd": 0.01},
        "held_out": {"episodes": 1000, **scores, "success_rate": level, "success_ci95": [level - 0.02, level + 0.02]},
        "search": scores, "return_max": 1.0, "optimum": {"value": 1.0}, "invalid_rate": 0.0,
        "budget": {"episodes": 100, "env_steps": 10_000}, "wall_seconds": 25.0,
    }  # fmt: skip
