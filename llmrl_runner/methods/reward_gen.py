"""Rewards by an LLM: it drafts them, cheap checks let the likely ones through, training says how good they were."""

import shutil
from collections.abc import Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from numpy.random import Generator

from llmrl_runner.config.schema import Config
from llmrl_runner.envs.environment import Environment
from llmrl_runner.envs.network_batch import make_network_batch
from llmrl_runner.envs.reward_rows import RewardRows, make_reward_rows
from llmrl_runner.llm import Message, Request
from llmrl_runner.methods.base import IterationResult, MethodRunner
from llmrl_runner.methods.performer import Performer
from llmrl_runner.methods.rewards import files as draft_files
from llmrl_runner.methods.rewards.blind import blind_reward
from llmrl_runner.methods.rewards.constants_tuning import Tuner
from llmrl_runner.methods.rewards.desk import Answered, DraftDesk
from llmrl_runner.methods.rewards.draft import FILE_NAME, Draft, load_drafts, ranked, taste
from llmrl_runner.methods.rewards.experience import episodes_so_far, first_episodes, play_first, steps_so_far
from llmrl_runner.methods.rewards.feedback import feedback_on
from llmrl_runner.methods.rewards.figures import iteration_figures, iteration_text, result_figures
from llmrl_runner.methods.rewards.finals import Finals, final_jobs, threshold_of
from llmrl_runner.methods.rewards.job import TRAININGS, WRITTEN, RewardChoice, TrainingJob
from llmrl_runner.methods.rewards.log import log_trainings
from llmrl_runner.methods.rewards.outcome import TrainingOutcome
from llmrl_runner.methods.rewards.performing import draft_performer, final_performer
from llmrl_runner.methods.rewards.pool import run_all, show_steps
from llmrl_runner.methods.rewards.prompts import RewardPrompts
from llmrl_runner.methods.rewards.settings_check import check_reward_gen
from llmrl_runner.methods.rewards.trainings import Heritage, budgets_of, reward_of, train_drafts
from llmrl_runner.rl.evaluation import held_out_summary
from llmrl_runner.rl.stored_episodes import StoredEpisodes
from llmrl_runner.runs.iteration import Iteration, Record
from llmrl_runner.runs.seeds import Purpose, generator

EXAMINED = ".examined"  # the folder of what each program came to in the checks
NOTES = ".cluster"  # the folder of a cluster's notes on its jobs
RANDOM = "random"  # the folder, in the first iteration's, of the episodes of random actions that a run begins with
RANDOM_FIRST = 1 << 19  # their seeds' numbers begin there in the block, beyond those that trainings play


class RewardGen(MethodRunner):
    """Rewards written by an LLM and refined from what training showed (after Eureka, Ma et al., 2024).

    A draft is judged by the environment's own success and return, in episodes that nothing trains on: never by what it
    pays itself, and never by the best moment of a training. Successive halving gives little training to most drafts and
    much to few (as in ORSO, Zhang et al., 2024). The winner is trained again from nothing on fresh seeds, and only that
    is reported.
    """

    def run_iteration(self, iteration: Iteration) -> IterationResult:
        """Ask for drafts, let the likely ones through, train them, and say what came of each."""
        answered = self.ask(iteration)
        drafts = [each.draft for each in answered]
        self.train(self.let_through(drafts), iteration)
        for draft in drafts:
            draft.feedback = feedback_on(draft, draft_files.trainings_of(self.place(iteration), draft))
        best = self.best_of(drafts)
        self.keep(iteration, answered, best)
        is_best = best is not None and self.best_of([*self.drafts, *drafts]) is best
        figures = iteration_figures(answered, best, self.config)
        return IterationResult(None, is_best, figures, iteration_text([*self.drafts, *drafts], best))

    # --------------------------------------------------------------------------------------------------- drafts

    def ask(self, iteration: Iteration) -> list[Answered]:
        """Drafts, each asked for in words of its own, read, and held against the stored episodes."""
        stored = self.stored(iteration)
        at_first = first_episodes(self.random_place(iteration)).transitions.rows
        prompts = RewardPrompts(self.prompts, self.config, self.rows.fields, at_first)
        asked = self.method.samples * self.method.oversample
        requests = [self.draft_request(prompts, iteration, sample) for sample in range(asked)]
        examined = self.folder.path / EXAMINED / iteration.target.name
        return DraftDesk(self.llm, prompts, self.config, stored, examined).drafts(iteration.index, requests)

    def draft_request(self, prompts: RewardPrompts, iteration: Iteration, sample: int) -> Request:
        """What one draft is asked for with: the first ones from nothing, later ones after all those before."""
        prompt = prompts.improve(sample, self.drafts, self.shown) if self.drafts else prompts.write(sample)
        messages = [Message("system", prompts.system()), Message("user", prompt)]
        return self.turn("write", messages, iteration, sample)

    def stored(self, iteration: Iteration) -> StoredEpisodes:
        """Episodes that drafts are tried on: of random actions, and of every network that a draft has trained."""
        place = self.random_place(iteration)
        if not self.history:
            seeds = self.seeds(Purpose.SEARCH, self.method.checks.episodes, iteration.index, first=RANDOM_FIRST)
            rng = generator(self.config.seed, iteration.index)
            self.spend(play_first(self.config, self.rows, seeds, rng, place).lengths)
        return episodes_so_far(place, self.history)

    def random_place(self, iteration: Iteration) -> Path:
        """The folder of what random actions went through, in the run's first iteration."""
        return (self.history[0].path if self.history else iteration.path) / RANDOM

    def let_through(self, drafts: Sequence[Draft]) -> list[Draft]:
        """Those that stood the checks; where more were asked for than are trained, the ones with the best taste."""
        likely = sorted((draft for draft in drafts if draft.status == "drafted"), key=taste, reverse=True)
        for draft in likely[self.method.samples :]:
            draft.status, draft.reason = "let go", "others tell good from bad episodes better"
        return sorted(likely[: self.method.samples], key=lambda draft: draft.number)

    @property
    def drafts(self) -> list[Draft]:
        """All drafts of earlier iterations."""
        return [draft for record in self.history for draft in load_drafts(record.path / FILE_NAME)]

    @property
    def shown(self) -> list[Draft]:
        """The best of them, which the next prompt shows as code."""
        return [draft for draft in ranked(self.drafts) if draft.rungs][: self.method.history_best]

    # ------------------------------------------------------------------------------------------------- training

    def train(self, drafts: Sequence[Draft], iteration: Iteration) -> None:
        """Scores go into the drafts."""
        steps = steps_so_far(self.random_place(iteration), self.history) if self.method.share_buffer else []
        heritage = Heritage(self.best_training, steps)
        place = self.place(iteration)
        train_drafts(drafts, self.config, iteration.index, place, heritage, self.run_jobs)
        if self.method.tune == "cma":
            tuner = Tuner(self.config, iteration.index, place, heritage, self.run_jobs, self.progress.note)
            tuner.tune_best(drafts)

    def run_jobs(self, jobs: Sequence[TrainingJob]) -> list[TrainingOutcome]:
        """Run them side by side, and count what they took."""
        run_all(jobs, self.method, self.folder.path / NOTES, partial(show_steps, jobs, self.progress))
        outcomes = [TrainingOutcome(job.folder) for job in jobs]
        self.archive.tell_of_no_gif(next((each.no_gif for each in outcomes if each.no_gif), None))
        self.spend_in_all(sum(each.episodes for each in outcomes), sum(each.env_steps for each in outcomes))
        return outcomes

    @property
    def best_training(self) -> Path | None:
        """Where the network of the best draft so far is."""
        best = self.best_of(self.drafts)
        return None if best is None else draft_files.folder_in(self.history[best.iteration].path, best)

    def place(self, iteration: Iteration) -> Path:
        """The folder of the iteration's trainings. It outlives a kill, which the iteration's own does not."""
        return self.folder.path / TRAININGS / iteration.target.name

    # -------------------------------------------------------------------------------------------------- keeping

    def best_of(self, drafts: Sequence[Draft]) -> Draft | None:
        """The draft with the best score of those that were trained to the end."""
        return next((draft for draft in ranked(drafts) if draft.status == "trained"), None)

    def keep(self, iteration: Iteration, answered: Sequence[Answered], best: Draft | None) -> None:
        """A folder a draft, and what TensorBoard shows of it beside the others."""
        for each in answered:
            trainings = draft_files.trainings_of(self.place(iteration), each.draft)
            draft_files.keep_draft(iteration, each, trainings)
            name, whole = f"draft_{each.draft.name}", budgets_of(self.config)[-1]
            log_trainings(self.tensorboard / name, iteration.index, each.draft.source, trainings, whole)
        draft_files.keep_all(iteration, [each.draft for each in answered], best)

    @property
    def tensorboard(self) -> Path:
        """Below it, drafts and final seeds are runs of their own."""
        return self.folder.path / "tensorboard"

    # ---------------------------------------------------------------------------------------------- the final test

    @cached_property
    def finals(self) -> Finals | None:
        """The winner's reward, or the arm's, trained again on fresh seeds; None where no draft was usable."""
        choice = self.winner if self.method.reward == WRITTEN else RewardChoice(self.method.reward)
        if choice is None:
            return None
        jobs = final_jobs(self.config, self.folder.path, choice)
        self.progress.note(f"training again from nothing on {len(jobs)} fresh seeds, and testing")
        for number, outcome in enumerate(self.run_jobs(jobs)):
            log_trainings(self.tensorboard / f"final_{number}", 0, choice.source, [outcome], jobs[0].whole)
        shutil.rmtree(self.folder.path / TRAININGS, ignore_errors=True)
        return Finals(jobs, threshold_of(self.config))

    @property
    def winner(self) -> RewardChoice | None:
        """The reward of the best draft of all iterations."""
        best = self.best_of(self.drafts)
        return None if best is None else reward_of(best)

    def held_out(self) -> dict[str, Any]:
        """See MethodRunner: the held-out episodes, dealt out to the networks of all final seeds."""
        seeds = self.held_out_seeds
        if self.finals is None:
            return held_out_summary(None, seeds)
        if self.finals.held_out is not None:
            self.archive.keep_held_out(seeds, self.finals.held_out)
        return self.finals.test_figures(seeds)

    def performer(self, record: Record) -> Performer:
        """See MethodRunner: the network of the iteration's best draft."""
        return draft_performer(self.config, record)

    def final_performer(self) -> Performer | None:
        """See MethodRunner: the networks of the final seeds."""
        return final_performer(self.config, self.folder.path)

    # ---------------------------------------------------------------------------------------------- for the base

    def result_extras(self) -> dict[str, Any]:
        """See MethodRunner."""
        return result_figures(self.config, self.drafts, self.history, self.finals)

    def blind_answer(self, purpose: str, rng: Generator) -> str:
        """See MethodRunner: a program that knows nothing."""
        return blind_reward(rng, self.rows.fields, self.config.env.actions)

    @cached_property
    def rows(self) -> RewardRows:
        """What a written reward sees of the environment."""
        return make_reward_rows(self.config.env)

    @property
    def incumbent(self) -> None:
        """See MethodRunner: a program, of which no exact return is computed."""
        return

    @classmethod
    def check(cls, config: Config, environment: Environment) -> None:
        """See MethodRunner."""
        check_reward_gen(config, environment)

    @classmethod
    def make_ready(cls, environment: Environment) -> None:
        """See MethodRunner: what a network is trained in."""
        make_network_batch(environment.config, 1).close()

    @classmethod
    def iterations_of(cls, config: Config) -> int:
        """See MethodRunner: there is nothing to search for where the reward is there already."""
        return super().iterations_of(config) if config.method.reward == WRITTEN else 0

    @classmethod
    def calls_an_iteration(cls, config: Config) -> int:
        """See MethodRunner: every draft, and its repair."""
        return 2 * int(config.method.samples) * int(config.method.oversample)
