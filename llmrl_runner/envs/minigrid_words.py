"""MiniGrid's and BabyAI's observations in words, for an LLM that acts itself."""

from collections.abc import Iterable, Mapping
from typing import Any

from gymnasium import spaces

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.build import Env
from llmrl_runner.envs.minigrid_view import UNSEEN, Place, Thing, View
from llmrl_runner.envs.words import check_told

COMPASS = ("east", "south", "west", "north")  # minigrid's directions 0 to 3; north is the top of its grid

SYMBOLS = {
    UNSEEN: ("?", "not seen"),
    "wall": ("#", "wall"),
    "key": ("K", "key"),
    "ball": ("B", "ball"),
    "box": ("X", "box"),
    "goal": ("G", "goal"),
    "lava": ("~", "lava"),
}
DOORS = {
    "open": ("O", "open door"),
    "closed": ("D", "closed door"),
    "locked": ("L", "locked door"),
}
AGENT, FREE, OTHER = ("^", "you"), (".", "free floor"), ("*", "something else")

SCHEMA = """\
You see the world from where you stand, in the direction you face. You never see the whole of it:
- The view is {size} cells wide and {size} deep: your own row, with {reach} cells to your left and {reach} to your \
right, and the {ahead} rows ahead of you. What is behind you is never in view.
- Walls and closed or locked doors hide what is behind them; such cells are "not seen". Remember what you have seen \
before: a thing that leaves your view is still where it was.

Places are told relative to you, in steps: "2 ahead, 1 left" is 2 cells forward and 1 cell to your left.
- "1 ahead" is directly in front of you. Only what is directly in front of you can be picked up, opened or walked onto.
- Moving forward makes every "ahead" one less: a thing that is "3 ahead" is directly in front of you after two moves.
- Turning moves nothing, but changes every place. After turning left, what was N left is N ahead, and what was N ahead \
is N right. After turning right, what was N right is N ahead, and what was N ahead is N left. So a thing that is \
"0 ahead, 1 left" is directly in front of you after one turn to the left.
- To get to a thing "2 ahead, 1 left" where the way is free: move forward twice, turn left, and it is in front of you.
- East, south, west and north are directions of the world, which don't turn with you. From facing north, a turn to the \
right faces east, then south, then west.

Each observation tells:
- Mission: what you are asked to do.
- Facing: the direction you face.
- Carrying: the one thing that you carry, or nothing.
- In front: what is in the cell directly in front of you.
- Free way: how many cells of free floor there are straight ahead, to your left and to your right, and what is there \
next. A thing on the floor blocks the way like a wall; an open door and a goal can be walked onto.
- Objects: everything in view that is neither wall nor free floor, the nearest first.
- Map: the view as a map, with you at the middle of the bottom row, looking up. Columns are labelled by the steps to \
your left (3L) or right (3R), rows by the steps ahead; rows of which nothing is seen are left out. What is in your own \
cell isn't shown. {legend}."""


class MiniGridWords:
    """The egocentric view of a MiniGrid environment as lists of what is where, and as a map.

    Raises ConfigError where an observation isn't MiniGrid's Dict of image, direction and mission.
    """

    def __init__(self, config: EnvConfig, env: Env) -> None:
        check_told(config)
        size = view_size(config, env.observation_space)
        self.goal = config.goal
        symbols = legend([AGENT, FREE, *SYMBOLS.values(), *DOORS.values()])
        self.observation_schema = SCHEMA.format(size=size, reach=size // 2, ahead=size - 1, legend=symbols)

    def tell(self, observation: Mapping[str, Any]) -> str:
        """See Words: mission, direction, carried thing, what is in front, the free way, objects, and the map."""
        view = View(observation["image"])
        lines = [
            f"Mission: {observation['mission']}",
            f"Facing: {_facing(observation)}",
            f"Carrying: {_carried(view)}",
            f"In front: {view.at((1, 0)).in_words}",
            f"Free way: {_way(view)}",
            "Objects:" if view.objects else "Objects: none in view",
            *(f"- {thing.name}: {place_text(place)}" for place, thing in view.objects),
            *map_lines(view),
        ]
        return "\n".join(lines)

    def in_brief(self, observation: Mapping[str, Any]) -> str:
        """See Words: `facing east, carrying nothing, in front: a wall, in view: yellow key (2 ahead, 1 left)`."""
        view = View(observation["image"])
        listed = ", ".join(f"{thing.name} ({place_text(place)})" for place, thing in view.objects)
        state = f"facing {_facing(observation)}, carrying {_carried(view)}, in front: {view.at((1, 0)).in_words}"
        return f"{state}, in view: {listed or 'nothing'}"


def view_size(config: EnvConfig, space: spaces.Space[Any]) -> int:
    """How many cells the view is wide. Raises ConfigError where the space isn't MiniGrid's."""
    parts = dict(space.spaces) if isinstance(space, spaces.Dict) else {}
    shape: tuple[int, ...] = getattr(parts.get("image"), "shape", None) or ()
    if not {"direction", "mission"} <= parts.keys() or len(shape) != 3 or shape != (shape[0], shape[0], 3):
        problem = f"MiniGridWords needs observations of image, direction and mission; {config.id} has {space}"
        raise ConfigError("env.words", problem)
    return shape[0]


def place_text(place: Place) -> str:
    """`2 ahead, 1 left`; `1 ahead` and `3 ahead` straight on; `0 ahead, 2 right` beside the agent."""
    ahead, right = place
    side = f", {abs(right)} {'left' if right < 0 else 'right'}" if right else ""
    return f"{ahead} ahead{side}{' (directly in front of you)' if place == (1, 0) else ''}"


def map_lines(view: View) -> list[str]:
    """The view as a map with labelled rows and columns, and a legend of the symbols in it."""
    columns = range(-view.reach, view.reach + 1)
    cells = {place: symbol(view.at(place)) for place in view.places} | {(0, 0): AGENT}
    header = "".join(f"{_column(right):>3}" for right in columns)
    rows = [
        f"{ahead:>2} ahead " + "".join(f"{cells[ahead, right][0]:>3}" for right in columns)
        for ahead in range(_farthest(view), -1, -1)
    ]
    return [f"Map ({legend(sorted(set(cells.values()), key=lambda one: one[0]))}):", " " * 9 + header, *rows]


def symbol(thing: Thing) -> tuple[str, str]:
    """The character for a thing on the map, and what it stands for."""
    if thing.is_floor:
        return FREE
    return DOORS.get(thing.state, OTHER) if thing.kind == "door" else SYMBOLS.get(thing.kind, OTHER)


def _farthest(view: View) -> int:
    return max((ahead for ahead, right in view.places if view.at((ahead, right)).kind != UNSEEN), default=0)


def _column(right: int) -> str:
    return f"{abs(right)}{'L' if right < 0 else 'R'}" if right else "0"


def legend(symbols: Iterable[tuple[str, str]]) -> str:
    """`# wall, K key`."""
    return ", ".join(f"{character} {meaning}" for character, meaning in symbols)


def _facing(observation: Mapping[str, Any]) -> str:
    return COMPASS[int(observation["direction"])]


def _carried(view: View) -> str:
    return "nothing" if view.carried is None else view.carried.in_words


def _way(view: View) -> str:
    ways = (
        ("ahead", view.free_ahead()),
        ("to your left", view.free_to_the_side(-1)),
        ("to your right", view.free_to_the_side(+1)),
    )
    return "; ".join(f"{free} {side}, then {_next(thing)}" for side, (free, thing) in ways)


def _next(thing: Thing | None) -> str:
    return "the view ends" if thing is None else thing.in_words
