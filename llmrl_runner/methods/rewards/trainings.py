"""How the drafts of an iteration are trained: which of them for how long, from what, and with whose steps."""

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmrl_runner.config.schema import Config
from llmrl_runner.methods.rewards.draft import Draft, Rung
from llmrl_runner.methods.rewards.job import WRITTEN, RewardChoice, TrainingJob
from llmrl_runner.methods.rewards.outcome import TrainingOutcome

RunJobs = Callable[[Sequence[TrainingJob]], list[TrainingOutcome]]


@dataclass(frozen=True)
class Heritage:
    """What a training may take over. best: the folder of the best draft's last training so far, None before there is
    one. steps: folders of all trainings so far, whose stored steps may be shared."""

    best: Path | None
    steps: Sequence[Path]


def train_drafts(
    drafts: Sequence[Draft], config: Config, block: int, place: Path, heritage: Heritage, run: RunJobs
) -> None:
    """Successive halving (Jamieson & Talwalkar, 2016), or all drafts to the end as Eureka does; scores go into them.

    All play the same episodes, of search seeds `block`, with the same random numbers. place: where their folders are.
    """
    for rung in range(len(budgets_of(config))):
        run_rung(drafts, config, block, place, rung, heritage, run)
        drafts = survivors(drafts, 1.0 if rung + 1 == len(budgets_of(config)) else config.method.halving.keep)
    for draft in drafts:
        draft.status, draft.reason = "trained", ""


def run_rung(
    drafts: Sequence[Draft], config: Config, block: int, place: Path, rung: int, heritage: Heritage, run: RunJobs
) -> None:
    """Train all of them side by side up to the budget of this rung, from 0; what each came to goes into it."""
    make_job = sharing_job if config.method.share_buffer else own_job
    jobs = [make_job(draft, config, block, place, rung, heritage) for draft in drafts]
    for draft, outcome in zip(drafts, run(jobs), strict=True):
        note(draft, outcome, budgets_of(config)[rung])


def budgets_of(config: Config) -> list[int]:
    """Environment steps of its own after which a draft is compared with others, the last for those that are left."""
    method, total = config.method, int(config.training.total_timesteps)
    if method.share_buffer:
        return [max(1, round(method.shared.env_steps * total))]
    return [max(1, round(share * total)) for share in (method.halving.rungs if method.budgets == "halving" else [1.0])]


def own_job(draft: Draft, config: Config, block: int, place: Path, rung: int, heritage: Heritage) -> TrainingJob:
    """A training on its own steps: from nothing or from the best network so far, and from rung to rung."""
    budgets, before = budgets_of(config), [folder_of(place, draft, earlier) for earlier in range(rung)]
    return TrainingJob(
        folder=folder_of(place, draft, rung),
        config=config,
        reward=reward_of(draft),
        block=block,
        first=budgets[rung - 1] if rung else 0,
        start=before[-1] if before else None,
        warm_start=None if before else warm_start_of(config, heritage),
        goal=budgets[rung],
        whole=budgets[-1],
        pool=tuple(before),
        is_filmed=rung + 1 == len(budgets),
    )


def sharing_job(draft: Draft, config: Config, block: int, place: Path, rung: int, heritage: Heritage) -> TrainingJob:
    """A training on everybody's steps, relabelled (as in LaRes, 2025), with few of its own.

    It makes as many updates as a training of its own would: half of them on what is stored, before its first step.
    """
    own, updates = budgets_of(config)[rung], updates_in(config, config.training.total_timesteps)
    before = updates // 2 if heritage.steps else 0
    return TrainingJob(
        folder=folder_of(place, draft, rung),
        config=config,
        reward=reward_of(draft),
        block=block,
        warm_start=warm_start_of(config, heritage),
        goal=own,
        whole=own,
        pool=tuple(heritage.steps),
        is_shared=True,
        updates_before=before,
        gradient_steps=math.ceil((updates - before) / rounds_in(config, own)),
        is_filmed=True,
    )


def warm_start_of(config: Config, heritage: Heritage) -> Path | None:
    """The folder of the network that new trainings begin with, where the run has them begin with the best so far."""
    return heritage.best if config.method.warm_start else None


def rounds_in(config: Config, env_steps: int) -> int:
    """How often an off-policy training of so many steps stops to learn."""
    training: Any = config.training
    return max(1, math.ceil(env_steps / int(training.n_envs * training.train_freq)))


def updates_in(config: Config, env_steps: int) -> int:
    """How many gradient steps it makes, those counted that its first, random actions leave out."""
    training: Any = config.training
    return rounds_in(config, env_steps) * int(training.gradient_steps)


def folder_of(place: Path, draft: Draft, rung: int) -> Path:
    """Where a draft's training of this rung is. With other constants than its own it has other folders."""
    tuned = f"_tuned_{digest(draft.constants)}" if draft.constants else ""
    return place / f"draft_{draft.number}{tuned}_rung_{rung}"


def digest(constants: Mapping[str, float]) -> str:
    """A short name for these values."""
    return hashlib.sha256(json.dumps(constants, sort_keys=True).encode()).hexdigest()[:8]


def reward_of(draft: Draft) -> RewardChoice:
    """What a draft's training is paid by."""
    return RewardChoice(WRITTEN, draft.source, draft.constants)


def note(draft: Draft, outcome: TrainingOutcome, goal: int) -> None:
    """What a training came to."""
    if outcome.problem is not None:
        draft.status, draft.reason = "failed", outcome.problem
        return
    last = outcome.last_scores
    successes = [] if last.successes is None else [float(last.successes.mean())]
    figures = ([float(last.returns.mean())], [float(last.lengths.mean())], successes, [outcome.curve_mean])
    draft.rungs.append(Rung(goal, *figures))


def survivors(drafts: Sequence[Draft], keep: float) -> list[Draft]:
    """The better share `keep` of the drafts, at least one of those that did not break; the others are let go."""
    whole = sorted((draft for draft in drafts if draft.status != "failed"), key=lambda draft: draft.rungs[-1].score)
    count = max(1, math.ceil(keep * len(drafts)))
    kept = whole[::-1][:count]
    for draft in whole:
        if draft not in kept:
            draft.status, draft.reason = "let go", f"others did better after {draft.rungs[-1].timesteps} steps"
    return [draft for draft in drafts if draft in kept]
