"""Runs of one arm that were made again with the same seed: which of them counts."""

from collections.abc import Mapping
from pathlib import Path


def newest_a_seed(seeds: Mapping[Path, str]) -> tuple[set[Path], list[tuple[Path, Path]]]:
    """Of the run folders with the same seed the one that is named last, and pairs of a folder that is replaced and the
    one that replaces it. A rerun's folder has a number at its end."""
    newest: dict[str, Path] = {}
    replaced = []
    for folder in sorted(seeds, key=lambda folder: (len(folder.name), folder.name, str(folder))):
        seed = seeds[folder]
        if seed in newest:
            replaced.append((newest[seed], folder))
        newest[seed] = folder
    return set(newest.values()), replaced
