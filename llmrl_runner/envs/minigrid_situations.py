"""MiniGrid's views as one canonical line each, so that an environment has tens of them and not millions.

What a mission is about is called by its role and not by its colour; places are told by direction and not by steps; what
matters to no mission is left out, unless it is directly in front.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from minigrid.core.constants import COLOR_NAMES

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.arrays import AnyArray, BoolArray, IntArray
from llmrl_runner.envs.minigrid_batch import MiniGridBatch
from llmrl_runner.envs.minigrid_looks import COUNT, EMPTY, LOOKS, MOVABLE, UNSEEN, having, looks_of_images
from llmrl_runner.envs.network_batch import NetworkBatch, SerialNetworkBatch

KINDS = ("key", "ball", "box", "door", "goal")
MENTION = re.compile(rf"\b(?:({'|'.join(COLOR_NAMES)}) )?({'|'.join(KINDS)}|object)\b")
VIEW = 7  # cells, as minigrid has it where nothing else is asked for
ROLES = ("the target", "the second target", "the third target")
WHERE = (
    *("not in view", "directly in front", "straight ahead", "beside, to the left", "beside, to the right"),
    *("ahead, to the left", "ahead, to the right"),
)
FREE, OTHER = "free floor", "something else"
LEGEND = """\
A line tells what you see from where you stand, in the direction you face, and stands for all states that \
look alike in it.
- task: what is to be done. "the target" is the thing that it is about{landmarks}. Any other thing that could be \
picked up is "something else".
- carrying: the one thing in your hands. in front: what is in the cell directly in front of you.
- For each thing where the nearest one in view is: "directly in front" (1 cell ahead); "straight ahead" (further, in \
the same column); "beside, to the left" (in your own row: one turn and it is straight ahead); "ahead, to the left" (at \
least 1 row ahead and 1 column to the left); the same to the right; "not in view" (behind you, hidden by a wall, or \
too far away; the view is {size} cells wide and {size} deep)."""


@dataclass(frozen=True)
class Task:
    """A mission's words, and which looks (roles, 64) are of the things that it speaks of."""

    text: str
    wanted: BoolArray


class MiniGridSituations:
    """See Situations. `env.landmarks` are the kinds of things that are told beside those of the mission."""

    def __init__(self, config: EnvConfig, others: Mapping[str, str] | None = None) -> None:
        """others: what is told in the place of a mission. Raises ConfigError where `env.landmarks` names no kind."""
        self._config, self._others = config, others
        self._landmarks = list(config.landmarks)
        if unknown := [kind for kind in self._landmarks if kind not in KINDS]:
            raise ConfigError("env.landmarks", f"`{unknown[0]}` is none of {', '.join(KINDS)}")
        self._names, self._name_of = _names(self._landmarks)
        self._of_kind: BoolArray = np.array([having(kind) for kind in self._landmarks]).reshape(-1, COUNT)
        told = f", and {', '.join(self._landmarks)} are told of, too" if self._landmarks else ""
        self.legend = LEGEND.format(landmarks=told, size=VIEW)
        self._numbers: dict[str, int] = {}
        self._tasks: list[Task] = []
        self._wanted: BoolArray = np.zeros((0, len(ROLES), COUNT), dtype=bool)  # of each task
        self._roles = 0  # so many of them come up in tasks
        self._lines: dict[tuple[str, bytes], str] = {}

    def instructions(self, batch: NetworkBatch, slots: IntArray) -> list[str]:
        """See Situations: the missions. Raises ConfigError where the batch is none of MiniGrid's."""
        missions = _missions(batch, slots)
        return [self._others.get(mission, mission) for mission in missions] if self._others else missions

    def telling(self, others: Mapping[str, str]) -> "MiniGridSituations":
        """See Situations."""
        return MiniGridSituations(self._config, others)

    def lines(self, batch: NetworkBatch, slots: IntArray, observations: AnyArray) -> list[str]:
        """See Situations: `task: go to the target; carrying: nothing; in front: wall; the target: straight ahead`."""
        missions = self.instructions(batch, slots)
        tasks: IntArray = np.array([self._number(mission) for mission in missions], dtype=np.int64)
        places, known = self._places(_looks(batch, slots), tasks), self._lines
        packed: list[bytes] = places.view(f"V{places.shape[1]}").ravel().tolist()
        return [known.get(key) or self._add(key) for key in zip(missions, packed, strict=True)]

    def _places(self, looks: IntArray, tasks: IntArray) -> AnyArray:
        """What is carried and in front, where each role's nearest thing is, and each landmark's, with its name."""
        order, where, own, front = _cells(looks.shape[1])
        rows = np.arange(len(looks))[:, np.newaxis]
        wanted, seen = self._wanted[tasks], looks[:, order]
        places = np.zeros((len(looks), 2 + len(ROLES) + 2 * len(self._landmarks)), dtype=np.uint8)
        places[:, 0], places[:, 1] = (self._called(looks[:, cell], wanted) for cell in (own, front))
        for role in range(self._roles):
            places[:, 2 + role] = where[_first(wanted[rows, role, seen])]
        for column, is_kind in enumerate(self._of_kind):
            nearest = _first(is_kind[seen] & ~wanted[rows, :, seen].any(axis=2))
            look = np.append(seen, np.full((len(seen), 1), EMPTY), axis=1)[rows[:, 0], nearest]
            first = 2 + len(ROLES) + 2 * column
            places[:, first], places[:, first + 1] = where[nearest], self._name_of[look]
        return places

    def _called(self, looks: IntArray, wanted: BoolArray) -> IntArray:
        """For the looks (m,) of one cell: the number of the role (m, roles, 64) that they have, else of their names."""
        roles: BoolArray = wanted[np.arange(len(looks)), :, looks]
        return np.where(roles.any(axis=1), roles.argmax(axis=1), len(ROLES) + self._name_of[looks])

    def _add(self, key: tuple[str, bytes]) -> str:
        mission, place = key
        line = self._lines[key] = self._told(self._tasks[self._number(mission)], list(place))
        return line

    def _told(self, task: Task, place: Sequence[int]) -> str:
        carried, front, rest = place[0], place[1], place[2:]
        in_hand = self._word(carried)
        parts = [f"task: {task.text}", f"carrying: {'nothing' if in_hand == FREE else in_hand}"]
        parts.append(f"in front: {self._word(front)}")
        is_spoken_of: BoolArray = np.any(task.wanted, axis=1)
        parts += [f"{role}: {WHERE[rest[k]]}" for k, role in enumerate(ROLES) if is_spoken_of[k]]
        for k, kind in enumerate(self._landmarks):
            at, name = rest[len(ROLES) + 2 * k : len(ROLES) + 2 * k + 2]
            parts.append(f"{self._names[name].split(' ', 1)[-1] if at else kind}: {WHERE[at]}")
        return "; ".join(parts)

    def _word(self, number: int) -> str:
        return ROLES[number] if number < len(ROLES) else self._names[number - len(ROLES)]

    def _number(self, mission: str) -> int:
        """A mission's place in the lists of tasks; a new one gets the next."""
        if mission not in self._numbers:
            self._numbers[mission] = len(self._tasks)
            task = task_of(mission, self._landmarks)
            self._tasks.append(task)
            self._wanted = np.concatenate([self._wanted, task.wanted[np.newaxis]])
            self._roles = max(self._roles, *(np.flatnonzero(task.wanted.any(axis=1)) + 1).tolist(), 0)
        return self._numbers[mission]


def task_of(mission: str, landmarks: Sequence[str]) -> Task:
    """A mission with roles in the place of the things that it speaks of: `go to the target`.

    A landmark without a colour keeps its name: there is one of its kind, or it doesn't matter which.
    """
    found = list(dict.fromkeys(MENTION.findall(mission)))
    spoken = [(colour, kind) for colour, kind in found if colour or kind not in landmarks][: len(ROLES)]
    role_of = dict(zip(spoken, ROLES, strict=False))

    def role(match: re.Match[str]) -> str:
        return role_of.get((match[1] or "", match[2]), f"the {match[0]}").removeprefix("the ")

    text = re.sub(r"\b(?:a|the) ((?:second |third )?target)\b", r"the \1", MENTION.sub(role, mission))
    wanted = np.zeros((len(ROLES), COUNT), dtype=bool)
    for number, (colour, kind) in enumerate(spoken):
        wanted[number, : len(LOOKS)] = [
            its in KINDS and colour in ("", its_colour) and kind in ("object", its) for its, its_colour, _ in LOOKS
        ]
    return Task(text.strip(), wanted)


@cache
def _cells(count: int) -> tuple[IntArray, IntArray, int, int]:
    """The cells of a view the nearest first, where each of them is (one more for none), the own cell, that in front."""
    size = round(count**0.5)
    ahead, right = np.divmod(np.arange(count), size)
    ahead, right = size - 1 - ahead, right - size // 2
    order: IntArray = np.lexsort((right, ahead, ahead + abs(right)))[1:]
    where = np.array(
        [_direction(*cell) for cell in zip(ahead[order].tolist(), right[order].tolist(), strict=True)] + [0]
    )
    own = count - 1 - size // 2
    return order, where, own, own - size


def _direction(ahead: int, right: int) -> int:
    if right == 0:
        return 1 if ahead == 1 else 2
    return (3 if ahead == 0 else 5) + (right > 0)


def _first(found: BoolArray) -> IntArray:
    """The first True of each row (m, cells); how many cells there are, where there is none."""
    first: IntArray = np.where(found.any(axis=1), found.argmax(axis=1), found.shape[1])
    return first


def _names(landmarks: Sequence[str]) -> tuple[list[str], IntArray]:
    """What things are called whatever their colour, and the number of its name for each look (64,)."""
    called = [_name(kind, state, landmarks) for kind, _, state in LOOKS]
    names = list(dict.fromkeys(called))
    numbers = [names.index(name) for name in called]
    return names, np.array(numbers + [names.index("unseen")] * (COUNT - len(LOOKS)))


def _name(kind: str, state: str, landmarks: Sequence[str]) -> str:
    """Things that can be taken and that nobody needs are all the same."""
    if kind in ("empty", "floor"):
        return FREE
    if kind in MOVABLE and kind not in landmarks:
        return OTHER
    if kind in ("wall", "unseen", "goal", "lava"):
        return f"the {kind}" if kind == "goal" else kind
    return f"{'an' if state == 'open' else 'a'} {f'{state} {kind}'.strip()}"


def _missions(batch: Any, slots: IntArray) -> list[str]:
    if isinstance(batch, MiniGridBatch):
        return batch.missions(slots)
    return [str(world.mission) for world in _worlds(batch, slots)]


def _looks(batch: Any, slots: IntArray) -> IntArray:
    """(m, cells), the farthest row first, each from left to right; what is not minigrid's own counts as unseen."""
    if isinstance(batch, MiniGridBatch):
        return batch.looks(slots)
    images = np.stack([world.gen_obs()["image"] for world in _worlds(batch, slots)])
    looks = looks_of_images(images).swapaxes(1, 2).reshape(len(images), -1)
    return np.where(looks < len(LOOKS), looks, UNSEEN)


def _worlds(batch: Any, slots: IntArray) -> list[Any]:
    if not isinstance(batch, SerialNetworkBatch):
        raise ConfigError("env.situations", f"MiniGridSituations can't look into a {type(batch).__name__}")
    return batch.worlds(slots)
