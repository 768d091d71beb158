"""What the page of a run draws: its learning curve, and where it is about a grid, maps of the visited cells."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from llmrl_runner.report.drawing import LIGHT, NARROW, WIDE, Drawing, Palette, Size, page_svg, save_picture
from llmrl_runner.report.evaluations import Evaluations, read_evaluations
from llmrl_runner.report.plots import curve_of, draw
from llmrl_runner.report.reading import RunRecord
from llmrl_runner.report.run_curve import draw_run_curve, run_curve_of
from llmrl_runner.report.training_curves import draft_curves, draw_drafts, draw_finals, final_curves
from llmrl_runner.report.visits import PANELS, draw_visits, visit_row

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MAPS_WIDE: Size = (9.0, 2.2)
MAPS_NARROW: Size = (4.3, 1.9)
NARROW_PANELS = 3
BANDS = "Bands are 95 % intervals of an evaluation's mean over its {episodes} episodes."
SHARES = (
    "Where the agent stood in the {episodes} sampled episodes of an evaluation: each map's shares add up to 100 %, and "
    "row 0 is on top."
)

DRAFT_LINES = "Each line is one draft's training, by the environment's own score and not by what the draft pays."
FINAL_LINES = (
    "The winning reward, trained again from nothing: a thin line a fresh seed, their mean with its 95 % interval over "
    "seeds, cut where no seed was."
)


@dataclass(frozen=True)
class Drawn:
    """A drawing on the page, in the two shapes of which the style sheet shows one: letters stay readable on a phone."""

    title: str
    words: str
    wide: str
    narrow: str
    note: str = ""


@dataclass(frozen=True)
class Plan:
    """A drawing that can be made: its file in the run folder, and how it is drawn in either shape."""

    title: str
    words: str
    file: str
    wide: Callable[[Palette, Size], "Figure"]
    narrow: Callable[[Palette, Size], "Figure"]
    sizes: tuple[Size, Size] = (WIDE, NARROW)
    note: str = ""


def page_drawings(run: RunRecord, left_out: list[str]) -> list[Drawn]:
    """The drawings of the page, each written as a PNG file into the run folder too; what can't be is in `left_out`."""
    plans = list(_of_trainings(run, left_out) if run.is_about_rewards else _of_run(run, left_out))
    found = []
    for plan in plans:
        try:
            found.append(_drawn(plan, run))
        except (ImportError, OSError, RuntimeError, ValueError) as error:
            left_out.append(f"no {plan.title.lower()}: {error}")
    return found


def _of_trainings(run: RunRecord, left_out: list[str]) -> Iterator[Plan]:
    """Of a run about rewards: all drafts in one picture, the networks of all final seeds in another."""
    drafts, finals = draft_curves(run, left_out), final_curves(run, left_out)
    if drafts:
        title, words = (
            "Learning curves of the drafts",
            f"{drafts.measure.capitalize()} of each draft by environment steps",
        )
        yield _of_curves(title, words, "drafts.png", partial(draw_drafts, drafts), DRAFT_LINES)
    if finals:
        title, words = "The final networks", f"{finals.measure.capitalize()} of each final seed by environment steps"
        yield _of_curves(title, words, "learning_curve.png", partial(draw_finals, finals), FINAL_LINES)


def _of_curves(title: str, words: str, file: str, drawing: Drawing, note: str) -> Plan:
    return Plan(title, words, file, drawing, drawing, note=note)


def _of_run(run: RunRecord, left_out: list[str]) -> Iterator[Plan]:
    evaluations = read_evaluations([record.folder for record in run.iterations], left_out)
    yield from _of_evaluations(run, evaluations) if evaluations else _of_iterations(run, left_out)


def _of_evaluations(run: RunRecord, evaluations: Evaluations) -> Iterator[Plan]:
    curve = partial(draw_run_curve, run_curve_of(run, evaluations))
    words, note = (
        f"Return by environment steps, {' and '.join(evaluations.modes)}",
        BANDS.format(episodes=evaluations.episodes),
    )
    yield Plan("Learning curve", words, "learning_curve.png", curve, curve, note=note)
    if evaluations.visits is not None and evaluations.visits.size:
        wide, narrow = (
            partial(draw_visits, [visit_row("", evaluations.steps, evaluations.visits, panels)])
            for panels in (PANELS, NARROW_PANELS)
        )
        note = SHARES.format(episodes=evaluations.episodes)
        words = "Heat maps of visited cells, early and late"
        yield Plan("Visited cells", words, "visits.png", wide, narrow, (MAPS_WIDE, MAPS_NARROW), note)


def _of_iterations(run: RunRecord, left_out: list[str]) -> Iterator[Plan]:
    curve = curve_of(run)
    if curve is None:
        left_out.append("no learning curve: no iteration has a score yet")
    elif len(run.iterations) > 1 or run.has_search:  # else one round that was played and counted
        words, drawing = "Return by iteration, with intervals and the best so far", partial(draw, curve)
        yield Plan("Learning curve", words, "learning_curve.png", drawing, drawing)


def _drawn(plan: Plan, run: RunRecord) -> Drawn:
    wide, narrow = plan.sizes
    save_picture(plan.wide(LIGHT, wide), run.folder / plan.file)
    return Drawn(
        title=plan.title,
        words=plan.words,
        wide=page_svg(plan.file, plan.wide, wide),
        narrow=page_svg(plan.file, plan.narrow, narrow),
        note=plan.note,
    )
