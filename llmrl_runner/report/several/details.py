"""Each run on the page of many, folded: its iterations with score, prompt, answer, change, feedback and picture.

The page has a size. The first run of every arm in every environment is shown before any arm's second one, a text or
picture that the page already has is linked to, and once the page is full further runs have their figures alone.
"""

import hashlib
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from llmrl_runner.report.passages import Passage
from llmrl_runner.report.pictures import MEGABYTE, PictureShelf
from llmrl_runner.report.reading import read_run
from llmrl_runner.report.sections import Section, iteration_sections
from llmrl_runner.report.several.run import Run
from llmrl_runner.report.several.study import Study

if TYPE_CHECKING:
    from jinja2.environment import TemplateModule

LONGEST_TEXT = 12_000  # characters of one prompt or answer; the run's own page has more
LARGEST_PICTURE = 1_500_000  # bytes
SHARE_OF_PICTURES = 0.5  # of the page
BASE64 = 4 / 3  # times as large is a picture once it stands in a page
SHORT = 200  # characters: what is no longer is said again rather than linked to


@dataclass(frozen=True)
class Text:
    """A passage on the page. Where the page already has it, `same_as` is the anchor of that place."""

    passage: Passage
    anchor: str
    same_as: str = ""


class TextShelf:
    """Hands out the texts of one page, each of them once."""

    def __init__(self) -> None:
        self._anchors: dict[str, str] = {}

    def place(self, passage: Passage, run_folder: str) -> Text:
        """The text for one place of the page. run_folder: the way to the run from where the page lies."""
        digest = hashlib.sha256(passage.text.encode(errors="replace")).hexdigest()[:12]
        kept = passage.text[:LONGEST_TEXT]
        cut = passage.cut + len(passage.text) - len(kept)
        own = replace(passage, text=kept, cut=cut, file=f"{run_folder}/{passage.file}")
        if digest in self._anchors and len(passage.text) > SHORT:
            return Text(own, "", same_as=self._anchors[digest])
        anchor = "" if digest in self._anchors else f"text-{digest}"
        self._anchors.setdefault(digest, anchor)
        return Text(own, anchor)


@dataclass(frozen=True)
class Shown:
    """An iteration on the page of many: as on the page of its run, its texts and those of its drafts placed."""

    section: Section
    texts: Sequence[Text]
    draft_texts: Sequence[Sequence[Text]]


@dataclass(frozen=True)
class Details:
    """The iterations of each run that has a place on the page, as HTML; the runs that haven't any more; and why others
    could not be shown."""

    html: Mapping[Path, str]
    without_room: Sequence[Run]
    left_out: Sequence[str]


def details_of(study: Study, to: Path, megabytes: float, parts: "TemplateModule") -> Details:
    """Fill the page. to: the folder that it lies in; parts: the template's, of which `iterations` writes a run's."""
    room = int(megabytes * MEGABYTE)
    pictures = PictureShelf(to, LARGEST_PICTURE, int(SHARE_OF_PICTURES * room / BASE64))
    texts = TextShelf()
    html: dict[Path, str] = {}
    left_out: list[str] = []
    ordered = list(in_turn(study))
    for k, run in enumerate(ordered):
        try:
            written = str(parts.iterations(shown(run, to, pictures, texts)))  # type: ignore[attr-defined]
        except (OSError, ValueError, RecursionError) as error:
            left_out.append(f"{run.folder}: no iterations are shown ({error})")
            continue
        room -= len(written.encode())
        if room < 0:  # what it has could only be found from here, so nothing links to it
            return Details(html, ordered[k:], left_out)
        html[run.folder] = written
    return Details(html, [], left_out)


def in_turn(study: Study) -> Iterator[Run]:
    """The first run of each cell, then the second of each, and so on; those in no cell last."""
    turns: dict[int, list[Run]] = defaultdict(list)
    for cell in study.cells:
        for turn, run in enumerate(cell.runs):
            turns[turn].append(run)
    for turn in sorted(turns):
        yield from turns[turn]
    yield from (run for run in study.runs if run.folder not in study.homes)


def shown(run: Run, to: Path, pictures: PictureShelf, texts: TextShelf) -> list[Shown]:
    """The iterations of a run, in order."""
    way = os.path.relpath(run.folder, to)

    def placed(passages: Sequence[Passage]) -> list[Text]:
        return [texts.place(each, way) for each in passages]

    sections = iteration_sections(read_run(run.folder), pictures)
    return [Shown(each, placed(each.passages), [placed(draft.passages) for draft in each.drafts]) for each in sections]
