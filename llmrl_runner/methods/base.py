"""What every method shares: the loop over iterations, what is kept of each, the held-out test and the result."""

import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from numpy.random import Generator

from llmrl_runner.config.schema import Config
from llmrl_runner.envs.arrays import IntArray
from llmrl_runner.envs.environment import Environment
from llmrl_runner.envs.frames import fields_actor
from llmrl_runner.files.whole import write_json
from llmrl_runner.llm import CallsEnded, LLMClient, Message, Request
from llmrl_runner.methods.archive import Archive
from llmrl_runner.methods.performer import Performer
from llmrl_runner.methods.prompts import prompts_of
from llmrl_runner.methods.result import Ending, result_of
from llmrl_runner.policies.store import StoredPolicy, load_policy
from llmrl_runner.rl.evaluation import held_out_summary
from llmrl_runner.rl.rollout import EpisodeScores, evaluate
from llmrl_runner.runs.folder import RunFolder
from llmrl_runner.runs.iteration import Iteration, Record, complete_iterations
from llmrl_runner.runs.progress import Progress, kept_score
from llmrl_runner.runs.seeds import Purpose, episode_seeds

# Each iteration's seeds begin so far behind the last one's; no iteration plays that many episodes.
EPISODES_AN_ITERATION = 1 << 20


@dataclass
class IterationResult:
    """What an iteration came to.

    policy: what was tried, None where the answer held none. is_best: whether it replaces the best so far.
    metrics: figures for metrics.json; `return_mean` is the score that selection gave. feedback: what the LLM is shown.
    points: figures on the way, each after so many environment steps of the run; for TensorBoard and metrics.jsonl.
    """

    policy: StoredPolicy | None
    is_best: bool
    metrics: dict[str, Any] = field(default_factory=dict)
    feedback: str = ""
    points: list[tuple[int, dict[str, float]]] = field(default_factory=list)


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
        self.episodes, self.env_steps = self._spent_before()
        self._seconds_before = sum(record.metrics.get("wall_seconds", 0.0) for record in self.history)

    @cached_property
    def archive(self) -> Archive:
        """What the run's folder shows. Made when it is first written to: who only looks on changes nothing there."""
        return Archive(self.config, self.folder.path, len(self.history), self.progress.note)

    # ------------------------------------------------------------------------------------ what a method writes

    @abstractmethod
    def run_iteration(self, iteration: Iteration) -> IterationResult:
        """Propose, try, score, feed back: one turn of the method's loop. Files go through `iteration.write_text`."""

    @abstractmethod
    def blind_answer(self, purpose: str, rng: Generator) -> str:
        """A well-formed answer that knows nothing: what `llm=random` says to a request of this purpose."""

    @classmethod
    def check(cls, config: Config, environment: Environment) -> None:
        """Raise ConfigError where keys don't go together. Called before anything is written.

        This one checks what policies need: fields and actions that fit the environment's spaces, and words for both.
        """
        environment.check_policies()

    @classmethod
    def make_ready(cls, environment: Environment) -> None:
        """Make what episodes are played in, so that what is wrong with it is known before a folder is made.

        This one makes the batch in which policies are tried. Raises ConfigError.
        """
        environment.make_ready()

    @classmethod
    def files_read(cls, config: Config) -> list[str]:
        """Files that the result depends on: their content is part of the run's identity, not where they lie."""
        return []

    @classmethod
    def calls_an_iteration(cls, config: Config) -> int:
        """How many calls one iteration makes at most; for estimates."""
        return 1

    @classmethod
    def calls_a_run(cls, config: Config) -> int:
        """How many calls a run makes at most: as many in each iteration, where a method doesn't say otherwise."""
        return cls.iterations_of(config) * cls.calls_an_iteration(config)

    @classmethod
    def iterations_of(cls, config: Config) -> int:
        """How many iterations a run has: what the configuration says, where a method doesn't need fewer."""
        return int(config.method.iterations)

    def is_done(self) -> str | None:
        """Why no further iteration is worth its price, None while one is."""
        return None

    def result_extras(self) -> dict[str, Any]:
        """Further entries of result.json that only this method has."""
        return {}

    def held_out(self) -> dict[str, Any]:
        """result.json's `held_out`: the scores of the best policy on episodes that no choice saw."""
        performer, seeds = self.final_performer(), self.held_out_seeds
        if performer is None:
            return held_out_summary(None, seeds)
        self.progress.note(f"testing {performer.what} on {len(seeds)} held-out episodes")
        return self.tested_on(seeds, performer.score(seeds))

    def final_performer(self) -> Performer | None:
        """What the result is about, ready to play: the best candidate's; None where there is none."""
        best = self.best_record()
        return None if best is None else self.performer(best)

    def performer(self, record: Record) -> Performer | None:
        """What plays this iteration's candidate again, None where a model would have to be asked to.

        This one loads a policy. Raises ConfigError where there is none, or it can't be read.
        """
        policy = load_policy(record.path, self.environment)
        return Performer(
            what=f"iteration {record.index}'s policy",
            score=lambda seeds: evaluate(self.environment.batch, policy, seeds, self.config.env.success),
            actor=lambda seed: fields_actor(self.config.env, policy.act),
        )

    # --------------------------------------------------------------------------------------- what a method uses

    def request(
        self, purpose: str, prompt: str, iteration: Iteration, system: str = "system", sample: int = 0
    ) -> Request:
        """A request of this method: the system prompt of this name where there is one, then `prompt`.

        sample: tells requests apart that are made side by side, such as those of several episodes.
        """
        first = [Message("system", self.system_prompt(system))] if self.prompts.has(system) else []
        return self.turn(purpose, [*first, Message("user", prompt)], iteration, sample)

    def turn(self, purpose: str, messages: list[Message], iteration: Iteration, sample: int = 0) -> Request:
        """A request that goes on with a conversation, or begins one in words of its own. sample: as in `request`."""
        return Request(
            purpose=f"{self.method.name}/{purpose}",
            messages=messages,
            iteration=iteration.index,
            blind=lambda rng: self.blind_answer(purpose, rng),
            first_sample=sample,
        )

    def system_prompt(self, name: str) -> str:
        """The system prompt of this name; a method whose own has gaps fills them here."""
        return self.prompts.render(name)

    def best_record(self) -> Record | None:
        """The iteration whose candidate is the best so far."""
        return next((record for record in reversed(self.history) if record.is_best), None)

    @property
    def held_out_seeds(self) -> IntArray:
        """Of the episodes of the final test (n,)."""
        return episode_seeds(self.config.seed, Purpose.HELD_OUT, self.config.env.evaluation.held_out_episodes)

    def tested_on(self, seeds: IntArray, scores: EpisodeScores) -> dict[str, Any]:
        """result.json's `held_out` of these episodes on `seeds` (n,), and each of them in held_out.csv."""
        self.archive.keep_held_out(seeds, scores)
        return held_out_summary(scores, seeds)

    @property
    def incumbent(self) -> StoredPolicy | None:
        """The best candidate so far, as it stands on disk."""
        best = self.best_record()
        return None if best is None else load_policy(best.path, self.environment)

    def seeds(self, purpose: Purpose, count: int, iteration: int, first: int = 0) -> IntArray:
        """`count` episode seeds (count,) of this iteration's own; `first` leaves out those that were used before."""
        return episode_seeds(self.config.seed, purpose, count, iteration * EPISODES_AN_ITERATION + first)

    def spend(self, lengths: IntArray | list[int]) -> None:
        """Count episodes of so many steps each in the run's budget."""
        self.spend_in_all(len(lengths), int(sum(lengths)))

    def spend_in_all(self, episodes: int, env_steps: int) -> None:
        """Count so many episodes with so many steps together."""
        self.episodes += episodes
        self.env_steps += env_steps
        usage = self.llm.usage
        self.progress.update(env_steps=self.env_steps, calls=usage.calls, cost_usd=usage.cost_usd)

    # ------------------------------------------------------------------------------------------------- the loop

    def run(self) -> dict[str, Any]:
        """All iterations that are left, then the held-out test of the best candidate. Returns result.json."""
        started = time.monotonic()
        best = self.best_record()
        self.progress.start(len(self.history), kept_score(best.metrics) if best else None)
        self.archive.begin(self.folder.config())
        ended_by = self._iterate()
        result = self._finish(ended_by, started)
        self.progress.finish()
        return result

    def _iterate(self) -> str | None:
        while len(self.history) < self.iterations_of(self.config):
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
        self.archive.log(iteration, metrics, result.points)
        self.history.append(iteration.complete(metrics))
        self.archive.copy_best(self.best_record())
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
            "prompt_tokens": usage.prompt_tokens,
            "completion_tokens": usage.completion_tokens,
            "cost_usd": usage.cost_usd,
        }

    def _keep(self, iteration: Iteration, result: IterationResult) -> None:
        """Feedback and candidate, into the iteration's folder; the GIF shows the first of its search episodes."""
        iteration.write_text("feedback.md", result.feedback)
        if result.policy is not None:
            [seed] = self.seeds(Purpose.SEARCH, 1, iteration.index)
            self.archive.keep_candidate(iteration, result.policy, int(seed))

    # -------------------------------------------------------------------------------------------------- the end

    def _finish(self, ended_by: str | None, started: float) -> dict[str, Any]:
        """Test the best candidate on episodes that no choice saw, and write result.json, last and whole."""
        self.archive.clear_leftovers()
        self.archive.copy_best(self.best_record())
        held_out = self.held_out()
        result = result_of(self._ending(ended_by), held_out, self._seconds_before + time.monotonic() - started)
        self.archive.log_result(self.folder.config(), result)
        write_json(self.folder.path / "result.json", result)
        return result

    def _ending(self, ended_by: str | None) -> Ending:
        return Ending(
            config=self.config,
            environment=self.environment,
            llm=self.llm,
            iterations=len(self.history),
            best=self.best_record(),
            policy=self.incumbent,
            ended_by=ended_by,
            episodes=self.episodes,
            env_steps=self.env_steps,
            extras=self.result_extras(),
        )

    def _spent_before(self) -> tuple[int, int]:
        """Episodes and steps of the iterations that are complete."""
        last = self.history[-1].metrics if self.history else {}
        return int(last.get("episodes", 0)), int(last.get("env_steps", 0))
