"""The GIFs that a run kept of its episodes: all there is to see where a model acted itself."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.files.whole import read_json, replacing
from llmrl_runner.runs.finding import iteration_folders
from llmrl_runner.runs.iteration import folder_name
from llmrl_runner.runs.lookup import value_at

ACTED = "the model acted itself here, so that nothing can be rolled out without asking it again"
EPISODES, TOTALS = "episodes", "episodes.json"


def kept_films(run_folder: Path, iteration: int | None = None) -> dict[Path, int | None]:
    """The GIFs of single episodes with their seeds (None: not known), of one iteration or of all."""
    folders = [run_folder / folder_name(iteration)] if iteration is not None else iteration_folders(run_folder)
    films: dict[Path, int | None] = {}
    for folder in folders:
        seeds = _seeds(folder)
        numbered = [path for path in sorted((folder / EPISODES).glob("*.gif")) if path.stem.isdigit()]
        films |= {path: seeds[k] if (k := int(path.stem)) < len(seeds) else None for path in numbered}
    return films


def copy_film(run_folder: Path, iteration: int | None, seed: int | None, to: Path | None) -> str:
    """What there is to see, in a line or several; with `to`, the episode from `seed`, or the first, is copied there.

    Raises ConfigError where the run has no such film.
    """
    films = kept_films(run_folder, iteration)
    wanted = [path for path, its in films.items() if seed is None or its == seed]
    if not wanted:
        which = f"of an episode from seed {seed} " if seed is not None else ""
        raise ConfigError("", f"{run_folder}: {ACTED}, and no GIF {which}was kept")
    if to is None:
        return "\n  ".join([f"{ACTED}; --to FILE.gif copies one of the GIFs that were kept:", *_lines(wanted, films)])
    to.parent.mkdir(parents=True, exist_ok=True)
    with replacing(to) as temporary:
        shutil.copyfile(wanted[0], temporary)
    return f"{ACTED}; {to} is the kept film of the episode from seed {films[wanted[0]]}"


def _lines(paths: Sequence[Path], films: dict[Path, int | None]) -> list[str]:
    return [f"{path} (seed {'unknown' if films[path] is None else films[path]})" for path in paths]


def _seeds(folder: Path) -> list[int]:
    try:
        seeds = value_at(read_json(folder / TOTALS), "seeds")
    except (OSError, ValueError):
        return []
    return [int(seed) for seed in seeds] if isinstance(seeds, list) else []
