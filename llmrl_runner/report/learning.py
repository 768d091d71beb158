"""The table and pictures of a sweep: learning.md, curves.png, visits.png and an episode of each arm, in one folder."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from llmrl_runner.files.whole import write_bytes, write_text
from llmrl_runner.report.comparison import Arm, Comparison, Comparisons
from llmrl_runner.report.drawing import LIGHT, save_picture
from llmrl_runner.report.learning_captions import EPISODES, INTRODUCTION, VISITS, curves_caption, table_caption
from llmrl_runner.report.learning_curves import draw_learning
from llmrl_runner.report.learning_table import learning_table
from llmrl_runner.report.visits import PANELS, VisitRow, draw_visits, visit_row

EPISODE = "episode.gif"
PRINT_DPI = 200
MAP_WIDTH, MAP_HEIGHT = 1.75, 1.85  # inches of one heat map with its titles
SCALE_WIDTH = 1.1


def write_learning(comparisons: Comparisons, to: Path, reps: int) -> list[Path]:
    """Write what `comparisons` come to into the folder `to`, which is made where it is missing. Returns the files.

    There must be one comparison at least. reps: bootstrap resamples of each interval. Raises OSError where the folder
    can't be written to.
    """
    to.mkdir(parents=True, exist_ok=True)
    curves = save_picture(draw_learning(comparisons.of_envs, reps), to / "curves.png", PRINT_DPI)
    visits = _save_visits(comparisons.of_envs, to)
    episodes = dict(_copied_episodes(comparisons.of_envs, to))
    page = to / "learning.md"
    write_text(page, _page(comparisons, reps, bool(visits), episodes))
    return [page, curves, *visits, *episodes.values()]


def _page(comparisons: Comparisons, reps: int, has_visits: bool, episodes: dict[tuple[str, str], Path]) -> str:
    parts = [INTRODUCTION]
    for comparison in comparisons.of_envs:
        name = f" ({comparison.env_id})" if comparison.env_id else ""
        parts += [
            f"## {comparison.env}{name}\n",
            learning_table(comparison, reps) + "\n",
            table_caption(comparison, reps),
        ]
        parts += _episodes_table(comparison, episodes)
    measures = dict.fromkeys(comparison.measure for comparison in comparisons.of_envs)
    parts += ["## Learning curves\n", f"![{'/'.join(measures).capitalize()} against environment steps](curves.png)\n"]
    parts += [curves_caption(comparisons.of_envs, reps)]
    if has_visits:
        parts += ["## Where they went\n", "![Heat maps of visited cells](visits.png)\n", VISITS]
    if comparisons.left_out:
        parts += [f"## Left out: {len(comparisons.left_out)}\n", *(f"- {line}" for line in comparisons.left_out), ""]
    return "\n".join(parts)


def _episodes_table(comparison: Comparison, episodes: dict[tuple[str, str], Path]) -> list[str]:
    shown = [(arm.title, path.name) for arm in comparison.arms if (path := episodes.get((comparison.env, arm.title)))]
    if not shown:
        return []
    header = "| " + " | ".join(f"`{title}`" for title, _ in shown) + " |"
    pictures = "| " + " | ".join(f"![An episode of {title}]({name})" for title, name in shown) + " |"
    return ["\n".join([header, "|" + " --- |" * len(shown), pictures]) + "\n", EPISODES]


def _save_visits(comparisons: Sequence[Comparison], to: Path) -> list[Path]:
    rows = list(_visit_rows(comparisons))
    if not rows:
        return []
    size = (MAP_WIDTH * max(len(row.steps) for row in rows) + SCALE_WIDTH, MAP_HEIGHT * len(rows) + 0.1)
    return [save_picture(draw_visits(rows, LIGHT, size), to / "visits.png", PRINT_DPI)]


def _visit_rows(comparisons: Sequence[Comparison]) -> Iterator[VisitRow]:
    for comparison in comparisons:
        for arm in comparison.arms:
            visits = arm.visits()
            if visits is not None:
                label = arm.title if len(comparisons) == 1 else f"{comparison.env}\n{arm.title}"
                yield visit_row(label, arm.steps, visits, PANELS)


def _copied_episodes(comparisons: Sequence[Comparison], to: Path) -> Iterable[tuple[tuple[str, str], Path]]:
    """The episode of each arm that has one, copied into `to` under the arm's name."""
    for comparison in comparisons:
        for arm in comparison.arms:
            source = _last_episode(arm)
            if source is not None:
                name = arm.title if len(comparisons) == 1 else f"{comparison.env} {arm.title}"
                target = to / f"{_file_name(name)}.gif"
                write_bytes(target, source.read_bytes())
                yield (comparison.env, arm.title), target


def _last_episode(arm: Arm) -> Path | None:
    """The GIF of the last iteration that has one, or of the first final network, of the arm's first run."""
    record = arm.runs[0].record
    folders = record.finals or [iteration.folder for iteration in reversed(record.iterations)]
    found = [folder / EPISODE for folder in folders]
    return next((path for path in found if path.is_file()), None)


def _file_name(title: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "_", title).strip("._") or "episode"
