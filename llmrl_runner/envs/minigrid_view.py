"""MiniGrid's egocentric view, decoded: what lies how many steps ahead of the agent and to its side."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from minigrid.core.constants import IDX_TO_COLOR, IDX_TO_OBJECT, STATE_TO_IDX

Place = tuple[int, int]  # steps ahead (0 is the agent's own row), steps to the right (negative is to the left)

UNSEEN, WALL = "unseen", "wall"
FLOOR = ("empty", "floor")  # what is not there at all, or only coloured ground
DOOR_STATES = {index: state for state, index in STATE_TO_IDX.items()}


@dataclass(frozen=True)
class Thing:
    """What one cell of the view shows."""

    kind: str  # a name of minigrid's: empty, wall, door, key, ...
    colour: str
    state: str = ""  # open, closed or locked, for a door

    @property
    def name(self) -> str:
        """`yellow key`, `locked red door`; `wall` and `lava`, which have one colour each, without it."""
        if self.kind in (WALL, "lava"):
            return self.kind
        return " ".join(word for word in (self.state, self.colour, self.kind) if word)

    @property
    def in_words(self) -> str:
        """With its article: `a yellow key`, `an open red door`, `free floor`, `lava`."""
        if self.is_floor:
            return "free floor"
        if self.kind in (UNSEEN, "lava"):
            return "not seen" if self.kind == UNSEEN else self.name
        return f"{'an' if self.name[0] in 'aeiou' else 'a'} {self.name}"

    @property
    def is_floor(self) -> bool:
        """Whether there is nothing but ground."""
        return self.kind in FLOOR


def thing_of(encoded: Iterable[int]) -> Thing:
    """What minigrid's three numbers for a cell stand for: object, colour, state."""
    kind, colour, state = (int(number) for number in encoded)
    name = IDX_TO_OBJECT.get(kind, f"object of kind {kind}")
    return Thing(name, IDX_TO_COLOR.get(colour, ""), DOOR_STATES.get(state, "") if name == "door" else "")


@dataclass(frozen=True)
class View:
    """One observation's `image`, (size, size, 3): column from the left, row from the far end, (object, colour, state).

    The agent stands in the middle of the last row and looks along the columns, towards row 0.
    """

    image: npt.NDArray[np.integer]

    @property
    def size(self) -> int:
        """How many cells the view is wide and deep."""
        return len(self.image)

    @property
    def reach(self) -> int:
        """How many cells it reaches to either side."""
        return self.size // 2

    @property
    def places(self) -> list[Place]:
        """All places of the view but the agent's own, the farthest row first, each from left to right."""
        ahead, sides = range(self.size - 1, -1, -1), range(-self.reach, self.reach + 1)
        return [(forward, right) for forward in ahead for right in sides if (forward, right) != (0, 0)]

    def at(self, place: Place) -> Thing:
        """What is seen at a place of the view."""
        forward, right = place
        return thing_of(self.image[self.reach + right, self.size - 1 - forward])

    @property
    def carried(self) -> Thing | None:
        """What the agent carries: the view shows it at the agent's own place, and otherwise floor there."""
        own = self.at((0, 0))
        return None if own.is_floor or own.kind == UNSEEN else own

    @cached_property
    def objects(self) -> list[tuple[Place, Thing]]:
        """All that is seen and is neither wall nor floor, the nearest (in steps) first."""
        seen = [(place, self.at(place)) for place in self.places]
        found = [(place, thing) for place, thing in seen if not thing.is_floor and thing.kind not in (UNSEEN, WALL)]
        return sorted(found, key=lambda one: (abs(one[0][0]) + abs(one[0][1]), one[0]))

    def free_ahead(self) -> tuple[int, Thing | None]:
        """How many cells of floor lie straight ahead, and what then; None at the end of the view."""
        return self._free(lambda steps: (steps, 0), self.size - 1)

    def free_to_the_side(self, sign: int) -> tuple[int, Thing | None]:
        """The same to the agent's left (-1) or right (+1)."""
        return self._free(lambda steps: (0, sign * steps), self.reach)

    def _free(self, line: Callable[[int], Place], end: int) -> tuple[int, Thing | None]:
        for steps in range(1, end + 1):
            thing = self.at(line(steps))
            if not thing.is_floor:
                return steps - 1, thing
        return end, None
