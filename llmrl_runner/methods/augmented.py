"""What an LLM knows goes into the loop of a policy: texts that it reads, advice, shaping, a warm start."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from numpy.random import Generator

from llmrl_runner.config.schema import Config
from llmrl_runner.envs.environment import Environment
from llmrl_runner.methods.augmenting.alignment import alignment, swapped
from llmrl_runner.methods.augmenting.figures import lines_page, told_figures, training_extras
from llmrl_runner.methods.augmenting.following import advised_pairs, load_pairs, save_pairs
from llmrl_runner.methods.augmenting.interview import Interview, blind_answer
from llmrl_runner.methods.augmenting.meeting import instructions_of
from llmrl_runner.methods.augmenting.settings_check import check_augmented, questions_of, stages_of
from llmrl_runner.methods.augmenting.told_method import ToldNetworkMethod
from llmrl_runner.methods.base import IterationResult
from llmrl_runner.methods.examiner import Examiner
from llmrl_runner.methods.ppo import CHECKPOINT
from llmrl_runner.rl.cloning import clone
from llmrl_runner.rl.guided_training import Guide, new_network
from llmrl_runner.runs.iteration import Iteration
from llmrl_runner.runs.seeds import generator

SWITCHES = ("text", "encoder", "combine", "memory", "reward", "advice", "advice_source", "warm_start")
ADVISED = "advised.npz"  # the steps that were cloned
CLONED = 1  # the iteration that clones
NOTHING_TO_CLONE = "there is advice on none of the steps, so there is nothing to clone: training begins anew"
SWAPPED = 2  # where the random numbers of swapped instructions are drawn from


class Augmented(ToldNetworkMethod):
    """A network that reads what it is told beside the state (after a sketch of an LLM-augmented agent, 2025).

    States are told in lines, of which an environment has tens (after LLM4Teach, Zhou et al., 2024). A model is asked
    about each of them once: what to do there (advice), or how near the end is (potentials). Each way to use that is a
    switch, and so is each control.
    """

    def run_iteration(self, iteration: Iteration) -> IterationResult:
        """Ask about what came up and clone what was advised, as far as either is wanted; then train, and train on."""
        self.forget_book()  # each part begins with what is on disk
        if iteration.index == 0 and self.told is not None:
            self.spend(self.told.lengths)
        before = stages_of(self.config)
        if iteration.index < len(before):
            return STAGES[before[iteration.index]](self, iteration)
        return self.train_on(iteration, iteration.index - len(before) + 1, self.method.iterations - len(before))

    # ----------------------------------------------------------------------------------------------- its stages

    def ask(self, iteration: Iteration) -> IterationResult:
        """Stage 1: what came up in random play is asked about, once a line."""
        assert self.told is not None
        self.lines.meet(Counter(self.told.lines))
        asked = self.ask_about_lines()
        self.keep_example(iteration)
        self.keep_told(iteration)
        metrics = {"stage": "asking", "lines_known": len(self.lines.of), **asked}
        return IterationResult(None, is_best=False, metrics=metrics, feedback=lines_page(self.lines))

    def clone(self, iteration: Iteration) -> IterationResult:
        """Stage 2, with warm_start=advice: the network learns to do as is advised, before its first step."""
        seed = self.network_seed(iteration)
        make = self.side_by_side(self.config.env)
        model = new_network(make, self.unscaled, seed, self.config.device, network=self.network)
        pairs, lengths = advised_pairs(make, self.method.asking.episodes, self.method.asking.seed)
        self.spend(lengths)
        self.keep_told(iteration)
        if pairs is None:
            return IterationResult(None, is_best=False, metrics={"stage": "cloning", "verdict": NOTHING_TO_CLONE})
        save_pairs(pairs, iteration.path / ADVISED)
        return self.given_clone(iteration, model, clone(model, pairs, self.method.cloning, seed))

    def train_on(self, iteration: Iteration, part: int, parts: int) -> IterationResult:
        """Stage 3: lines that came up since are asked about, too; then the network learns by trial and error."""
        self.writing = iteration.path
        asked = self.ask_about_lines() if part > 1 else {}
        result = self.train_part(iteration, part, parts, self.guide)
        assert self.trained_in is not None
        self.lines.meet(self.trained_in.met)
        self.keep_told(iteration)
        result.metrics |= {**asked, **told_figures(self.trained_in, self.advice, self.telling.table)}
        return result

    # ------------------------------------------------------------------------------------------------ their parts

    def ask_about_lines(self) -> dict[str, Any]:
        """What is to be known of the lines that came up, as far as it isn't yet; figures of the asking."""
        interview = Interview(self.config, self.environment, self.telling, self.llm, self.prompts, self.progress.note)
        figures = interview.ask(self.lines)
        self.spend(interview.played)
        self.forget_book()
        return figures

    def keep_example(self, iteration: Iteration) -> None:
        """The first question and its answer, for people to look at; all of them are in transcript.jsonl."""
        if records := self.llm.transcript.records:
            prompt = "\n\n".join(message["content"] for message in records[0]["messages"])
            iteration.write_text("prompt.md", f"{prompt.rstrip()}\n\n(The first of {len(records)} questions.)\n")
            iteration.write_text("response.md", records[0]["text"])

    @property
    def guide(self) -> Guide | None:
        """The network that was cloned, where there is one, and what it was cloned from."""
        if self.method.warm_start == "none" or not (self.history[CLONED].path / CHECKPOINT).exists():
            return None
        cloned = self.history[CLONED].path
        return Guide(cloned / CHECKPOINT, load_pairs(cloned / ADVISED))

    # ------------------------------------------------------------------------------------------------ for the base

    def result_extras(self) -> dict[str, Any]:
        """See MethodRunner."""
        method = self.method
        switches = {name: getattr(method, name) for name in SWITCHES}
        steps = self.history[-1].metrics.get("trained_steps", 0) if self.history else 0
        told = {"training": training_extras(self.config, steps), "told": switches, "alignment": self.alignment()}
        return {**super().result_extras(), **told}

    def alignment(self) -> dict[str, Any] | None:
        """How the final network does where it is told another's instruction; None where there is but one."""
        if self.tested is None or not (self.telling.texts or self.telling.wants_lines):
            return None
        told = instructions_of(self.telling, self.held_out_seeds)
        others = swapped(told, generator(self.config.seed, SWAPPED))
        if not others:
            return None
        self.progress.note("testing with swapped instructions")
        misled = Examiner(self.config, self.progress.note, partial(self.telling.misled_batch, self.book, others))
        return alignment(self.tested, misled.test(self.load(self.history[-1].path / CHECKPOINT), self.held_out_seeds))

    def blind_answer(self, purpose: str, rng: Generator) -> str:
        """See MethodRunner: any action, any score."""
        return blind_answer(self.environment, purpose, rng)

    @classmethod
    def check(cls, config: Config, environment: Environment) -> None:
        """See MethodRunner: switches that go together."""
        check_augmented(config, environment)

    @classmethod
    def files_read(cls, config: Config) -> list[str]:
        """See MethodRunner: the table of lines."""
        return [] if config.method.table is None else [config.method.table]

    @classmethod
    def calls_an_iteration(cls, config: Config) -> int:
        """See MethodRunner: all that may be asked may be asked in one."""
        asking = config.method.asking
        return int(asking.lines * asking.samples * len(questions_of(config)))

    @classmethod
    def calls_a_run(cls, config: Config) -> int:
        """See MethodRunner: each line is asked about once."""
        return cls.calls_an_iteration(config)


STAGES: dict[str, Callable[[Augmented, Iteration], IterationResult]] = {"ask": Augmented.ask, "clone": Augmented.clone}
