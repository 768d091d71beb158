"""What MiniGrid's environments pay for and end on, beyond the step that they share."""

from typing import Any

import numpy as np
from minigrid.core.actions import Actions

from llmrl_runner.envs.arrays import AnyArray, BoolArray, IntArray
from llmrl_runner.envs.minigrid_boards import BURN, REACH, Boards, Turn
from llmrl_runner.envs.minigrid_looks import EMPTY, LOOK, OPEN_DOOR, TARGET, look_of

Verdict = tuple[BoolArray, BoolArray]  # (m,) each: which worlds pay, and which have ended
NOWHERE = 0  # a place in the outer wall


class Rule:
    """The goal pays and ends the episode, lava ends it: `MiniGridEnv.step`, which the other rules build on."""

    def __init__(self, boards: Boards) -> None:
        self.boards = boards
        self.places: IntArray = np.full((len(boards.places), 2), NOWHERE)  # what a rule looks at, in each world

    def target(self, world: Any) -> Any:
        """The thing of a new world that is to be marked; None where there is none."""
        return None

    def begin(self, slot: int, world: Any) -> None:
        """Note what the rule needs to know of a new world."""

    def meant(self, actions: AnyArray) -> AnyArray:
        """What the environment makes of the actions (m,) that it is given."""
        return actions

    def judge(self, turn: Turn) -> Verdict:
        """Which worlds pay and which end, after a step."""
        pays = turn.effects == REACH
        return pays, pays | (turn.effects == BURN)


class OpenDoor(Rule):
    """Pays for a toggle after which the one door is open: Unlock."""

    def begin(self, slot: int, world: Any) -> None:
        """See Rule."""
        self.places[slot, 0] = _place_of(world.door, self.boards, slot, world)

    def judge(self, turn: Turn) -> Verdict:
        """See Rule."""
        pays, ends = super().judge(turn)
        opened = (turn.actions == Actions.toggle) & _is_open(self.boards, self.places[turn.slots, 0])
        return pays | opened, ends | opened


class PickUp(Rule):
    """Pays for a pick-up after which the one thing is carried: UnlockPickup, KeyCorridor and their like."""

    def target(self, world: Any) -> Any:
        """See Rule."""
        return world.obj

    def judge(self, turn: Turn) -> Verdict:
        """See Rule."""
        pays, ends = super().judge(turn)
        taken = (turn.actions == Actions.pickup) & (self.boards.carried[turn.slots] & TARGET != 0)
        return pays | taken, ends | taken


class RedThenBlue(Rule):
    """Pays for opening the blue door after the red one; the other way round ends the episode: RedBlueDoors."""

    def __init__(self, boards: Boards) -> None:
        super().__init__(boards)
        self._were_open: BoolArray = np.zeros((len(boards.places), 2), dtype=bool)

    def begin(self, slot: int, world: Any) -> None:
        """See Rule."""
        doors = (world.red_door, world.blue_door)
        self.places[slot] = [_place_of(door, self.boards, slot, world) for door in doors]
        self._were_open[slot] = [door.is_open for door in doors]

    def judge(self, turn: Turn) -> Verdict:
        """See Rule."""
        pays, ends = super().judge(turn)
        red_was, blue_was = self._were_open[turn.slots].T
        are_open = self._were_open[turn.slots] = _is_open(self.boards, self.places[turn.slots])
        red, blue = are_open.T
        wrong = ~blue & red & blue_was
        return np.where(blue, red_was, pays & ~wrong), ends | blue | wrong


class Beside(Rule):
    """Pays for `done` beside a place; that and `toggle` end the episode: GoToDoor, GoToObject."""

    def begin(self, slot: int, world: Any) -> None:
        """See Rule."""
        self.places[slot, 0] = self.boards.place(slot, world.target_pos)

    def judge(self, turn: Turn) -> Verdict:
        """See Rule."""
        pays, ends = super().judge(turn)
        away = np.abs(self.boards.places[turn.slots] - self.places[turn.slots, 0])
        done = turn.actions == Actions.done
        is_beside = (away == 1) | (away == self.boards.stride)
        return pays | (done & is_beside), ends | done | (turn.actions == Actions.toggle)


class FetchOne(Rule):
    """Whatever is taken ends the episode, and pays if it looks as was asked: Fetch."""

    def begin(self, slot: int, world: Any) -> None:
        """See Rule."""
        self.places[slot, 0] = look_of[world.targetType, world.targetColor, ""]

    def judge(self, turn: Turn) -> Verdict:
        """See Rule."""
        pays, ends = super().judge(turn)
        carried = self.boards.carried[turn.slots] & LOOK
        return np.where(carried == EMPTY, pays, carried == self.places[turn.slots, 0]), ends | (carried != EMPTY)


class PutNear(Rule):
    """A wrong thing taken, or any drop of a thing, ends the episode; put near another's place, it pays: PutNear."""

    def begin(self, slot: int, world: Any) -> None:
        """See Rule."""
        self.places[slot] = look_of[world.move_type, world.moveColor, ""], self.boards.place(slot, world.target_pos)

    def judge(self, turn: Turn) -> Verdict:
        """See Rule."""
        pays, ends = super().judge(turn)
        carried = self.boards.carried[turn.slots] & LOOK
        wanted, place = self.places[turn.slots].T
        wrong = (turn.actions == Actions.pickup) & (carried != EMPTY) & (carried != wanted)
        drops = (turn.actions == Actions.drop) & (turn.held != EMPTY)
        is_near = self._is_near(self.boards.ahead(turn.slots) - place)
        return pays | (drops & (carried == EMPTY) & is_near), ends | wrong | drops

    def _is_near(self, away: IntArray) -> BoolArray:
        """Whether two places are the same, or touch by a side or corner."""
        stride = self.boards.stride
        is_near: BoolArray = np.isin(np.abs(away), [0, 1, stride - 1, stride, stride + 1])
        return is_near


class TwoPlaces(Rule):
    """One place pays and another doesn't, and both end the episode; `pick up` toggles: Memory."""

    def begin(self, slot: int, world: Any) -> None:
        """See Rule."""
        self.places[slot] = [self.boards.place(slot, cell) for cell in (world.success_pos, world.failure_pos)]

    def meant(self, actions: AnyArray) -> AnyArray:
        """See Rule."""
        return np.where(actions == Actions.pickup, Actions.toggle, actions)

    def judge(self, turn: Turn) -> Verdict:
        """See Rule."""
        pays, ends = super().judge(turn)
        right, wrong = (self.boards.places[turn.slots, np.newaxis] == self.places[turn.slots]).T
        return (pays | right) & ~wrong, ends | right | wrong


def _place_of(thing: Any, boards: Boards, slot: int, world: Any) -> int:
    """Where a thing lies at first; in the outer wall if nowhere, since something else was put in its place."""
    found = [index for index, other in enumerate(world.grid.grid) if other is thing]
    return boards.place(slot, (found[0] % boards.width, found[0] // boards.width)) if found else NOWHERE


def _is_open(boards: Boards, places: IntArray) -> BoolArray:
    is_open: BoolArray = OPEN_DOOR[boards.cells[places] & LOOK]
    return is_open
