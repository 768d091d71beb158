"""MiniGrid's things as numbers: how a cell looks, and a cell's code, which also holds what is in a box.

A look is a number below 64 for each triple (object, colour, state) with which minigrid tells a thing. A cell's code is
its look, a bit for the thing that the mission is about, and from bit 7 on the code of what is in it, where it is a box.
An empty cell, empty hands and nothing in a box are all code 0, so that what is taken or opened leaves what it should.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from minigrid.core.constants import COLOR_TO_IDX, IDX_TO_COLOR, OBJECT_TO_IDX, STATE_TO_IDX
from minigrid.core.world_object import Ball, Box, Door, Floor, Goal, Key, Lava, Wall

from llmrl_runner.envs.arrays import AnyArray, BoolArray, IntArray

Triple = tuple[int, int, int]  # object, colour, state, as in minigrid.core.constants

KINDS = {
    Wall: "wall",
    Floor: "floor",
    Door: "door",
    Key: "key",
    Ball: "ball",
    Box: "box",
    Goal: "goal",
    Lava: "lava",
}
STATES = {"door": list(STATE_TO_IDX)}  # open, closed, locked; other things have none
MOVABLE = ("key", "ball", "box")

_THINGS = [
    (kind, colour, state) for kind in KINDS.values() for colour in COLOR_TO_IDX for state in STATES.get(kind, [""])
]
LOOKS: list[tuple[str, str, str]] = [("empty", "", ""), ("unseen", "", ""), *_THINGS]  # kind, colour, state of each
EMPTY, UNSEEN = 0, 1
UNKNOWN = len(LOOKS)  # any triple that none of minigrid's own things has
COUNT = 64

LOOK = COUNT - 1  # the bits of a code that are the look
TARGET = COUNT  # the bit of a code that says: this very thing is what the mission is about
INSIDE = 7  # how many bits further up the code of what is in a box begins

look_of: dict[tuple[str, str, str], int] = {words: number for number, words in enumerate(LOOKS)}
WALL = look_of["wall", "grey", ""]


def having(*kinds: str, state: str | None = None) -> BoolArray:
    """Which looks (64,) are of one of the kinds, in that state if one is given."""
    chosen = [kind in kinds and state in (None, its_state) for kind, _, its_state in LOOKS]
    return np.array(chosen + [False] * (COUNT - len(LOOKS)))


def turned(state: str, into: str) -> IntArray:
    """A look for each look (64,): doors in a state are in another one then, all else as it was."""
    numbers = np.arange(COUNT)
    for kind, colour, its_state in LOOKS:
        if kind == "door" and its_state == state:
            numbers[look_of[kind, colour, state]] = look_of[kind, colour, into]
    return numbers


def _triple(kind: str, colour: str, state: str) -> Triple:
    return OBJECT_TO_IDX[kind], COLOR_TO_IDX.get(colour, 0), STATE_TO_IDX.get(state, 0)


TRIPLES: AnyArray = np.zeros((COUNT, 3), dtype=np.uint8)  # what minigrid's image holds for each look
TRIPLES[: len(LOOKS)] = [_triple(*words) for words in LOOKS]
OPAQUE = having("wall") | having("door", state="closed") | having("door", state="locked")
OPEN_DOOR = having("door", state="open")

# Looks by triple; one past the end of each axis stands for whatever is beyond it.
_BEYOND: IntArray = np.array([max(OBJECT_TO_IDX.values()), max(IDX_TO_COLOR), max(STATE_TO_IDX.values())]) + 1
_BY_TRIPLE: IntArray = np.full(tuple(_BEYOND + 1), UNKNOWN)
_BY_TRIPLE[tuple(TRIPLES[: len(LOOKS)].T)] = np.arange(len(LOOKS))


def looks_of_images(images: AnyArray) -> IntArray:
    """Looks (..., ) of minigrid's images (..., 3); UNKNOWN where a triple is none of its own things'."""
    looks: IntArray = _BY_TRIPLE[tuple(np.moveaxis(np.minimum(images, _BEYOND), -1, 0))]
    return looks


_PLAIN: dict[type, dict[str, int]] = {
    thing: {colour: look_of[kind, colour, ""] for colour in COLOR_TO_IDX}
    for thing, kind in KINDS.items()
    if kind not in ("door", "box")
}


class UnknownThingError(Exception):
    """A thing in a grid that is none of minigrid's own, or in a state that it never gives them."""


def code_of(thing: Any, targets: Sequence[Any] = ()) -> int:
    """The code of a thing of minigrid's (None: nothing); one of the `targets` is marked. Raises UnknownThingError."""
    if thing is None:
        return EMPTY
    plain = _PLAIN.get(type(thing))
    code = plain[thing.color] if plain is not None else _door_or_box(thing, targets)
    return code | TARGET if any(thing is target for target in targets) else code


def _door_or_box(thing: Any, targets: Sequence[Any]) -> int:
    if type(thing) is Box:
        return look_of["box", thing.color, ""] | code_of(thing.contains, targets) << INSIDE
    if type(thing) is not Door or (thing.is_open and thing.is_locked):
        raise UnknownThingError(f"{type(thing).__name__} ({thing.type})")
    state = "open" if thing.is_open else "locked" if thing.is_locked else "closed"
    return look_of["door", thing.color, state]
