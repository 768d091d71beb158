"""An LLM writes a policy, sees how its episodes went, and writes a better one."""

from dataclasses import asdict
from functools import cached_property
from typing import Any

import numpy as np
from numpy.random import Generator

from llmrl_runner.answers.thinking import strip_thinking
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.schema import Config
from llmrl_runner.envs.arrays import FloatArray, IntArray
from llmrl_runner.envs.describe import action_table, observation_table
from llmrl_runner.envs.environment import Environment
from llmrl_runner.llm import RecordingEnded
from llmrl_runner.llm.parsing import Parsed, ask_until_parsed
from llmrl_runner.methods.base import IterationResult, MethodRunner
from llmrl_runner.methods.episode_text import EpisodeText, episode_text, summary_text
from llmrl_runner.methods.forms import FORMS, Draft, Form
from llmrl_runner.methods.memory import Memory
from llmrl_runner.policies.base import Policy, RandomPolicy
from llmrl_runner.policies.linear import LinearPolicy
from llmrl_runner.policies.store import StoredPolicy
from llmrl_runner.rl.evaluation import Comparison, compare, success_figures
from llmrl_runner.rl.intervals import mean_interval
from llmrl_runner.rl.rollout import Episode, EpisodeScores, evaluate, rollout
from llmrl_runner.rl.summary import EpisodesSummary, best_and_worst, episodes_summary, field_scales, median_episode
from llmrl_runner.rl.tune import least_episodes, tune_by_cma
from llmrl_runner.runs.iteration import Iteration
from llmrl_runner.runs.seeds import Purpose, generator


class Tabular(MethodRunner):
    """Policies proposed by an LLM and refined from episodes (after LLM-RL-Agent, Shah 2024).

    The original keeps whatever scored best in a few episodes. Here a proposal is tried on the same fresh episodes as
    the best policy so far, and replaces it only when it does better on them.
    """

    def run_iteration(self, iteration: Iteration) -> IterationResult:
        """Collect episodes, ask for a policy, tune it if asked to, and try it against the best so far."""
        proposal = self.propose(iteration)
        if proposal.value is None:
            return self.unusable(proposal)
        challenger = self.tuned(proposal.value.policy, iteration)
        contest = self.try_out(challenger, iteration)
        feedback = self.feedback(proposal.value, challenger, contest, iteration)
        return IterationResult(challenger, contest.is_better, self.figures(proposal, contest), feedback)

    def is_done(self) -> str | None:
        """Nothing can be better than a bound that every selection episode reached; patience can end, too."""
        best = self.best_record()
        if best is not None and best.metrics["is_at_bound"]:
            return f"every selection episode reached the bound of {self.config.env.return_max:g}"
        if self.memory.is_exhausted:
            return f"no improvement in {self.method.patience} proposals, after {self.method.restarts} fresh starts"
        return None

    # ------------------------------------------------------------------------------------------------- propose

    def propose(self, iteration: Iteration) -> Parsed[Draft]:
        """Ask for a policy, with one chance to mend it, and keep the prompt and what came back."""
        starting_point = None if self.memory.is_fresh_start else self.incumbent
        prompt = self.proposal_prompt(starting_point, self.collect(starting_point, iteration))
        iteration.write_text("prompt.md", prompt)
        [proposal] = ask_until_parsed(
            self.llm,
            self.request("propose", prompt, iteration),
            parse=lambda text: self.form.read(strip_thinking(text), self.incumbent, self.rng(iteration)),
            repair=lambda problem: self.prompts.render("repair", problem=problem),
        )
        iteration.write_text("response.md", "\n\n---\n\n".join(answer.text for answer in proposal.answers))
        return proposal

    def collect(self, policy: Policy | None, iteration: Iteration) -> list[Episode]:
        """Episodes for the LLM to look at, of `policy` or, while there is none, of random actions."""
        return self.play(policy or RandomPolicy(self.environment.action_space, self.rng(iteration)), iteration)

    def proposal_prompt(self, starting_point: StoredPolicy | None, episodes: list[Episode]) -> str:
        """Everything the LLM is told for its next proposal."""
        env = self.config.env
        is_fresh = self.memory.is_fresh_start
        return self.prompts.render(
            "propose",
            goal=env.goal,
            observation_table=observation_table(env),
            action_table=action_table(env),
            reward=env.reward,
            episode_end=env.episode_end,
            dynamics=env.dynamics.strip() if self.method.knowledge == "model_given" else "",
            hints=env.hints if self.method.knowledge == "model_given" else [],
            policy_format=self.form.instructions(self.prompts),
            proposals=self.memory.shown(self.method.history_best, self.method.history_recent),
            last_feedback=self.history[-1].text("feedback.md") if self.history and not is_fresh else "",
            current_policy=self.form.show(starting_point) if starting_point else "",
            is_fresh_start=is_fresh,
            summary=summary_text(self.summary(episodes)),
            episodes=self.shown_episodes(episodes),
        )

    def shown_episodes(self, episodes: list[Episode]) -> list[EpisodeText]:
        """The best few and the worst, as a prompt shows them."""
        best, worst = best_and_worst(episodes, self.method.best_episodes, self.method.worst_episodes)
        names = [f"Episode {place + 1} of the best" for place in range(len(best))] + ["The worst episode"] * len(worst)
        return [self.episode_text(name, episode) for name, episode in zip(names, [*best, *worst], strict=True)]

    def unusable(self, proposal: Parsed[Draft]) -> IterationResult:
        """An iteration whose answer held no policy, not even when it was asked for again."""
        outcome = f"held no usable policy: {proposal.problems[-1]}"
        figures = {
            "is_valid_answer": False,
            "is_repaired": False,
            "is_fresh_start": self.memory.is_fresh_start,
            "problems": list(proposal.problems),
            "return_mean": None,
            "verdict": outcome,
            "outcome": outcome,
        }
        return IterationResult(None, is_best=False, metrics=figures, feedback=f"It {outcome}\n")

    # --------------------------------------------------------------------------------------------------- try it

    def tuned(self, policy: StoredPolicy, iteration: Iteration) -> StoredPolicy:
        """The policy with its numbers improved by CMA-ES on search episodes, where the configuration asks for it."""
        if self.method.tune == "none" or not isinstance(policy, LinearPolicy):
            return policy
        played_already = 3 * self.config.env.evaluation.collect_episodes
        cma = self.method.cma
        tuned = tune_by_cma(
            policy,
            self.trial,
            self.seeds(Purpose.SEARCH, cma.episodes, iteration.index, played_already),
            episodes=cma.episodes,
            population=cma.population,
            episodes_each=cma.episodes_each,
            sigma=cma.sigma,
            rng_seed=int(self.rng(iteration).integers(2**31)),
            scales=self.parameter_scales(policy, iteration),
            return_max=self.config.env.return_max,
        )
        self.progress.note(f"tuned from {tuned.start_mean:.4g} to {tuned.tuned_mean:.4g} in {tuned.episodes} episodes")
        iteration.write_json("tuning.json", {k: v for k, v in asdict(tuned).items() if k != "policy"})
        return tuned.policy

    def parameter_scales(self, policy: LinearPolicy, iteration: Iteration) -> FloatArray:
        """The step of each weight and bias (p,) that moves a score by the usual size of one of its terms."""
        fields = field_scales(self.play(policy, iteration, first=2 * self.config.env.evaluation.collect_episodes))
        terms = np.concatenate([(policy.weights * fields).reshape(-1), policy.bias])
        usual = float(np.sqrt(np.mean(np.square(terms)))) or 1.0
        return usual * np.concatenate([np.tile(1.0 / fields, len(policy.bias)), np.ones(len(policy.bias))])

    def try_out(self, challenger: Policy, iteration: Iteration) -> Comparison:
        """The challenger beside the best policy so far, on selection episodes of this iteration's own."""
        stages = self.config.env.evaluation.selection_episodes
        seeds = self.seeds(Purpose.SELECTION, stages[-1], iteration.index)
        return compare(challenger, self.incumbent, self.trial, seeds, stages, self.method.confidence)

    def trial(self, policy: Policy, seeds: IntArray) -> EpisodeScores:
        """Scores of a policy on seeds (n,), counted in the budget."""
        scores = evaluate(self.environment.batch, policy, seeds, self.config.env.success)
        self.spend(scores.lengths)
        return scores

    def figures(self, proposal: Parsed[Draft], contest: Comparison) -> dict[str, Any]:
        """What metrics.json says of a proposal that was tried."""
        assert proposal.value is not None
        scores, bound = contest.challenger, self.config.env.return_max
        stages = self.config.env.evaluation.selection_episodes
        return {
            "is_valid_answer": True,
            "is_repaired": proposal.is_repaired,
            "is_fresh_start": self.memory.is_fresh_start,
            "problems": [*proposal.problems, *proposal.value.problems],
            **proposal.value.figures,
            "return_mean": float(scores.returns.mean()),
            "return_ci95": mean_interval(scores.returns),
            **success_figures(scores),
            "selection_episodes": len(scores),
            "incumbent_return_mean": float(contest.incumbent.returns.mean()) if contest.incumbent else None,
            "difference": contest.difference,
            "difference_ci": contest.interval,
            "is_at_bound": bound is not None and len(scores) == stages[-1] and bool((scores.returns >= bound).all()),
            "verdict": contest.reason,
            "outcome": f"mean return {contest.reason}",
        }

    # ------------------------------------------------------------------------------------------------- feedback

    def feedback(self, draft: Draft, challenger: StoredPolicy, contest: Comparison, iteration: Iteration) -> str:
        """What the next prompt says of this proposal: its faults, how it did, what a critic makes of it."""
        episodes = self.play(challenger, iteration, first=self.config.env.evaluation.collect_episodes)
        parts = [f"Mean return {contest.reason}."]
        if draft.problems:
            parts.append("\n".join(["Wrong with the answer:", *(f"- {problem}" for problem in draft.problems)]))
        parts.append(f"Its episodes:\n{summary_text(self.summary(episodes))}")
        if self.method.critic:
            parts.append(f"A critic's remarks:\n\n{self.critique(challenger, episodes, iteration)}")
        return "\n\n".join(parts) + "\n"

    def critique(self, policy: StoredPolicy, episodes: list[Episode], iteration: Iteration) -> str:
        """A second call: what aggregates and one median episode say to a critic."""
        prompt = self.prompts.render(
            "critic",
            goal=self.config.env.goal,
            action_table=action_table(self.config.env),
            reward=self.config.env.reward,
            policy=self.form.show(policy),
            summary_episodes=len(episodes),
            summary=summary_text(self.summary(episodes)),
            episode=self.episode_text("The median episode", median_episode(episodes)),
        )
        iteration.write_text("critic_prompt.md", prompt)
        try:
            [answer] = self.llm.ask(self.request("critic", prompt, iteration))
        except RecordingEnded:
            return "None: the recording holds no critic's answer here."
        iteration.write_text("critic_response.md", answer.text)
        return strip_thinking(answer.text).strip()

    # ------------------------------------------------------------------------------------------------- its parts

    @cached_property
    def form(self) -> Form:
        """The form in which the LLM writes."""
        return FORMS[self.method.policy](self.environment, self.method)

    @property
    def memory(self) -> Memory:
        """What the search remembers."""
        return Memory(self.history, self.method.patience, self.method.restarts)

    def play(self, policy: Policy, iteration: Iteration, first: int = 0) -> list[Episode]:
        """Search episodes with every step kept, counted in the budget."""
        count = self.config.env.evaluation.collect_episodes
        episodes = rollout(self.environment.batch, policy, self.seeds(Purpose.SEARCH, count, iteration.index, first))
        self.spend([episode.length for episode in episodes])
        return episodes

    def summary(self, episodes: list[Episode]) -> EpisodesSummary:
        """Aggregates of episodes, about the table's cells where there is a table."""
        cells = self.environment.cells if self.form.shows_cells else None
        return episodes_summary(episodes, self.environment.actions, self.config.env.success, cells)

    def episode_text(self, name: str, episode: Episode) -> EpisodeText:
        """One episode as a prompt shows it."""
        return episode_text(name, episode, self.environment, self.method.episode_rows, self.form.shows_cells)

    def rng(self, iteration: Iteration) -> Generator:
        """Random numbers of this iteration's own."""
        return generator(self.config.seed, iteration.index)

    # --------------------------------------------------------------------------------------------- for the base

    def blind_answer(self, purpose: str, rng: Generator) -> str:
        """See MethodRunner."""
        return "No remarks." if purpose == "critic" else self.form.blind(rng)

    def result_extras(self) -> dict[str, Any]:
        """See MethodRunner."""
        answers = [bool(record.metrics["is_valid_answer"]) for record in self.history]
        return {
            "policy": self.method.policy,
            "knowledge": self.method.knowledge if self.config.env.dynamics else "rollouts_only",
            "invalid_rate": answers.count(False) / len(answers) if answers else None,
        }

    @classmethod
    def check(cls, config: Config, environment: Environment) -> None:
        """See MethodRunner."""
        method: Any = config.method
        if method.policy == "table":
            check_table(method, environment)
        if method.tune == "cma":
            check_tuning(method)

    @classmethod
    def calls_an_iteration(cls, config: Config) -> int:
        """See MethodRunner: a proposal, perhaps its repair, perhaps a critic."""
        method: Any = config.method
        return 3 if method.critic else 2


def check_table(method: Any, environment: Environment) -> None:
    """Raise ConfigError where the environment has no table, or none with that default action."""
    if not environment.actions.choices:
        raise ConfigError("env.discretise.action_values", "values needed: a table chooses between them")
    assert environment.cells.n_cells > 0, "made here, so that bins that don't fit are found before a run begins"
    if method.default_action >= environment.actions.choices:
        known = f"0 to {environment.actions.choices - 1}"
        raise ConfigError("method.default_action", f"must be one of {known}, got {method.default_action}")


def check_tuning(method: Any) -> None:
    """Raise ConfigError where CMA-ES has nothing to tune, or too few episodes for one generation."""
    if method.policy != "linear":
        problem = "cma tunes the numbers of a linear policy, so it needs method.policy=linear"
        raise ConfigError("method.tune", problem)
    least = least_episodes(method.cma.population, method.cma.episodes_each)
    if method.cma.episodes < least:
        raise ConfigError("method.cma.episodes", f"must be at least {least} for one generation and its re-test")
