"""Runs side by side: a Markdown table with a row an environment and a column a model, so that gains can be read off."""

import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from llmrl_runner.report.reading import RunRecord, read_run
from llmrl_runner.runs.lookup import number, word
from llmrl_runner.runs.show import optimum_value
from llmrl_runner.runs.wording import count_words, held_out_score, score_words

NOTHING = "-"
Runs = Sequence[RunRecord]


def comparison_table(folders: Iterable[Path]) -> str:
    """A row for each environment: for each model the held-out return and its calls, then the optimum.

    One run stands with its own interval, several (seeds) as the mean of their held-out returns and their range. Runs
    without a result are left out and counted in a last line.
    """
    runs = [read_run(folder) for folder in folders]
    finished = [run for run in runs if run.result]
    names = sorted({_llm(run) for run in finished}, key=lambda name: (name == "random", name))
    by_env: dict[str, dict[str, list[RunRecord]]] = defaultdict(lambda: defaultdict(list))
    for run in finished:
        by_env[_env(run)][_llm(run)].append(run)
    header = ["environment", *(part for name in names for part in (f"`llm={name}`", "calls")), "exact", "optimum"]
    lines = [header, ["---"] * len(header), *(_row(env, by_env[env], names) for env in by_env)]
    left_out = [f"\n{len(runs) - len(finished)} unfinished runs left out."] if len(finished) < len(runs) else []
    return "\n".join(["| " + " | ".join(line) + " |" for line in lines] + left_out)


def _row(env: str, runs: Mapping[str, Runs], names: Sequence[str]) -> list[str]:
    cells = [part for name in names for part in (_score(runs.get(name, [])), _calls(runs.get(name, [])))]
    first = next((runs[name][0] for name in names if runs.get(name)), None)
    return [env, *cells, _exact(first), _optimum(first)]


def _score(runs: Runs) -> str:
    if not runs:
        return NOTHING
    if len(runs) == 1:
        return held_out_score(runs[0].result)
    means = [mean for run in runs if (mean := number(run.result, "held_out", "return_mean")) is not None]
    low, high = score_words(min(means)), score_words(max(means))
    return f"{score_words(statistics.mean(means))} ({low} to {high} over {len(means)} seeds)"


def _calls(runs: Runs) -> str:
    counts = sorted({count_words(number(run.result, "llm", "calls")) for run in runs})
    return "-".join(counts) or NOTHING


def _exact(run: RunRecord | None) -> str:
    exact = None if run is None else number(run.result, "exact_return_mean")
    return NOTHING if exact is None else score_words(exact)


def _optimum(run: RunRecord | None) -> str:
    if run is None:
        return NOTHING
    optimum, bound = optimum_value(run.result), number(run.result, "return_max")
    if optimum is None:
        return NOTHING if bound is None else f"at most {score_words(bound)}"
    table = number(run.result, "optimum", "best_table")
    note = "" if table is None or abs(table - optimum) < 1e-6 else f" (a table {score_words(table)})"
    return score_words(optimum) + note


def _env(run: RunRecord) -> str:
    return word(run.result, "env") or "unknown"


def _llm(run: RunRecord) -> str:
    return word(run.config, "llm", "name") or word(run.result, "llm", "backend") or "unknown"
