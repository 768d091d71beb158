"""Runs side by side: a Markdown table with a row an environment and a column an arm, so that gains can be read off."""

import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from llmrl_runner.report.arms import NO_NAMES, Names, Settings, arm_settings, arm_titles, env_settings, told_apart
from llmrl_runner.report.reading import RunRecord, read_run
from llmrl_runner.runs.lookup import number, optimum_value, word
from llmrl_runner.runs.wording import (
    NO_MODEL,
    UNKNOWN,
    asks_a_model,
    count_words,
    drifted_words,
    held_out_score,
    percent_words,
    score_words,
    untested_words,
)

NOTHING = "-"
LAST = ("random", NO_MODEL)  # the control and what asks no model, in this order, behind the models
Runs = Sequence[RunRecord]


def comparison_table(folders: Iterable[Path], names: Names = NO_NAMES) -> str:
    """A row for each environment: for each arm its held-out and exact return and its calls, then the optimum.

    Calls that a recording answered for another prompt stand beside them as drifted. An arm that asks no model has the
    environment steps that it was trained on in the place of its calls.

    An arm is all runs whose config.yaml says the same but for the seed, paths, display and budgets. One run stands with
    its own interval, several (seeds) as the mean of their held-out returns and their range. Runs without a result or a
    configuration that can be read are left out and counted in a last line.
    """
    runs = [read_run(folder) for folder in folders]
    compared = [run for run in runs if run.result and env_settings(run.config)]
    cells: dict[tuple[Settings, Settings], list[RunRecord]] = defaultdict(list)
    for run in compared:
        cells[env_settings(run.config), arm_settings(run.config)].append(run)
    arms, envs = _columns(compared, names), _rows(compared)
    efforts = _efforts(compared)
    titles = (part for arm, title in arms.items() for part in (f"`{title}`", efforts[arm]))
    header = ["environment", *titles, "optimum"]
    rows = [_row(label, [cells.get((env, arm), []) for arm in arms]) for env, label in envs.items()]
    return "\n".join([*map(_line, [header, ["---"] * len(header), *rows]), *_left_out(runs)])


def _columns(runs: Runs, names: Names) -> dict[Settings, str]:
    """The title of each arm, those without a model last."""
    llms = {arm_settings(run.config): _llm(run) for run in runs}
    titles = arm_titles(llms, names)
    return {arm: titles[arm] for arm in sorted(titles, key=lambda arm: (_place(llms[arm]), titles[arm]))}


def _place(llm: str) -> int:
    return LAST.index(llm) + 1 if llm in LAST else 0


def _efforts(runs: Runs) -> dict[Settings, str]:
    """What each arm's second column counts."""
    return {arm_settings(run.config): "calls" if asks_a_model(run.config) else "training steps" for run in runs}


def _rows(runs: Runs) -> dict[Settings, str]:
    """The label of each environment in the order of finding; one that stands there with several settings in a block."""
    names = {env_settings(run.config): _env(run) for run in runs}
    found, labels = list(dict.fromkeys(names.values())), told_apart(names)
    return {env: labels[env] for env in sorted(names, key=lambda env: found.index(names[env]))}


def _row(label: str, arms: Sequence[Runs]) -> list[str]:
    cells = [part for runs in arms for part in (_score(runs), _effort(runs))]
    return [label, *cells, _optimum([run for runs in arms for run in runs])]


def _score(runs: Runs) -> str:
    if not runs:
        return NOTHING
    if all(untested_words(run.result) for run in runs):
        return "none"
    means, exact = _numbers(runs, "held_out", "return_mean"), _numbers(runs, "exact_return_mean")
    score = held_out_score(runs[0].result) if len(runs) == 1 else _mean_words(means, runs)
    computed = f", exact {score_words(statistics.mean(exact))}" if len(exact) == len(runs) else ""
    return f"{score}{computed}{_validity(runs)}{_cut_short(runs)}"


def _validity(runs: Runs) -> str:
    """How many answers of those who act could not be used: a fallback that is useful would hide it."""
    invalid, answers = _numbers(runs, "invalid_answers"), _numbers(runs, "answers")
    return f", invalid {percent_words(sum(invalid) / sum(answers))}" if sum(invalid) and sum(answers) else ""


def _cut_short(runs: Runs) -> str:
    """How many episodes `max_steps` cut off: where every step costs, their returns look better than they are."""
    cut = sum(_numbers(runs, "cut_short_episodes"))
    return f", cut off {cut:.0f} of {sum(_numbers(runs, 'held_out', 'episodes')):.0f}" if cut else ""


def _mean_words(means: Sequence[float], runs: Runs) -> str:
    if not means:
        return UNKNOWN
    of_all = "" if len(means) == len(runs) else f" of {len(runs)}"
    kind = "seeds" if len({number(run.config, "seed") for run in runs}) == len(runs) else "runs"
    low, high = score_words(min(means)), score_words(max(means))
    return f"{score_words(statistics.mean(means))} ({low} to {high} over {len(means)}{of_all} {kind})"


def _effort(runs: Runs) -> str:
    if runs and not asks_a_model(runs[0].config):
        return _range(_numbers(runs, "training", "env_steps")) or NOTHING
    calls = _range(_numbers(runs, "llm", "calls")) or (UNKNOWN if runs else NOTHING)
    return f"{calls}{drifted_words(sum(_numbers(runs, 'llm', 'replay_drift')))}"


def _range(counts: Sequence[float]) -> str:
    if not counts:
        return ""
    fewest, most = count_words(min(counts)), count_words(max(counts))
    return fewest if fewest == most else f"{fewest}-{most}"


def _optimum(runs: Runs) -> str:
    known = next((run for run in runs if optimum_value(run.result) is not None), None)
    if known is None:
        bounds = _numbers(runs, "return_max")
        return f"at most {score_words(bounds[0])}" if bounds else NOTHING
    optimum, table = optimum_value(known.result), number(known.result, "optimum", "best_table")
    is_reached = optimum is None or table is None or abs(table - optimum) < 1e-6
    return score_words(optimum) + ("" if is_reached else f" (a table {score_words(table)})")


def _numbers(runs: Runs, *path: str) -> list[float]:
    return [value for run in runs if (value := number(run.result, *path)) is not None]


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"


def _left_out(runs: Runs) -> list[str]:
    unfinished = sum(not run.result for run in runs)
    unknown = sum(bool(run.result) and not env_settings(run.config) for run in runs)
    counts = [(unfinished, "unfinished"), (unknown, "without a config.yaml that can be read")]
    told = ", ".join(f"{count} {why}" for count, why in counts if count)
    return [f"\nLeft out: {told}."] if told else []


def _env(run: RunRecord) -> str:
    return word(run.config, "env", "name") or word(run.result, "env") or UNKNOWN


def _llm(run: RunRecord) -> str:
    return word(run.config, "llm", "name") or word(run.result, "llm", "backend") or UNKNOWN
