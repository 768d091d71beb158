"""Run folders as method=llmae_ppo leaves them, made up: a learner whose chance of success rises with its steps."""

import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from PIL import Image, ImageDraw

CELLS = 8
LONGEST = 640  # steps of an episode that fails


@dataclass
class Learner:
    """Success `before` training, and the steps at which its chance is halfway to `after`."""

    before: float = 0.0
    halfway: float = 200_000
    after: float = 0.99

    def chance(self, steps: int) -> float:
        return self.before + (self.after - self.before) / (1 + np.exp(-8 * (steps / self.halfway - 1)))


@dataclass
class FakeRun:
    """What a run is, and `write` puts it on disk: stages before PPO, then PPO in `parts` iterations."""

    init: str = "demos"
    seed: int = 0
    learner: Learner = field(default_factory=Learner)
    parts: int = 5
    total: int = 500_000
    every: int = 10_000
    episodes: int = 40
    env: str = "doorkey_8x8"
    llm: str = "claude"
    has_grid: bool = True

    def write(self, folder: Path) -> Path:
        folder.mkdir(parents=True)
        self.folder, self.rng = folder, np.random.default_rng((self.seed, len(self.init)))
        before = {"demos": self._demonstrated, "transfer": self._transferred, "scratch": lambda: 0}[self.init]()
        bounds = np.linspace(0, self.total, self.parts + 1).astype(int)
        for k, (start, end) in enumerate(itertools.pairwise(bounds)):
            steps = [s for s in range(0, self.total + 1, self.every) if start < s <= end]
            first = [0] if k == 0 and self.init == "scratch" else []
            self._iteration(before + k, "PPO", [*first, *steps], trained_steps=int(end))
        (folder / "config.yaml").write_text(yaml.safe_dump(self.config()))
        (folder / "status.json").write_text(json.dumps({"state": "finished", "reason": None}))
        (folder / "result.json").write_text(json.dumps(self.result(before + self.parts)))
        return folder

    def config(self) -> dict[str, Any]:
        asked = self.init == "demos"
        llm = (
            {"name": self.llm, "backend": "replay", "model": "claude-x"}
            if asked
            else {"name": "none", "backend": "none"}
        )
        method = {
            "name": "llmae_ppo",
            "init": self.init,
            "iterations": 7,
            "demos": {"kind": "plan", "keep": "successes"},
        }
        env = {"name": self.env, "id": f"MiniGrid-{self.env}-v0", "return_max": 1.0, "goal": "Reach the green square."}
        return {"method": method, "env": env, "llm": llm, "seed": self.seed, "training": {"name": "guided_ppo"}}

    def result(self, iterations: int) -> dict[str, Any]:
        asked = self.init == "demos"
        chance = self.learner.chance(self.total)
        demos = {
            "kind": "plan", "source": "llm", "model": "claude-x", "attempted": 30, "kept": 26, "success_rate": 26 / 30,
            "success_ci95": [0.703, 0.947], "calls": 38, "prompt_tokens": 61_000, "completion_tokens": 14_200,
            "calls_per_success": 38 / 26, "tokens_per_success": 75_200 / 26,
        }  # fmt: skip
        cloning = {
            "pairs": 702, "episodes": 26, "epochs": 58, "why_stopped": "held-out demonstrations",
            "sampled_success_rate": self.learner.before, "greedy_success_rate": self.learner.before + 0.1,
            "sampled_return_mean": 0.41, "greedy_return_mean": 0.5,
        }  # fmt: skip
        scores = {"episodes": 1000, "success_rate": chance, "success_ci95": [chance - 0.01, min(1.0, chance + 0.008)]}
        bounds = [0.95 * chance - 0.01, 0.95 * chance + 0.01]
        return {
            "method": "llmae_ppo", "env": self.env, "seed": self.seed, "best_iteration": iterations - 1,
            "iterations": iterations, "ended_by": None, "return_max": 1.0, "optimum": None,
            "wall_seconds": 412.0 + self.seed, "search": {"return_mean": None},
            "held_out": {**scores, "return_mean": 0.95 * chance, "return_ci95": bounds},
            "held_out_sampled": {**scores, "return_mean": 0.94 * chance, "return_ci95": bounds},
            "llm": {"backend": "replay" if asked else "none", "model": "claude-x", "calls": 38 if asked else 0,
                    "prompt_tokens": 61_000, "completion_tokens": 14_200, "replay_drift": 0},
            "training": {"what": "PPO, 500,000 steps", "with": "stable-baselines3 2.9.2", "algorithm": "PPO",
                         "env_steps": self.total, "init": self.init},
            "demos": demos if asked else None, "cloning": cloning if asked else None,
            "budget": {"episodes": 4000, "env_steps": self.total},
        }  # fmt: skip

    def _demonstrated(self) -> int:
        self._iteration(0, "demonstrations", [], return_mean=0.83, success_rate=26 / 30)
        self._iteration(1, "cloning", [0])
        return 2

    def _transferred(self) -> int:
        self._iteration(0, "transfer", [0], trained_steps=100_000)
        return 1

    def _iteration(self, k: int, stage: str, steps: Sequence[int], **figures: Any) -> None:
        path = self.folder / f"iteration_{k:03d}"
        path.mkdir()
        if steps:
            arrays = self.evaluations(steps)
            np.savez_compressed(path / "evaluations.npz", **arrays)
            for mode in ("sampled", "greedy"):
                figures[f"{mode}_return_mean"] = float(arrays[f"{mode}_returns"][-1].mean())
                figures[f"{mode}_success_rate"] = float(arrays[f"{mode}_successes"][-1].mean())
            figures |= {"return_mean": figures["sampled_return_mean"]}
        metrics = {"iteration": k, "is_best": True, "stage": stage, "episodes": 0, "env_steps": 0, **figures}
        (path / "metrics.json").write_text(json.dumps(metrics))
        episode_picture(path / "episode.gif", k)

    def evaluations(self, steps: Sequence[int]) -> dict[str, np.ndarray[Any, Any]]:
        shape = (len(steps), self.episodes)
        chances = np.array([[self.learner.chance(s)] for s in steps])
        arrays: dict[str, np.ndarray[Any, Any]] = {
            "steps": np.array(steps, dtype=np.int64), "seeds": self.rng.integers(2**31, size=shape)
        }  # fmt: skip
        for mode, more in (("sampled", 0.0), ("greedy", 0.02)):
            successes = self.rng.random(shape) < np.minimum(chances + more, 1) * (chances > 0)
            lengths = np.where(
                successes, self.rng.integers(18, 40, size=shape) + (200 * (1 - chances)).astype(int), LONGEST
            )
            arrays |= {
                f"{mode}_successes": successes, f"{mode}_lengths": lengths,
                f"{mode}_returns": np.where(successes, 1 - 0.9 * lengths / LONGEST, 0.0),
            }  # fmt: skip
        if self.has_grid:
            arrays["visits"] = np.stack([self._visits(float(chance)) for [chance] in chances])
        return arrays

    def _visits(self, chance: float) -> np.ndarray[Any, Any]:
        """(columns, rows): spread over the west room while it fails, on a way to the south-east once it succeeds."""
        columns, rows = np.meshgrid(np.arange(CELLS), np.arange(CELLS), indexing="ij")
        inside = (columns > 0) & (columns < CELLS - 1) & (rows > 0) & (rows < CELLS - 1)
        wander = (columns < 4) * np.exp(-np.hypot(columns - 2, rows - 3) / 3)
        way = np.exp(-np.abs(columns - rows) / 1.2)
        shares = inside * ((1 - chance) * wander / wander.sum() + chance * way / way.sum())
        return self.rng.poisson(20_000 * (1.02 - chance) * shares / shares.sum())


def greedy_alone(folder: Path) -> Path:
    """The run as if its network had been played with its most likely actions alone."""
    for path in folder.glob("iteration_*/evaluations.npz"):
        with np.load(path) as file:
            kept = {name: array for name, array in file.items() if "sampled" not in name and name != "visits"}
        np.savez_compressed(path, **kept)
    result = json.loads((folder / "result.json").read_text())
    (folder / "result.json").write_text(json.dumps({**result, "held_out_sampled": None}))
    return folder


def episode_picture(path: Path, k: int) -> None:
    """A small GIF."""
    frames = [Image.new("RGB", (160, 160), (230, 230 - 20 * k, 200)) for _ in range(3)]
    for x, frame in enumerate(frames):
        ImageDraw.Draw(frame).rectangle((40 * x, 60, 40 * x + 30, 90), fill=(40, 90, 200))
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=80)


ARMS = {
    "demos": Learner(before=0.45, halfway=90_000),
    "transfer": Learner(before=0.05, halfway=170_000),
    "scratch": Learner(before=0.0, halfway=290_000),
}


def write_sweep(place: Path, seeds: int, **settings: Any) -> list[Path]:
    """All arms over `seeds` seeds; the last seed of scratch never learns."""
    folders = []
    for init, learner in ARMS.items():
        for seed in range(seeds):
            factor = np.random.default_rng(seed).uniform(0.8, 1.3)
            has_failed = init == "scratch" and seed == seeds - 1
            own = Learner(learner.before, learner.halfway * factor, 0.03 if has_failed else learner.after)
            run = FakeRun(init=init, seed=seed, learner=own, **settings)
            folders.append(run.write(place / f"{run.env}-{init}-seed{seed}"))
    return folders
