"""`tune=cma`: the numbers that a draft leaves to an optimiser, each tried in a training of the first rung's budget."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from llmrl_runner.config.schema import Config
from llmrl_runner.methods.rewards.draft import Draft, ranked
from llmrl_runner.methods.rewards.programs import program_of
from llmrl_runner.methods.rewards.ranking import rung_words
from llmrl_runner.methods.rewards.trainings import Heritage, RunJobs, budgets_of, run_rung
from llmrl_runner.rl.range_search import RangeSearch
from llmrl_runner.runs.seeds import generator
from llmrl_runner.sandbox.program import ProgramError

PLACE = 0xC3A  # of the optimiser's random numbers among the run's own
NOTHING_NAMED = "it names no CONSTANTS with RANGES, so there was nothing to tune"


@dataclass(frozen=True)
class Tunable:
    """The constants of a draft that have a range: their values, and the ranges."""

    values: dict[str, float]
    ranges: dict[str, tuple[float, float]]


@dataclass(frozen=True)
class Tuner:
    """Trains candidates for an iteration's best draft as `train_drafts` trained the draft: see there for the fields.

    say: a line for whoever watches.
    """

    config: Config
    block: int
    place: Path
    heritage: Heritage
    run: RunJobs
    say: Callable[[str], None]

    def tune_best(self, drafts: Sequence[Draft]) -> None:
        """Tune the best draft that was trained to the end; what is found stands in its `constants` and `tuning`."""
        best = next((draft for draft in ranked(drafts) if draft.status == "trained"), None)
        if best is None:
            return
        tunable = tunable_of(self.config, best)
        if not tunable.ranges:
            best.tuning = NOTHING_NAMED
            self.say(f"draft {best.name}: {NOTHING_NAMED}")
            return
        self.say(f"tuning {', '.join(tunable.ranges)} of draft {best.name}")
        take_over(best, self._trained_on(self._search(best, tunable)), tunable, self.config.method.cma)

    def _search(self, draft: Draft, tunable: Tunable) -> Draft | None:
        """The best candidate of all generations after the first rung; None where each broke on the way."""
        cma, tried = self.config.method.cma, list[Draft]()
        rng = generator(self.config.seed, self.block, PLACE, draft.number)
        search = RangeSearch(tunable.values, tunable.ranges, cma.population, cma.sigma, int(rng.integers(2**31)))
        for _ in range(cma.trainings // cma.population):
            generation = [candidate(draft, constants) for constants in search.ask()]
            self._train(generation, 0)
            search.tell([each.rungs[-1].score if each.rungs else () for each in generation])
            tried += generation
        return next((each for each in ranked(tried) if each.rungs), None)

    def _trained_on(self, found: Draft | None) -> Draft | None:
        """The candidate after the rungs that are left; None where it broke."""
        for rung in range(1, len(budgets_of(self.config))):
            if found is not None and found.status != "failed":
                self._train([found], rung)
        return None if found is None or found.status == "failed" else found

    def _train(self, drafts: Sequence[Draft], rung: int) -> None:
        run_rung(drafts, self.config, self.block, self.place, rung, self.heritage, self.run)


def tunable_of(config: Config, draft: Draft) -> Tunable:
    """What the draft's program names; nothing where it doesn't load any more."""
    try:
        with program_of(config, draft.source) as program:
            return Tunable({name: program.constants[name] for name in program.ranges}, program.ranges)
    except ProgramError:
        return Tunable({}, {})


def candidate(draft: Draft, constants: dict[str, float]) -> Draft:
    """The draft with other constants, not trained yet."""
    return replace(draft, status="drafted", reason="", constants=constants, rungs=[])


def take_over(draft: Draft, found: Draft | None, tunable: Tunable, cma: Any) -> None:
    """Give the draft what was found, where it is better after the same training; say what was found either way."""
    count = cma.trainings // cma.population * cma.population
    tried = f"CMA-ES tried {count} settings of its CONSTANTS"
    if found is None:
        draft.tuning = f"{tried}, and none of them could be trained with to the end"
        return
    own, tuned = draft.rungs[-1], found.rungs[-1]
    is_better = tuned.score > own.score
    verdict = "better than with its own, so they stay" if is_better else "no better than with its own, so those stay"
    changes = ", ".join(f"{name} {tunable.values[name]:.4g} -> {value:.4g}" for name, value in found.constants.items())
    draft.tuning = f"{tried}; with the best, {changes}: {rung_words(tuned)}, {verdict} ({rung_words(own)})"
    if is_better:
        draft.constants, draft.rungs = found.constants, found.rungs
