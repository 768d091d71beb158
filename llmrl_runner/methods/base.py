"""What every method shares: the loop over iterations, what is kept of each, the held-out test and the result."""

import shutil
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

from numpy.random import Generator

from llmrl_runner.config.schema import Config
from llmrl_runner.envs.arrays import IntArray
from llmrl_runner.envs.environment import Environment
from llmrl_runner.envs.frames import record_gif
from llmrl_runner.files.whole import copy_folder, leftovers, write_json
from llmrl_runner.llm import CallsEnded, LLMClient, Message, Request
from llmrl_runner.methods.prompts import prompts_of
from llmrl_runner.methods.result import final_figures, known_optimum, search_figures, versions
from llmrl_runner.policies.base import Policy
from llmrl_runner.policies.store import StoredPolicy, load_policy, save_policy
from llmrl_runner.rl.evaluation import held_out_summary
from llmrl_runner.rl.rollout import evaluate
from llmrl_runner.runs.folder import RunFolder
from llmrl_runner.runs.iteration import Iteration, Record, complete_iterations
from llmrl_runner.runs.metrics import MetricsLog
from llmrl_runner.runs.progress import Progress
from llmrl_runner.runs.seeds import Purpose, episode_seeds
from llmrl_runner.runs.tensorboard import TensorBoardLog

# Each iteration's seeds begin so far behind the last one's; no iteration plays that many episodes.
EPISODES_AN_ITERATION = 1 << 20


@dataclass
class IterationResult:
    """What an iteration came to.

    policy: what was tried, None where the answer held none. is_best: whether it replaces the best so far.
    metrics: figures for metrics.json; `return_mean` is the score that selection gave. feedback: what the LLM is shown.
    """

    policy: StoredPolicy | None
    is_best: bool
    metrics: dict[str, Any] = field(default_factory=dict)
    feedback: str = ""


class MethodRunner(ABC):
    """One run of one method. A method writes `run_iteration` and `blind_answer`; the rest is here.

    What a method knows of earlier iterations it reads from `self.history`, their records on disk, and its random
    numbers and episode seeds depend on the iteration alone: so a run that was killed goes on as if it had not been.
    """

    def __init__(
        self, config: Config, environment: Environment, folder: RunFolder, llm: LLMClient, progress: Progress
    ) -> None:
        self.config, self.environment, self.folder, self.llm, self.progress = config, environment, folder, llm, progress
        self.method: Any = config.method
        self.prompts = prompts_of(config)
        self.history: list[Record] = complete_iterations(folder.path)
        self.metrics_log = MetricsLog(folder.path / "metrics.jsonl", len(self.history))
        self.tensorboard = TensorBoardLog(folder.path / "tensorboard")
        self.episodes, self.env_steps = self._spent_before()
        self._resumed_at = len(self.history)

    # ------------------------------------------------------------------------------------ what a method writes

    @abstractmethod
    def run_iteration(self, iteration: Iteration) -> IterationResult:
        """Propose, try, score, feed back: one turn of the method's loop. Files go through `iteration.write_text`."""

    @abstractmethod
    def blind_answer(self, purpose: str, rng: Generator) -> str:
        """A well-formed answer that knows nothing: what `llm=random` says to a request of this purpose."""

    @classmethod  # noqa: B027 - a method need not check anything
    def check(cls, config: Config, environment: Environment) -> None:
        """Raise ConfigError where keys don't go together. Called before anything is written."""

    @classmethod
    def calls_an_iteration(cls, config: Config) -> int:
        """How many calls one iteration makes at most; for estimates."""
        return 1

    def is_done(self) -> str | None:
        """Why no further iteration is worth its price, None while one is."""
        return None

    def result_extras(self) -> dict[str, Any]:
        """Further entries of result.json that only this method has."""
        return {}

    # --------------------------------------------------------------------------------------- what a method uses

    def request(self, purpose: str, prompt: str, iteration: Iteration) -> Request:
        """A request of this method: its system prompt where it has one, then `prompt`."""
        system = [Message("system", self.prompts.render("system"))] if self.prompts.has("system") else []
        messages = [*system, Message("user", prompt)]
        return Request(
            purpose=f"{self.method.name}/{purpose}",
            messages=messages,
            iteration=iteration.index,
            blind=lambda rng: self.blind_answer(purpose, rng),
        )

    def best_record(self) -> Record | None:
        """The iteration whose candidate is the best so far."""
        return next((record for record in reversed(self.history) if record.is_best), None)

    def policy_of(self, record: Record) -> StoredPolicy:
        """The candidate of a complete iteration."""
        return load_policy(record.path, self.environment)

    def seeds(self, purpose: Purpose, count: int, iteration: int, first: int = 0) -> IntArray:
        """`count` episode seeds (count,) of this iteration's own; `first` leaves out those that were used before."""
        return episode_seeds(self.config.seed, purpose, count, iteration * EPISODES_AN_ITERATION + first)

    def spend(self, lengths: IntArray | list[int]) -> None:
        """Count episodes of so many steps each in the run's budget."""
        self.episodes += len(lengths)
        self.env_steps += int(sum(lengths))
        usage = self.llm.usage
        self.progress.update(env_steps=self.env_steps, calls=usage.calls, cost_usd=usage.cost_usd)

    # ------------------------------------------------------------------------------------------------- the loop

    def run(self) -> dict[str, Any]:
        """All iterations that are left, then the held-out test of the best candidate. Returns result.json."""
        started = time.monotonic()
        best = self.best_record()
        self.progress.start(len(self.history), best.metrics.get("return_mean") if best else None)
        ended_by = self._iterate()
        result = self._finish(ended_by, started)
        self.progress.finish()
        return result

    def _iterate(self) -> str | None:
        while len(self.history) < self.method.iterations:
            if reason := self.is_done():
                return reason
            try:
                self._iterate_once(Iteration(self.folder.path, len(self.history)))
            except CallsEnded as ended:
                return str(ended)
        return None

    def _iterate_once(self, iteration: Iteration) -> None:
        started = time.monotonic()
        before = (self.episodes, self.env_steps)
        self.progress.iteration_started(iteration.index)
        result = self.run_iteration(iteration)
        metrics = self._metrics(iteration, result, before)
        self._keep(iteration, result)
        metrics["wall_seconds"] = round(time.monotonic() - started, 2)
        self._log(iteration, metrics)
        self.history.append(iteration.complete(metrics))
        self._refresh_best()
        self.progress.iteration_finished(iteration.index, metrics)

    def _metrics(self, iteration: Iteration, result: IterationResult, before: tuple[int, int]) -> dict[str, Any]:
        usage = self.llm.usage
        return {
            "iteration": iteration.index,
            "is_best": result.is_best,
            **result.metrics,
            "iteration_episodes": self.episodes - before[0],
            "iteration_env_steps": self.env_steps - before[1],
            "episodes": self.episodes,
            "env_steps": self.env_steps,
            "calls": usage.calls,
            "cost_usd": usage.cost_usd,
        }

    def _keep(self, iteration: Iteration, result: IterationResult) -> None:
        """The candidate's files, pictures and feedback, into the iteration's folder."""
        iteration.write_text("feedback.md", result.feedback)
        if result.policy is None:
            return
        save_policy(result.policy, iteration.path, self.config.env)
        if self.config.display.gif:
            self._record_gif(iteration, result.policy)

    def _record_gif(self, iteration: Iteration, policy: Policy) -> None:
        """An episode of this iteration's first search seed. Where nothing can be drawn, the run says so and goes on."""
        display = self.config.display
        seed = int(self.seeds(Purpose.SEARCH, 1, iteration.index)[0])
        path = iteration.path / "episode.gif"
        problem = record_gif(self.config.env, policy.act, seed, path, display.gif_frames, display.gif_width)
        if problem and iteration.index == 0:
            self.progress.note(f"no GIF: {problem}")

    def _log(self, iteration: Iteration, metrics: dict[str, Any]) -> None:
        step = self.env_steps
        scalars = {key: value for key, value in metrics.items() if isinstance(value, int | float)}
        self.metrics_log.log(iteration.index, step, scalars)
        self.tensorboard.open_iteration(iteration.index)
        self.tensorboard.scalars(step, {_tag(key): value for key, value in scalars.items()})
        for name in ("prompt", "response", "feedback"):
            path = iteration.path / f"{name}.md"
            if path.exists():
                self.tensorboard.text(name, step, path.read_text(encoding="utf-8"))
        for name in ("episode.gif", "policy.png"):
            if (iteration.path / name).exists():
                self.tensorboard.image(name.partition(".")[0], step, iteration.path / name)
        self.tensorboard.close()

    def _refresh_best(self) -> None:
        best = self.best_record()
        if best is not None:
            copy_folder(best.path, self.folder.path / "best")

    def _clear_leftovers(self) -> None:
        """What a kill left half-written, and an iteration that the budget's end broke off."""
        for path in [*leftovers(self.folder.path / "best"), *self.folder.path.glob(".iteration_*.partial")]:
            shutil.rmtree(path)

    # -------------------------------------------------------------------------------------------------- the end

    def _finish(self, ended_by: str | None, started: float) -> dict[str, Any]:
        """Test the best candidate on episodes that no choice saw, and write result.json, last and whole."""
        self._clear_leftovers()
        self._refresh_best()
        held_out = self._held_out()
        result = self._result(held_out, ended_by, time.monotonic() - started)
        self.tensorboard.hparams(self.folder.config(), final_figures(result))
        self.tensorboard.close()
        write_json(self.folder.path / "result.json", result)
        return result

    def _held_out(self) -> dict[str, Any]:
        best = self.best_record()
        seeds = episode_seeds(self.config.seed, Purpose.HELD_OUT, self.config.env.evaluation.held_out_episodes)
        if best is None:
            return held_out_summary(None, seeds)
        self.progress.note(f"testing iteration {best.index}'s policy on {len(seeds)} held-out episodes")
        scores = evaluate(self.environment.batch, self.policy_of(best), seeds, self.config.env.success)
        return held_out_summary(scores, seeds)

    def _result(self, held_out: dict[str, Any], ended_by: str | None, seconds: float) -> dict[str, Any]:
        best = self.best_record()
        earlier_seconds = sum(record.metrics.get("wall_seconds", 0.0) for record in self.history[: self._resumed_at])
        return {
            "method": self.method.name,
            "env": self.config.env.name,
            "llm": {"backend": self.config.llm.backend, "model": self.llm.backend.model, **self.llm.usage.to_dict()},
            "seed": self.config.seed,
            "best_iteration": best.index if best else None,
            "iterations": len(self.history),
            "ended_by": ended_by,
            "search": search_figures(best),
            "held_out": held_out,
            "return_max": self.config.env.return_max,
            **known_optimum(self.environment, self.policy_of(best) if best else None),
            **self.result_extras(),
            "budget": {"episodes": self.episodes, "env_steps": self.env_steps},
            "wall_seconds": round(earlier_seconds + seconds, 2),
            "versions": versions(),
        }

    def _spent_before(self) -> tuple[int, int]:
        """Episodes and steps of the iterations that are complete."""
        last = self.history[-1].metrics if self.history else {}
        return int(last.get("episodes", 0)), int(last.get("env_steps", 0))


def _tag(key: str) -> str:
    """TensorBoard's section and name: what was spent apart from what was reached."""
    spent = ("episodes", "env_steps", "calls", "cost_usd", "wall_seconds", "iteration_episodes", "iteration_env_steps")
    return f"spent/{key}" if key in spent else f"score/{key}"
