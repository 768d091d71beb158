"""All runs under the paths, sorted into what can be compared: environments, in them arms, in them a run a seed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from llmrl_runner.report.arms import NO_NAMES, Names, Settings, arm_titles, told_apart
from llmrl_runner.report.reruns import newest_a_seed
from llmrl_runner.report.several.run import FINISHED, Run, read_one
from llmrl_runner.runs.finding import run_folders

CONTROL, NO_MODEL = "control: blind answers", "asks no model"


@dataclass(frozen=True)
class Arm:
    """Runs that differ in nothing but seed and environment. place: its number among all arms, for its colour."""

    title: str
    place: int
    kind: str  # CONTROL, NO_MODEL, or nothing of one that asks a model

    @property
    def is_control(self) -> bool:
        """Whether blind answers stood in for a model's."""
        return self.kind == CONTROL


@dataclass(frozen=True)
class Cell:
    """The runs of one arm in one environment, in the order of their seeds. scored: those that stand in its means."""

    arm: Arm
    env: "Env"
    runs: Sequence[Run]
    scored: Sequence[Run]

    @property
    def scores(self) -> list[float]:
        """The held-out return of each scored run."""
        return [score for run in self.scored if (score := run.score) is not None]

    @property
    def successes(self) -> list[float]:
        """The held-out success of each scored run, none where one doesn't define it."""
        known = [success for run in self.scored if (success := run.success) is not None]
        return known if len(known) == len(self.scored) else []


@dataclass(frozen=True)
class Env:
    """An environment as its runs had it. goal: in a sentence. optimum, return_max: None where unknown."""

    name: str
    place: int
    gym_id: str = ""
    goal: str = ""
    optimum: float | None = None
    return_max: float | None = None


@dataclass(frozen=True)
class LeftOut:
    """Something that stands in no mean or could not be read, and why."""

    folder: Path
    why: str

    def __str__(self) -> str:
        return f"{self.folder}: {self.why}"


@dataclass(frozen=True)
class Study:
    """Everything that was found. runs: all that could be read, compared or not; cells: by environment, then arm."""

    runs: Sequence[Run]
    envs: Sequence[Env]
    arms: Sequence[Arm]
    cells: Sequence[Cell]
    left_out: Sequence[LeftOut] = field(default_factory=list)

    @cached_property
    def by_env(self) -> Mapping[Env, Sequence[Cell]]:
        """The cells of each environment."""
        return {env: [cell for cell in self.cells if cell.env is env] for env in self.envs}

    @cached_property
    def compared(self) -> Mapping[Env, Sequence[Cell]]:
        """The cells that have a score, of each environment with any."""
        found = {env: [cell for cell in cells if cell.scored] for env, cells in self.by_env.items()}
        return {env: cells for env, cells in found.items() if cells}

    @cached_property
    def homes(self) -> Mapping[Path, Cell]:
        """The cell of each run folder that is in one."""
        return {run.folder: cell for cell in self.cells for run in cell.runs}


def read_study(paths: Iterable[Path], but: Sequence[Path] = (), names: Names = NO_NAMES) -> Study:
    """Read all run folders at or below the paths. Nothing in them raises: what can't be read or compared is named.

    but: folders that are passed over, such as the report's own. names: what arms are called.
    """
    left_out: list[LeftOut] = []
    folders = sorted(set(run_folders(paths, but, lambda error: left_out.append(_unopened(error)))))
    runs = list(_read(folders, left_out))
    homes: dict[tuple[Settings, Settings], list[Run]] = defaultdict(list)
    for run in runs:
        if run.env_settings:
            homes[run.env_settings, run.arm].append(run)
    arms, envs = _arms(homes, names), _envs(homes)
    cells = [_cell(arms[arm], envs[env], found, left_out) for (env, arm), found in homes.items()]
    cells.sort(key=lambda cell: (cell.env.place, cell.arm.place))
    left_out += [LeftOut(run.folder, why) for run in runs if (why := run.why_not_compared)]
    left_out += [LeftOut(run.folder, damage) for run in runs for damage in _damages(run)]
    return Study(
        runs, sorted(envs.values(), key=lambda env: env.place), sorted(arms.values(), key=lambda arm: arm.place), cells,
        sorted(left_out, key=lambda line: str(line.folder)),
    )  # fmt: skip


def _unopened(error: OSError) -> LeftOut:
    return LeftOut(Path(str(error.filename)), f"could not be looked into ({error.strerror})")


def _read(folders: Iterable[Path], left_out: list[LeftOut]) -> Iterator[Run]:
    for folder in folders:
        try:
            yield read_one(folder)
        except (OSError, ValueError, RecursionError) as error:
            left_out.append(LeftOut(folder, f"can't be made sense of ({' '.join(str(error).split())[:200]})"))


def _damages(run: Run) -> Iterator[str]:
    """What of a run that counts could not be read; of others it is said once that they don't count, and why."""
    if run.state == FINISHED and not run.why_not_compared:
        yield from run.record.left_out
    yield from run.course.left_out


def _cell(arm: Arm, env: Env, runs: Sequence[Run], left_out: list[LeftOut]) -> Cell:
    ordered = sorted(runs, key=lambda run: (run.seed is None, run.seed or 0, len(run.folder.name), str(run.folder)))
    finished = [run for run in ordered if not run.why_not_compared]
    kept, replaced = newest_a_seed({run.folder: str(run.seed) for run in finished})
    left_out += [LeftOut(old, f"made again in {new.name}") for old, new in replaced]
    return Cell(arm, env, ordered, [run for run in finished if run.folder in kept])


def _arms(homes: Mapping[tuple[Settings, Settings], Sequence[Run]], names: Names) -> dict[Settings, Arm]:
    """The arms that ask a model first, then the controls, then those that ask none; an arm is called the same in each
    environment."""
    firsts = {arm: runs[0] for (_, arm), runs in homes.items()}
    titles = arm_titles({arm: run.llm for arm, run in firsts.items()}, names)
    ordered = sorted(firsts, key=lambda arm: (not firsts[arm].asks_a_model, firsts[arm].is_control, titles[arm]))
    return {arm: Arm(titles[arm], place, _kind(firsts[arm])) for place, arm in enumerate(ordered)}


def _kind(run: Run) -> str:
    return CONTROL if run.is_control else "" if run.asks_a_model else NO_MODEL


def _envs(homes: Mapping[tuple[Settings, Settings], Sequence[Run]]) -> dict[Settings, Env]:
    by_env: dict[Settings, list[Run]] = defaultdict(list)
    for (env, _), runs in homes.items():
        by_env[env] += runs
    names = told_apart({env: runs[0].env for env, runs in by_env.items()})
    ordered = sorted(names, key=lambda env: names[env])
    return {env: _env(names[env], place, by_env[env]) for place, env in enumerate(ordered)}


def _env(name: str, place: int, runs: Sequence[Run]) -> Env:
    def first(values: Iterable[float | None]) -> float | None:
        return next((value for value in values if value is not None), None)

    about = runs[0].record.config.get("env", {})
    words = {key: value if isinstance(value := about.get(key), str) else "" for key in ("id", "goal")}
    return Env(
        name,
        place,
        words["id"],
        words["goal"],
        first(run.optimum for run in runs),
        first(run.return_max for run in runs),
    )
