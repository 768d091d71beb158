"""What the cheap checks were worth: how they ranked the drafts that training then ranked, as a Markdown table."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from llmrl_runner.report.drafts import DraftRecord
from llmrl_runner.report.reading import RunRecord, read_run
from llmrl_runner.runs.lookup import number, value_at, word
from llmrl_runner.runs.wording import percent_words

NOTHING = "-"
RESAMPLES, SEED = 10_000, 0
GOOD_SUCCESS = 0.95  # of the last evaluation's episodes; where success isn't defined, the better half of a run is good
HEADER = (
    "environment",
    "drafts",
    "trained to the end",
    "tau of the preference",
    "preference below 100 %",
    "tau of the rank correlation",
    "good drafts",
    "lowest preference of a good one",
    "not trained to the end",
    "answers given to another prompt",
)

Stratum = tuple[Path, int]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Weighed:
    """A draft that was trained to the end.

    stratum: its run and iteration, in which the same stored episodes weighed all. share and correlation: of its
    preference, None where there was nothing to tell. is_telling: whether such a share can let a draft go. place: how
    many drafts of its run training ranked below it. is_good: see GOOD_SUCCESS.
    """

    stratum: Stratum
    share: float | None
    correlation: float | None
    is_telling: bool
    place: int
    is_good: bool


@dataclass
class Drafts:
    """Of one environment or of all: those that were trained to the end, and why how many others weren't; how many
    answers there were, and how many of them a recording had for another prompt."""

    weighed: list[Weighed] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    answers: int = 0
    drifted: int = 0

    def __iadd__(self, more: "Drafts") -> "Drafts":
        self.weighed += more.weighed
        self.others += more.others
        self.answers += more.answers
        self.drifted += more.drifted
        return self


def checks_table(folders: Iterable[Path]) -> str:
    """A row an environment and one of all, from runs of method=reward_gen; empty where there are none.

    A tau is Kendall's tau-b over pairs of drafts of one iteration, which the same stored episodes weighed: of the share
    of pairs of episodes in which a draft pays the better one more, and of the rank correlation of what it pays with the
    return, each with the place that training gave the draft. p is two-sided, of places permuted within iterations.
    """
    of_envs: dict[str, Drafts] = defaultdict(Drafts)
    for folder in folders:
        run = read_run(folder)
        if run.drafts:
            of_envs[word(run.config, "env", "name") or NOTHING] += _drafts(run)
    rows = [_row(env, of_envs[env]) for env in sorted(of_envs)]
    if not rows:
        return ""
    if len(rows) > 1:
        everything = Drafts()
        for drafts in of_envs.values():
            everything += drafts
        rows.append(_row("all", everything))
    return "\n".join("| " + " | ".join(row) + " |" for row in [HEADER, ["---"] * len(HEADER), *rows])


def _drafts(run: RunRecord) -> Drafts:
    trained = [draft for draft in run.drafts if draft.is_trained]
    others = [draft for draft in run.drafts if not draft.is_trained]
    return Drafts(
        [_weighed(run, draft, trained) for draft in trained],
        Counter(f"{draft.status} ({draft.reason})" if draft.reason else draft.status for draft in others),
        *(int(number(run.result, "llm", count) or 0) for count in ("calls", "replay_drift")),
    )


def _weighed(run: RunRecord, draft: DraftRecord, trained: Sequence[DraftRecord]) -> Weighed:
    below = sum(other.rank < draft.rank for other in trained)
    success = draft.scores[-1].success
    is_good = below >= len(trained) / 2 if success is None else success >= GOOD_SUCCESS
    return Weighed(
        (run.folder, draft.iteration),
        number(draft.entry, "preference", "share"),
        number(draft.entry, "preference", "rank_correlation"),
        success is None or value_at(draft.entry, "preference", "by") == "success",
        below,
        is_good,
    )


def _row(env: str, drafts: Drafts) -> list[str]:
    weighed = drafts.weighed
    good = [one for one in weighed if one.is_good]
    telling = [one.share for one in good if one.is_telling and one.share is not None]
    return [
        env,
        str(len(weighed) + drafts.others.total()),
        str(len(weighed)),
        _tau_words([(one.share, one) for one in weighed]),
        _of_known([one.share for one in weighed if one.share is not None]),
        _tau_words([(one.correlation, one) for one in weighed]),
        str(len(good)),
        f"{percent_words(min(telling))} (of {len(telling)})" if telling else NOTHING,
        ", ".join(f"{count} {why}" for why, count in sorted(drafts.others.items())) or "none",
        f"{drafts.drifted} of {drafts.answers}",
    ]


def _of_known(shares: Sequence[float]) -> str:
    return f"{sum(share < 1 for share in shares)} of {len(shares)}" if shares else NOTHING


def _tau_words(valued: Sequence[tuple[float | None, Weighed]]) -> str:
    known = [(value, one) for value, one in valued if value is not None]
    pairs = _pairs([one.stratum for _, one in known])
    if not len(pairs):
        return NOTHING
    values = np.array([value for value, _ in known])
    found = stratified_tau(values, np.array([one.place for _, one in known]), [one.stratum for _, one in known])
    if found is None:
        return f"{NOTHING} ({len(pairs)} pairs, all tied)"
    tau, p = found
    return f"{tau:.2f} ({len(pairs)} pairs, p = {p:.2g})"


def stratified_tau(values: Floats, places: Integers, strata: Sequence[Stratum]) -> tuple[float, float] | None:
    """Kendall's tau-b of two rankings (k,) over the pairs within a stratum, and its p; None where either only ties.

    Source: Kendall, "The treatment of ties in ranking problems", Biometrika 1945, with pairs across strata left out.
    """
    left, right = _pairs(strata).T
    signs, others = np.sign(values[left] - values[right]), np.sign(places[left] - places[right])
    ties = float(np.sqrt(np.count_nonzero(signs) * np.count_nonzero(others)))
    if not ties:
        return None
    found = float(signs @ others)
    permuted = _permuted(places, strata)
    drawn = np.sign(permuted[:, left] - permuted[:, right]) @ signs  # the ties are as many in each
    extreme = int(np.count_nonzero(np.abs(drawn) >= abs(found)))
    return found / ties, (extreme + 1) / (RESAMPLES + 1)


def _pairs(strata: Sequence[Stratum]) -> Integers:
    """The pairs (k, 2) of different places in one stratum."""
    pairs = [pair for pair in combinations(range(len(strata)), 2) if strata[pair[0]] == strata[pair[1]]]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def _permuted(places: Integers, strata: Sequence[Stratum]) -> Integers:
    """Resamples (r, k), each with the places of every stratum in some order."""
    rng, drawn = np.random.default_rng(SEED), np.tile(places, (RESAMPLES, 1))
    for stratum in dict.fromkeys(strata):
        of_it = np.flatnonzero([each == stratum for each in strata])
        drawn[:, of_it] = rng.permuted(drawn[:, of_it], axis=1)
    return drawn
