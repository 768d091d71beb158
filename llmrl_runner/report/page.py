"""report.html: everything about one run on one self-contained page, without scripts and without a network."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from llmrl_runner.files.whole import write_text
from llmrl_runner.report.draft_sections import draft_table, winner_passages
from llmrl_runner.report.drafts import EPISODE, winner_of
from llmrl_runner.report.figures import chips, headline, notices, title_of, version_lines
from llmrl_runner.report.page_drawings import page_drawings
from llmrl_runner.report.pictures import Picture, PictureShelf
from llmrl_runner.report.reading import RunRecord, captioned, read_run
from llmrl_runner.report.reward_tiles import final_tiles, search_tiles
from llmrl_runner.report.sections import iteration_sections
from llmrl_runner.report.stages import stage_tiles
from llmrl_runner.report.tiles import Tile, budget_tiles, llm_tiles, score_tiles
from llmrl_runner.report.told_tiles import told_tiles
from llmrl_runner.runs.lookup import word

if TYPE_CHECKING:
    from jinja2 import Template

TEMPLATES = Path(__file__).parent / "templates"


def write_page(run_folder: Path) -> Path:
    """Write report.html, and its drawings as PNG files, into a run folder from what lies in it. Returns its path.

    A run that is unfinished or damaged gets its page too; what is missing is listed at its end. Raises OSError where
    the folder can't be written to.
    """
    run = read_run(run_folder)
    path = run_folder / "report.html"
    write_text(path, page_of(run))
    return path


def page_of(run: RunRecord) -> str:
    """The page's HTML. Text that came from a model, a person or a configuration is escaped."""
    left_out = list(run.left_out)
    drawings = page_drawings(run, left_out)
    shelf = PictureShelf(run.folder)
    best_pictures = _best_pictures(run, shelf)
    final_pictures = _final_pictures(run, shelf)
    sections = iteration_sections(run, shelf)
    return _template().render(
        title=title_of(run),
        goal=word(run.config, "env", "goal"),
        folder_name=run.folder.name,
        chips=chips(run),
        notices=notices(run),
        headline=headline(run),
        tile_rows=_tile_rows(run),
        drawings=drawings,
        best_pictures=best_pictures,
        draft_table=draft_table(run),
        winner=winner_of(run.drafts),
        winner_passages=winner_passages(run),
        final_pictures=final_pictures,
        sections=sections,
        command=run.command,
        config_text=run.config_text,
        error_text=run.error_text,
        versions=version_lines(run),
        left_out=[*left_out, *shelf.left_out],
    )


def _tile_rows(run: RunRecord) -> list[tuple[str, list[Tile]]]:
    rows = [
        ("Score", score_tiles(run)),
        ("Final seeds", final_tiles(run)),
        ("Search", search_tiles(run)),
        ("Stages", stage_tiles(run)),
        ("What the network is told", told_tiles(run)),
        ("Model", llm_tiles(run)),
        ("Effort", budget_tiles(run)),
    ]
    return [(title, tiles) for title, tiles in rows if tiles]


def _best_pictures(run: RunRecord, shelf: PictureShelf) -> list[Picture]:
    if run.finals:
        first = shelf.place(run.finals[0] / EPISODE, "One episode of the first final network")
        return [] if first is None else [first]
    places = [run.folder / "best"] + ([run.best_iteration.folder] if run.best_iteration else [])
    found = []
    episode = "One episode of the best policy" if run.has_search else "One episode"
    for name, caption in (("episode.gif", episode), ("policy.png", "The best policy")):
        pictures = (
            shelf.place(place / name, captioned(caption, place)) for place in places if (place / name).is_file()
        )
        found.append(next(pictures, None))
    return [picture for picture in found if picture is not None]


def _final_pictures(run: RunRecord, shelf: PictureShelf) -> list[Picture]:
    """An episode of each final network but the first, which stands at the head."""
    named = ((folder / EPISODE, f"Final seed {folder.name.removeprefix('seed_')}") for folder in run.finals[1:])
    found = [shelf.place(path, caption) for path, caption in named]
    return [picture for picture in found if picture is not None]


@cache
def _template() -> "Template":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2")
