"""One training of a network with one reward, as a job: what decides it, and the folder that it leaves.

The folder: training.json (written last: what it took, or what went wrong), checkpoint.zip, evaluations.npz,
episodes.npz (its last evaluation step by step), paid.json (what the reward and its components paid on the way),
buffer.npz (an off-policy training's own steps), tested.npz (its share of the final test), episode.gif (the first
episode of its last evaluation, where it is filmed and can be drawn), steps.txt (how far it is).
"""

import hashlib
import json
import traceback
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NoReturn

from filelock import FileLock

from llmrl_runner.config.errors import DISK_TROUBLE, ConfigError
from llmrl_runner.config.schema import Config
from llmrl_runner.files.whole import read_json, write_json

OUTCOME, STEPS = "training.json", "steps.txt"
CHECKPOINT = "checkpoint.zip"
EPISODES, PAID, TESTED = "episodes.npz", "paid.json", "tested.npz"
TRAININGS = "trainings"  # a run's folder of the trainings of the iteration under way
WRITTEN = "llm"  # the reward that a program pays; the others are arms: see rl/arm_rewards.py


@dataclass(frozen=True)
class RewardChoice:
    """Which reward trains: a written one (`source`, with values for the constants that it names), or an arm's."""

    kind: str
    source: str = ""
    constants: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class TrainingJob:
    """What decides a training, which may so run in any process, here or on a cluster, and be done again if it breaks.

    block, first: its episodes have the seeds of this block of the run's search seeds, from number `first` on; with
    `goal` they also decide the network's random numbers. goal: environment steps, those of `start` included. whole: the
    steps that this training is a part of, in tenths of which is told what was paid. start: the folder of the training
    that it goes on from; None: a new one, which begins with the networks of the folder `warm_start`, if that is given.
    pool: folders of the trainings whose steps it learns from beside its own. is_shared: whether others took them, so
    that each is paid anew by this reward. updates_before: gradient steps on the pool before its own first step.
    gradient_steps: so many each time, where it isn't training.gradient_steps. tests: seeds of held-out episodes that
    its network plays at the end. is_filmed: whether an episode of the network is drawn; it decides nothing else.
    """

    folder: Path
    config: Config
    reward: RewardChoice
    block: int
    goal: int
    whole: int
    first: int = 0
    start: Path | None = None
    warm_start: Path | None = None
    pool: tuple[Path, ...] = ()
    is_shared: bool = False
    updates_before: int = 0
    gradient_steps: int | None = None
    tests: tuple[int, ...] = ()
    is_filmed: bool = False

    @property
    def name(self) -> str:
        """`draft_1_rung_0 of iteration_002`, for people."""
        return f"{self.folder.name} of {self.folder.parent.name}"

    @property
    def digest(self) -> str:
        """What this training is of, apart from the run's configuration and from where folders lie."""
        numbers = [self.block, self.goal, self.whole, self.first, self.updates_before, self.gradient_steps]
        numbers += [self.is_shared, *self.tests]
        names = [path and path.name for path in (self.start, self.warm_start, *self.pool)]
        return hashlib.sha256(json.dumps([asdict(self.reward), numbers, names]).encode()).hexdigest()[:16]


def is_done(job: TrainingJob) -> bool:
    """Whether this very training has ended already, well or not."""
    path = job.folder / OUTCOME
    return path.exists() and read_json(path).get("digest") == job.digest


def run_training(job: TrainingJob) -> None:
    """Train, unless it is done. Whoever comes while another process is at it waits for that one."""
    from llmrl_runner.methods.rewards.run import trained

    job.folder.mkdir(parents=True, exist_ok=True)
    with FileLock(job.folder / ".lock"):
        if not is_done(job):
            (job.folder / OUTCOME).unlink(missing_ok=True)
            write_json(job.folder / OUTCOME, {"digest": job.digest, **trained(job)})


class TrainingError(Exception):
    """A training broke, by no fault of its reward. The first line says which and on what; then comes the trace."""


@dataclass(frozen=True)
class Broken:
    """What a training broke on, as a process or a cluster's job hands it back. error: where it is for the person."""

    words: str
    trace: str
    error: Exception | None = None

    def reraise(self) -> NoReturn:
        """In the process that asked for the training."""
        told = TrainingError(f"{self.words}\n{self.trace}")
        if self.error is None:
            raise told
        raise self.error from told


def attempt(job: TrainingJob) -> Broken | None:
    """Train as `run_training` does. What it breaks on comes back instead of being raised, whole, from any process."""
    try:
        run_training(job)
    except Exception as error:
        reason = str(error).splitlines()[0] if str(error) else "no message"
        words = f"{job.name} broke: {type(error).__name__}: {reason}"
        return Broken(words, traceback.format_exc(), _for_the_person(error))
    return None


def _for_the_person(error: Exception) -> ConfigError | OSError | None:
    """An error that says itself what to do; None for others."""
    if isinstance(error, OSError):
        return error if error.errno in DISK_TROUBLE else None
    return error if isinstance(error, ConfigError) else None


def steps_before(job: TrainingJob) -> int:
    """The environment steps of the training that it goes on from."""
    return int((job.start / STEPS).read_text()) if job.start else 0


def steps_so_far(job: TrainingJob) -> int:
    """Environment steps, those before included, as far as it has told."""
    try:
        return int((job.folder / STEPS).read_text())
    except (OSError, ValueError):
        return steps_before(job)
