"""Finding run folders on disk."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

from llmrl_runner.runs.iteration import FOLDER

MARKS = {"status.json", "result.json", "transcript.jsonl"}  # any one of them makes a folder a run's


def run_folders(
    paths: Iterable[Path], but: Collection[Path] = (), on_error: Callable[[OSError], None] | None = None
) -> Iterator[Path]:
    """Each run folder at or below the paths. A run's own subfolders and hidden folders are not looked into.

    but: folders that are passed over whole. on_error: told of each folder that can't be looked into.
    """
    passed_over = {_absolute(folder) for folder in but}
    for top in paths:
        for place, folders, files in os.walk(top, onerror=on_error):
            if _absolute(Path(place)) in passed_over:
                folders.clear()
            elif MARKS & set(files) or any(FOLDER.fullmatch(name) for name in folders):
                folders.clear()
                yield Path(place)
            folders[:] = [name for name in folders if not name.startswith(".")]


def _absolute(folder: Path) -> str:
    # Not resolved: resolving every folder of a large tree costs more than the walk.
    return os.path.abspath(folder)  # noqa: PTH100
