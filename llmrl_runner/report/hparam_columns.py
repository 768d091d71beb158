"""Which settings and figures stand on TensorBoard's HPARAMS page for several runs, of the 150 that each of them has."""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence

from llmrl_runner.runs.final_figures import FINAL_FIGURES, final_figures
from llmrl_runner.runs.hparams import Setting, flat
from llmrl_runner.runs.identity import shapes_a_result
from llmrl_runner.runs.lookup import JsonObject

NAMES = ("method.name", "env.name", "llm.name", "seed")  # shown where they differ, and where nothing does
# A method's settings are compared among runs of this method, and so on: those of another are others altogether.
COMPARED_AMONG: Mapping[str, Sequence[str]] = {
    "method": ("method.name",),
    "env": ("env.name",),
    "llm": ("llm.name",),
    "training": ("method.name", "env.name"),
}
TOLD_BY_A_NAME = ("method.runner",)
MOST_COLUMNS = 16  # of settings that differ: more can't be read beside each other

Settings = Mapping[str, Setting]


def setting_columns(configs: Sequence[JsonObject]) -> dict[str, list[Setting]]:
    """What names a run, then other settings, as far as they differ between the runs; the values, one a run."""
    runs = [flat(config) for config in configs if config]
    differing = [key for key in dict.fromkeys(key for run in runs for key in run) if _differs(key, runs)]
    columns = {key: [run[key] for run in runs if key in run] for key in (*NAMES, *differing[:MOST_COLUMNS])}
    several = {key: values for key, values in columns.items() if len(set(values)) > 1}
    return several or {key: columns[key] for key in NAMES if columns[key]}


def metric_columns(results: Sequence[JsonObject]) -> dict[str, str]:
    """The tags of the final figures, with what they are called; without those that no finished run has."""
    finished = [final_figures(result) for result in results if result]
    return {
        figure.tag: figure.title
        for figure in FINAL_FIGURES
        if not finished or any(figure.tag in figures for figures in finished)
    }


def _differs(key: str, runs: Sequence[Settings]) -> bool:
    if key in (*NAMES, *TOLD_BY_A_NAME) or not shapes_a_result(key):
        return False
    among = COMPARED_AMONG.get(key.partition(".")[0], ())
    values: dict[Hashable, set[Setting]] = defaultdict(set)
    for run in runs:
        if key in run:
            values[tuple(run.get(name) for name in among)].add(run[key])
    return any(len(found) > 1 for found in values.values())
