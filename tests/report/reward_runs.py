"""Run folders as method=reward_gen leaves them, made up: drafts that learn sooner or later, and final seeds."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from tests.report.learning_runs import Learner, episode_picture

PROGRAM = """\
import numpy as np


def compute_reward(obs, action, next_obs, info):
    distance = np.linalg.norm(next_obs[:, 3:6] - next_obs[:, 6:9], axis=1)
    return -distance / {k}, {{"distance": -distance / {k}}}
"""
RUNGS = (1500, 3000)
EVERY = 250


@dataclass
class FakeDraft:
    """How a draft ended, and how soon it learns; rungs: how many budgets it was trained with."""

    status: str = "trained"
    halfway: float = 1200
    rungs: int = 2
    reason: str = ""


SOONER = FakeDraft("let go", 4000, 1, "others did better after 1500 steps")
UNREADABLE = FakeDraft("rejected", rungs=0, reason="<b>line 3</b>: name 'nq' is not defined")
BROKEN = FakeDraft("failed", 9000, 1, "it paid nan")
DISLIKED = FakeDraft("let go", rungs=0, reason="it pays the better of two stored episodes more in only 18% of 33 pairs")
ITERATIONS = [[FakeDraft(halfway=2500), SOONER, UNREADABLE], [FakeDraft(halfway=900), BROKEN, DISLIKED]]


@dataclass
class FakeRewardRun:
    """A run: `write` puts it on disk. reward: llm or an arm; has_success: whether success is defined."""

    reward: str = "llm"
    llm: str = "replay"
    drift: int = 0
    seed: int = 0
    halfway: float = 1000
    seeds: int = 5
    has_success: bool = True
    sandbox: str = "sandlock 0.9.0"

    def write(self, folder: Path) -> Path:
        folder.mkdir(parents=True)
        self.folder, self.rng = folder, np.random.default_rng((self.seed, len(self.llm), len(self.reward)))
        iterations = ITERATIONS if self.reward == "llm" else []
        for k, drafts in enumerate(iterations):
            self._iteration(k, drafts)
        curves = [self._final(number) for number in range(self.seeds)]
        (folder / "config.yaml").write_text(yaml.safe_dump(self.config()))
        (folder / "status.json").write_text(json.dumps({"state": "finished", "reason": None}))
        (folder / "result.json").write_text(json.dumps(self.result(curves, len(iterations))))
        return folder

    def config(self) -> dict[str, Any]:
        method = {"name": "reward_gen", "reward": self.reward, "iterations": 2, "threshold": 0.95}
        env = {"name": "fetch_reach", "id": "FetchReach-v4", "return_max": 0.0, "goal": "Move the gripper to the ball."}
        backend = "none" if self.llm == "none" else "replay"
        llm = {"name": self.llm, "backend": backend, "model": "claude-x"}
        return {"method": method, "env": env, "llm": llm, "seed": self.seed, "training": {"name": "sac"}}

    def result(self, curves: list[dict[str, Any]], iterations: int) -> dict[str, Any]:
        rates = [float(c["greedy_successes"].mean(axis=1)[-1]) for c in curves] if self.has_success else []
        last = rates or [float(c["greedy_returns"].mean(axis=1)[-1]) for c in curves]
        steps = [self._steps_to(c) for c in curves]
        known = sorted(float("inf") if s is None else s for s in steps)
        middle = float(np.median(known))
        final = {
            "seeds": self.seeds, "broken": [], "env_steps_each": [3000] * self.seeds, "threshold": 0.95,
            "steps_to_threshold": steps, "steps_to_threshold_median": middle if np.isfinite(middle) else None,
            "last_evaluation": last, "last_evaluation_mean": float(np.mean(last)),
            "last_evaluation_ci95": [min(last), max(last)],
            "held_out_success_rates": rates or [None] * self.seeds,
            "held_out_return_means": [float(c["greedy_returns"].mean(axis=1)[-1]) for c in curves],
        }  # fmt: skip
        drafts = {"asked": 6, "usable": 5, "repaired": 1, "trained": 2, "let_go": 2, "failed": 1, "rejected": 1,
                  "best": "1.1", "env_steps": 9_500}  # fmt: skip
        search = {"knowledge": "model_given", "sandbox": self.sandbox, "drafts": drafts,
                  "invalid_rate": 1 / 6, "repaired_rate": 1 / 6}  # fmt: skip
        share = float(np.mean(rates)) if rates else None
        return {
            "method": "reward_gen", "env": "fetch_reach", "seed": self.seed, "reward": self.reward,
            "best_iteration": 1 if iterations else None, "iterations": iterations, "ended_by": None,
            "search": {"return_mean": -4.1 if iterations else None, "success_rate": share if iterations else None},
            "held_out": {"episodes": 300, "return_mean": -5.0, "return_ci95": [-6.0, -4.0], "success_rate": share,
                         "success_ci95": None if share is None else [max(0.0, share - 0.02), share]},
            "llm": {"backend": "none" if self.llm == "none" else "replay", "model": "claude-x", "calls": 8,
                    "prompt_tokens": 41_000, "completion_tokens": 6_100, "replay_drift": self.drift},
            "training": {"what": "SAC, 3,000 steps, 5 seeds", "with": "stable-baselines3 2.9.2", "algorithm": "SAC",
                         "env_steps": 3000},
            **(search if iterations else {}), "final": final, "return_max": 0.0, "optimum": None,
            "budget": {"episodes": 700, "env_steps": 24_500}, "wall_seconds": 300.0,
        }  # fmt: skip

    def _steps_to(self, arrays: dict[str, Any]) -> int | None:
        scores = arrays["greedy_successes" if self.has_success else "greedy_returns"].mean(axis=1)
        reached = np.flatnonzero(scores >= 0.95)
        return int(arrays["steps"][reached[0]]) if len(reached) else None

    def _iteration(self, k: int, drafts: list[FakeDraft]) -> None:
        place = self.folder / f"iteration_{k:03d}"
        place.mkdir()
        entries = [self._draft(place, k, number, draft) for number, draft in enumerate(drafts, start=1)]
        (place / "drafts.json").write_text(json.dumps(entries))
        (place / "feedback.md").write_text("All drafts so far, the best first:\n")
        (place / "prompt.md").write_text("the prompt of the best draft, a second time")
        best = place / "draft_1"
        (place / "evaluations.npz").write_bytes((best / "evaluations.npz").read_bytes())
        ends = {f"{end}_drafts": sum(d.status.replace(" ", "_") == end for d in drafts)
                for end in ("trained", "let_go", "failed", "rejected")}  # fmt: skip
        metrics = {"iteration": k, "is_best": True, "drafts": len(drafts), "usable_drafts": 2, **ends,
                   "is_valid_answer": True, "best_draft": f"{k}.1", "return_mean": -9.0 + k,
                   "success_rate": 0.5 + k / 4 if self.has_success else None,
                   "verdict": f"draft {k}.1 is the best of its iteration", "env_steps": 4000}  # fmt: skip
        (place / "metrics.json").write_text(json.dumps(metrics))

    def _draft(self, place: Path, k: int, number: int, draft: FakeDraft) -> dict[str, Any]:
        folder = place / f"draft_{number}"
        folder.mkdir()
        texts = {
            "prompt.md": f"prompt {k}.{number}",
            "response.md": f"answer {k}.{number}",
            "reward.py": PROGRAM.format(k=number),
            "feedback.md": f"Draft {k}.{number} <script>alert(1)</script>",
        }
        for name, text in texts.items():
            (folder / name).write_text(text)
        rungs = []
        if draft.rungs:
            steps = list(range(EVERY, RUNGS[draft.rungs - 1] + 1, EVERY))
            arrays = self._evaluations(Learner(0.0, draft.halfway, 1.0), steps)
            np.savez_compressed(folder / "evaluations.npz", **arrays)
            rungs = [self._rung(arrays, goal) for goal in RUNGS[: draft.rungs]]
        if draft.status == "trained":
            episode_picture(folder / "episode.gif", 2 * k + number)
        preference = {"pairs": 33, "share": 0.64, "rank_correlation": 0.2, "by": "success", "passed": True}
        constants = {"SCALE": 0.25} if (k, number) == (1, 1) else {}
        return {"iteration": k, "number": number, "constants": constants, "source": texts["reward.py"],
                "status": draft.status, "reason": draft.reason,
                "preference": None if draft.status == "rejected" else preference,
                "rungs": rungs}  # fmt: skip

    def _rung(self, arrays: dict[str, Any], goal: int) -> dict[str, Any]:
        known = arrays["steps"] <= goal
        rates = arrays["greedy_successes"][known].mean(axis=1) if self.has_success else None
        returns = arrays["greedy_returns"][known].mean(axis=1)
        return {"timesteps": goal, "returns": [float(returns[-1])], "lengths": [50.0],
                "successes": [] if rates is None else [float(rates[-1])],
                "curves": [float((returns if rates is None else rates).mean())]}  # fmt: skip

    def _final(self, number: int) -> dict[str, Any]:
        folder = self.folder / "final" / f"seed_{number}"
        folder.mkdir(parents=True)
        halfway = self.halfway * self.rng.uniform(0.8, 1.25)
        arrays = self._evaluations(Learner(0.0, halfway, 1.0), list(range(EVERY, RUNGS[-1] + 1, EVERY)))
        np.savez_compressed(folder / "evaluations.npz", **arrays)
        episode_picture(folder / "episode.gif", 6 + number)
        return arrays

    def _evaluations(self, learner: Learner, steps: list[int]) -> dict[str, Any]:
        shape = (len(steps), 20)
        successes = self.rng.random(shape) < np.array([[learner.chance(s)] for s in steps])
        lengths = np.where(successes, self.rng.integers(2, 10, size=shape), 50)
        arrays = {"steps": np.array(steps), "seeds": np.zeros(shape, dtype=int), "greedy_lengths": lengths,
                  "greedy_returns": -lengths.astype(float)}  # fmt: skip
        return {**arrays, **({"greedy_successes": successes} if self.has_success else {})}
