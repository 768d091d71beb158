"""What MiniGrid's environments pay for and end on, beyond the step that they share."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from minigrid.core.actions import Actions
from minigrid.envs.babyai.core.verifier import GoToInstr, PickupInstr

from llmrl_runner.envs.arrays import AnyArray, BoolArray, IntArray
from llmrl_runner.envs.minigrid_boards import BURN, REACH, TAKE, Boards, Turn
from llmrl_runner.envs.minigrid_looks import EMPTY, LOOK, OPEN_DOOR, TARGET, UnknownThingError, look_of

Verdict = tuple[BoolArray, BoolArray]  # (m,) each: which worlds pay, and which have ended
NOWHERE = 0  # a place in the outer wall


class Rule:
    """The goal pays and ends the episode, lava ends it: `MiniGridEnv.step`, which the other rules build on.

    layouts_tried: how many are looked at before it is believed that it knows all that comes up in them.
    """

    layouts_tried = 8

    def __init__(self, boards: Boards) -> None:
        self.boards = boards
        self.places: IntArray = np.full((len(boards.places), 2), NOWHERE)  # what a rule looks at, in each world

    def targets(self, world: Any) -> Sequence[Any]:
        """The things of a new world that are to be marked."""
        return ()

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

    def targets(self, world: Any) -> Sequence[Any]:
        """See Rule."""
        return (world.obj,)

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


class Instructed(Rule):
    """BabyAI's levels with one instruction: it pays once a thing is faced that is to be gone to, or taken up that is.

    Things are gone to where they lay at first: none can be moved before it is faced.
    """

    layouts_tried = 60  # since a level may mix its instructions

    def __init__(self, boards: Boards) -> None:
        super().__init__(boards)
        self._is_to_take: BoolArray = np.zeros(len(boards.places), dtype=bool)
        self._is_goal: BoolArray = np.zeros(len(boards.cells), dtype=bool)

    def targets(self, world: Any) -> Sequence[Any]:
        """See Rule."""
        if not is_to_take(world.instrs):
            return ()
        things: Sequence[Any] = world.instrs.desc.obj_set
        return things

    def begin(self, slot: int, world: Any) -> None:
        """See Rule."""
        boards, wanted = self.boards, world.instrs.desc.obj_poss
        self._is_to_take[slot] = is_to_take(world.instrs)
        self._is_goal[slot * boards.area : (slot + 1) * boards.area] = False
        self._is_goal[[boards.place(slot, cell) for cell in wanted]] = not self._is_to_take[slot]

    def judge(self, turn: Turn) -> Verdict:
        """See Rule."""
        pays, ends = super().judge(turn)
        taken = (turn.effects == TAKE) & (turn.held == EMPTY) & (self.boards.carried[turn.slots] & TARGET != 0)
        done = np.where(self._is_to_take[turn.slots], taken, self._is_goal[self.boards.ahead(turn.slots)])
        return pays | done, ends | done


def is_to_take(instruction: Any) -> bool:
    """Whether an instruction of BabyAI's asks to pick a thing up, else to go to one. Raises UnknownThingError."""
    kind = type(instruction)
    if kind not in (GoToInstr, PickupInstr) or getattr(instruction, "strict", False):
        raise UnknownThingError(f"an instruction that is no plain GoTo or Pickup ({kind.__name__})")
    return kind is PickupInstr


def _place_of(thing: Any, boards: Boards, slot: int, world: Any) -> int:
    """Where a thing lies at first; in the outer wall if nowhere, since something else was put in its place."""
    found = [index for index, other in enumerate(world.grid.grid) if other is thing]
    return boards.place(slot, (found[0] % boards.width, found[0] // boards.width)) if found else NOWHERE


def _is_open(boards: Boards, places: IntArray) -> BoolArray:
    is_open: BoolArray = OPEN_DOOR[boards.cells[places] & LOOK]
    return is_open
