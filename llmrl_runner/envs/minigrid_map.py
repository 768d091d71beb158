"""A MiniGrid or BabyAI world as a map with numbered rows and columns, and lists of what is where."""

from collections.abc import Iterable
from functools import cached_property
from itertools import groupby
from typing import Any

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.build import Env
from llmrl_runner.envs.minigrid_view import WALL, Thing, thing_of
from llmrl_runner.envs.minigrid_words import COMPASS, DOORS, FREE, SYMBOLS, legend, symbol
from llmrl_runner.envs.words import check_told

Cell = tuple[int, int]  # column from the west, row from the north, both from 0: minigrid's own x and y

AHEAD = ((1, 0), (0, 1), (-1, 0), (0, -1))  # of minigrid's directions 0 to 3: east, south, west, north
AGENTS = tuple((sign, f"you facing {name}") for sign, name in zip(">v<^", COMPASS, strict=True))
OUTSIDE = ("-", "outside of the rooms")
PARTS = ("agent_pos", "agent_dir", "carrying", "mission", "grid")
UNSEEN_SIGN = "?"

SCHEMA = """\
You see the whole world from above, as a map of cells:
- Rows are numbered from the north (top) to the south, columns from the west (left) to the east, both from 0. A place \
is told as "row 3, column 5". Numbers start where the rooms do, so the first row or column needn't be 0.
- You face east, south, west or north. Moving forward once takes you to the next cell in that direction: facing east \
makes your column 1 more, facing west 1 less, facing south makes your row 1 more, facing north 1 less. Nothing else \
moves you.
- Turning right goes from north to east, to south, to west, to north; turning left goes the other way round. A turn \
is one action and leaves you in your cell. You can't walk sideways or backwards.
- From column 2 to column 5 it takes 3 moves forward, facing east; to stand in front of a thing in column 5, 2 of \
them.
- Only what is in the cell directly in front of you can be picked up, opened or walked onto. So to pick up a key at \
row 3, column 5, stand on a cell beside it, on row 3, column 4 say, and face it, east here: don't walk onto it. Once \
it is picked up its cell is free floor.
- Walls, closed or locked doors, keys, balls and boxes block the way. A door stands in a cell of its own in a wall: \
stand on the cell before it, face it, and open it with toggle, a locked one while you carry the key of its colour. \
Then one move forward takes you into the doorway, and the next one to the cell behind it.
- Lava ends the episode, and nothing is reached then.

What you are told:
- Mission: what you are asked to do.
- You: your row and column, the direction that you face, the one thing that you carry, what is in the cell directly in \
front of you, and what you stand in, where that isn't plain floor.
- Objects: everything that is neither wall nor floor, with its place. What a box holds isn't shown.
- Map: the signs are {legend}. Beside each row stand the columns in which its floor is free, your own cell included."""


class MiniGridMap:
    """The whole world of a MiniGrid environment, as somebody sees it who looks at the drawn map.

    Raises ConfigError where the world isn't MiniGrid's.
    """

    def __init__(self, config: EnvConfig, env: Env) -> None:
        check_told(config)
        missing = [name for name in PARTS if not hasattr(env.unwrapped, name)]
        if missing:
            raise ConfigError("env.map_words", f"MiniGridMap needs a world of MiniGrid's; {config.id} is none")
        signs = [sign for sign in [*SYMBOLS.values(), *DOORS.values()] if sign[0] != UNSEEN_SIGN]
        self.schema = SCHEMA.format(legend=legend([*AGENTS, FREE, *signs, OUTSIDE]))

    def tell(self, env: Env) -> str:
        """See MapWords: mission, the agent, objects, and the map."""
        world = World(env)
        lines = [
            f"Mission: {world.mission}",
            f"You: {world.where}",
            "Objects:" if world.objects else "Objects: none",
            *(f"- {thing.name}: {place_text(cell)}" for cell, thing in world.objects),
            *map_lines(world),
        ]
        return "\n".join(lines)

    def where(self, env: Env) -> str:
        """See MapWords: `row 3, column 5, facing east, carrying a yellow key, in front: a locked yellow door`."""
        return World(env).where


class World:
    """A MiniGrid world as it stands: things by their cells, and which cells belong to its rooms."""

    def __init__(self, env: Env) -> None:
        world: Any = env.unwrapped
        self.mission: str = world.mission
        self.agent: Cell = (int(world.agent_pos[0]), int(world.agent_pos[1]))
        self.direction = int(world.agent_dir)
        self.carried = None if world.carrying is None else thing_of(world.carrying.encode())
        numbers = world.grid.encode().tolist()
        self.things = {
            (column, row): thing_of(cell) for column, cells in enumerate(numbers) for row, cell in enumerate(cells)
        }

    @property
    def where(self) -> str:
        """Row, column, direction, what is carried, what is in front, and what the agent stands in."""
        column, row = self.agent
        aside, down = AHEAD[self.direction]
        front, own = self.things.get((column + aside, row + down)), self.things[self.agent]
        carried = "nothing" if self.carried is None else self.carried.in_words
        in_front = "the end of the world" if front is None else front.in_words
        standing = "" if own.is_floor else f", standing in {own.in_words}"
        facing = COMPASS[self.direction]
        return f"{place_text(self.agent)}, facing {facing}, carrying {carried}, in front: {in_front}{standing}"

    @property
    def objects(self) -> list[tuple[Cell, Thing]]:
        """All that is neither wall nor floor, row by row."""
        found = [(cell, thing) for cell, thing in self.things.items() if not (thing.is_floor or thing.kind == WALL)]
        return sorted(found, key=lambda one: (one[0][1], one[0][0]))

    @cached_property
    def rooms(self) -> set[Cell]:
        """The cells that could be got to if every door were open and every thing out of the way."""
        found, edge = {self.agent}, [self.agent]
        while edge:
            column, row = edge.pop()
            beside = [(column + aside, row + down) for aside, down in AHEAD]
            new = [cell for cell in beside if cell not in found and self._is_open(cell)]
            found.update(new)
            edge.extend(new)
        return found

    @property
    def shown(self) -> tuple[range, range]:
        """Columns and rows of the smallest part of the world that holds its rooms, walls and things."""
        cells = [*self.rooms, *(cell for cell, thing in self.things.items() if not thing.is_floor)]
        columns, rows = zip(*cells, strict=True)
        return range(min(columns), max(columns) + 1), range(min(rows), max(rows) + 1)

    def sign(self, cell: Cell) -> tuple[str, str]:
        """What the map shows in a cell, and what that stands for."""
        if cell == self.agent:
            return AGENTS[self.direction]
        thing = self.things[cell]
        return OUTSIDE if thing.is_floor and cell not in self.rooms else symbol(thing)

    def is_free(self, cell: Cell) -> bool:
        """Whether there is nothing but floor in a cell of a room."""
        return cell in self.rooms and self.things[cell].is_floor

    def _is_open(self, cell: Cell) -> bool:
        return cell in self.things and self.things[cell].kind != WALL


def place_text(cell: Cell) -> str:
    """`row 3, column 5`."""
    column, row = cell
    return f"row {row}, column {column}"


def map_lines(world: World) -> list[str]:
    """The map with labelled rows and columns, a legend of the signs in it, and the free columns of each row."""
    columns, rows = world.shown
    signs = {(column, row): world.sign((column, row)) for row in rows for column in columns}
    drawn = ["".join(f"{signs[column, row][0]:>3}" for column in columns) for row in rows]
    free = [ranges(column for column in columns if world.is_free((column, row))) for row in rows]
    return [
        f"Map ({legend(sorted(set(signs.values())))}):",
        f"{'column':<8}" + "".join(f"{column:>3}" for column in columns),
        *(f"row {row:<4}{line}   free: {open_}" for row, line, open_ in zip(rows, drawn, free, strict=True)),
    ]


def ranges(numbers: Iterable[int]) -> str:
    """Growing numbers in short: `1-3, 5`; `none` where there are none."""
    runs = groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])
    ends = [[number for _, number in run] for _, run in runs]
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in ends) or "none"
