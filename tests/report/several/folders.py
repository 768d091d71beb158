"""Run folders, made up, small, and each figure chosen by the test."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Folder:
    """A run of method=tabular; `write` puts it on disk. scores: the return of each iteration that was kept."""

    env: str = "lake"
    llm: str = "gemini"
    seed: int = 0
    held_out: float | None = 0.5
    success: float | None = None
    scores: tuple[float, ...] = (0.2, 0.6)
    state: str = "finished"
    optimum: float | None = 1.0
    cost: float | None = 0.5
    tokens: int | None = 100
    method: dict[str, Any] = field(default_factory=dict)
    status: dict[str, Any] = field(default_factory=dict)
    prompt: str = "Say what to do."
    answer: str = "Go right."

    def write(self, outputs: Path, name: str = "") -> Path:
        folder = outputs / "tabular" / self.env / self.llm / (name or f"seed{self.seed}-0000000{self.seed}")
        folder.mkdir(parents=True)
        for k, score in enumerate(self.scores):
            self._iteration(folder / f"iteration_{k:03d}", k, score)
        (folder / "config.yaml").write_text(json.dumps(self.config()))  # JSON is YAML
        (folder / "status.json").write_text(json.dumps({"state": self.state, "reason": None, **self.status}))
        if self.state == "finished":
            (folder / "result.json").write_text(json.dumps(self.result()))
        return folder

    def config(self) -> dict[str, Any]:
        backend = self.llm if self.llm in ("random", "replay", "none") else "live"
        return {
            "seed": self.seed, "method": {"name": "tabular", "iterations": 2, **self.method},
            "env": {"name": self.env, "id": "Lake-v1", "goal": "Reach the other side."},
            "llm": {"name": self.llm, "backend": backend, "model": "a-model"},
        }  # fmt: skip

    def result(self) -> dict[str, Any]:
        score, success = self.held_out, self.success
        bounds = None if score is None else [score - 0.05, score + 0.05]
        return {
            "method": "tabular", "env": self.env, "seed": self.seed, "iterations": len(self.scores),
            "best_iteration": None if score is None else len(self.scores) - 1,
            "llm": {"backend": self.config()["llm"]["backend"], "model": "a-model", "calls": len(self.scores),
                    "cached_calls": 0, "prompt_tokens": self.tokens, "completion_tokens": self.tokens,
                    "cost_usd": self.cost, "replay_drift": None},
            "held_out": {"episodes": 100, "return_mean": score, "return_std": 0.1, "return_ci95": bounds,
                         "success_rate": success, "success_ci95": None},
            "search": {"return_mean": max(self.scores, default=None)},
            "optimum": None if self.optimum is None else {"value": self.optimum}, "return_max": None,
            "budget": {"episodes": 20, "env_steps": 100 * len(self.scores)}, "wall_seconds": 8.0, "invalid_rate": 0.25,
        }  # fmt: skip

    def _iteration(self, folder: Path, k: int, score: float) -> None:
        folder.mkdir()
        metrics = {
            "iteration": k, "is_best": True, "return_mean": score, "success_rate": self.success,
            "env_steps": 100 * (k + 1), "calls": k + 1, "prompt_tokens": self.tokens and self.tokens * (k + 1),
            "completion_tokens": self.tokens and self.tokens * (k + 1), "wall_seconds": 4.0,
            "cost_usd": None if self.cost is None else self.cost * (k + 1) / len(self.scores),
        }  # fmt: skip
        (folder / "metrics.json").write_text(json.dumps(metrics))
        (folder / "prompt.md").write_text(self.prompt)
        (folder / "response.md").write_text(self.answer)
        (folder / "feedback.md").write_text(f"It returned {score}.")
        (folder / "candidate.json").write_text(json.dumps({"rows": [f"{k} | right", "1 | left"]}, indent=1))


def write_arms(outputs: Path, env: str, arms: dict[str, list[float]], **settings: Any) -> None:
    """A run for each held-out return of each arm, the arms named by their LLMs."""
    for llm, returns in arms.items():
        for seed, score in enumerate(returns):
            Folder(env=env, llm=llm, seed=seed, held_out=score, **settings).write(outputs)
