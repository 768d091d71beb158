"""Random play of MiniGrid that uses what it meets, and the same play in minigrid and in its vectorised twin."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.envs.build import make_env
from llmrl_runner.envs.minigrid_batch import WRAPPERS, MiniGridBatch
from llmrl_runner.envs.minigrid_features import GridFeatures, GridView

LEFT, RIGHT, FORWARD, PICK_UP, DROP, TOGGLE, DONE = range(7)
STEPS = ((1, 0), (0, 1), (-1, 0), (0, -1))
AT_THE_END = [PICK_UP, PICK_UP, TOGGLE, TOGGLE, FORWARD, FORWARD, DROP, DONE]
DOOR_STATES = {0: "opened", 1: "closed"}


FEATURES, VIEW = WRAPPERS  # with the mission, and without


def config_of(env_id: str, wrapper: str = FEATURES, **keys: Any) -> EnvConfig:
    return EnvConfig(name="grid", id=env_id, module="minigrid", network_wrapper=wrapper, **keys)


class Errands:
    """Walks up to some thing or free cell, does something there, and goes to the next; now and then at random."""

    def __init__(self, world: Any, rng: np.random.Generator) -> None:
        self.world, self.rng, self.plan = world, rng, deque[int]()

    def action(self) -> int:
        if self.rng.random() < 0.08:
            self.plan.clear()
            return int(self.rng.integers(7))
        if not self.plan:
            self.plan.extend(self._walk())
            self.plan.append(int(self.rng.choice(AT_THE_END)))
        return self.plan.popleft()

    def _walk(self) -> list[int]:
        """Turns and steps to the cell before a target, facing it; none where nothing can be reached."""
        start = tuple(int(number) for number in self.world.agent_pos)
        ways, rest = {start: []}, deque([start])
        while rest:
            cell = rest.popleft()
            for direction, (dx, dy) in enumerate(STEPS):
                other = (cell[0] + dx, cell[1] + dy)
                if other not in ways:
                    ways[other] = [*ways[cell], direction]
                    if self._is_free(other):
                        rest.append(other)
        goals = [cell for cell in ways if cell != start and self._is_worth_it(cell)]
        if not goals:
            return []
        return self._turns_and_steps(ways[goals[self.rng.integers(len(goals))]])

    def _turns_and_steps(self, directions: list[int]) -> list[int]:
        facing, actions = self.world.agent_dir, []
        for direction in directions:
            turn = (direction - facing) % 4
            actions += [[], [RIGHT], [RIGHT, RIGHT], [LEFT]][turn] + [FORWARD]
            facing = direction
        return actions[:-1]

    def _at(self, cell: tuple[int, int]) -> Any:
        grid = self.world.grid
        return grid.get(*cell) if 0 <= cell[0] < grid.width and 0 <= cell[1] < grid.height else "outside"

    def _is_free(self, cell: tuple[int, int]) -> bool:
        thing = self._at(cell)
        return thing is None or (thing != "outside" and thing.type in ("floor", "door") and thing.can_overlap())

    def _is_worth_it(self, cell: tuple[int, int]) -> bool:
        thing = self._at(cell)
        if thing is None:
            return self.world.carrying is not None and self.rng.random() < 0.1
        return thing != "outside" and thing.type != "wall" and (thing.type != "lava" or self.rng.random() < 0.1)


@dataclass
class Twins:
    """`size` environments of minigrid's own, and their twin; each step is taken in both and compared bit for bit."""

    config: EnvConfig
    size: int = 3
    seed: int = 0
    events: set[str] = field(default_factory=set)
    episodes: int = 0

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)
        self.batch = MiniGridBatch(self.config, self.size)
        shown = GridFeatures if self.config.network_wrapper == FEATURES else GridView
        self.features = shown(make_env(self.config), self.config.network_like)
        self.envs = [make_env(self.config) for _ in range(self.size)]
        self.errands = [Errands(env.unwrapped, self.rng) for env in self.envs]
        self.images: set[tuple[bytes, str]] = set()
        self.rows: set[bytes] = set()
        self._begin(np.arange(self.size))

    def play(self, steps: int) -> None:
        """Steps in random ones of the slots; an episode that ends, or is given up, is followed by another."""
        for _ in range(steps):
            slots = np.flatnonzero(self.rng.random(self.size) < 0.8)
            ended = self._step(self.rng.permutation(slots))
            given_up = np.flatnonzero(self.rng.random(self.size) < 0.005)
            over = np.union1d(ended, given_up).astype(np.int64)
            if len(over):
                self._begin(over)

    def _begin(self, slots: np.ndarray) -> None:
        seeds = self.rng.integers(2**31, size=len(slots))
        rows = self.batch.reset(slots, seeds)
        plain = [self.envs[slot].reset(seed=int(seed))[0] for slot, seed in zip(slots, seeds, strict=True)]
        for slot in slots:
            self.errands[slot].plan.clear()
        self.episodes += len(slots)
        self._compare(slots, rows, plain)

    def _step(self, slots: np.ndarray) -> np.ndarray:
        """Returns the slots whose episodes have ended."""
        if not len(slots):
            return slots
        actions = np.array([self.errands[slot].action() for slot in slots])
        before = [_state(self.envs[slot].unwrapped) for slot in slots]
        outcomes = [self.envs[slot].step(int(action)) for slot, action in zip(slots, actions, strict=True)]
        plain, rewards, terminated, truncated, _ = zip(*outcomes, strict=True)
        rows, *ours = self.batch.step(slots, actions)
        for mine, theirs in zip(ours, (rewards, terminated, truncated), strict=True):
            np.testing.assert_array_equal(mine, np.array(theirs))
        self._compare(slots, rows, list(plain))
        for slot, state, reward, end in zip(slots, before, rewards, terminated, strict=True):
            self._note(state, self.envs[slot].unwrapped, float(reward), bool(end))
        return slots[np.array(terminated) | np.array(truncated)]

    def _compare(self, slots: np.ndarray, rows: np.ndarray, plain: list[dict[str, Any]]) -> None:
        images = np.stack([observation["image"] for observation in plain])
        np.testing.assert_array_equal(self.batch.images(slots), images)
        np.testing.assert_array_equal(rows, [self.features.observation(observation) for observation in plain])
        places = [self.envs[slot].unwrapped.agent_pos for slot in slots]
        np.testing.assert_array_equal(self.batch.positions(slots), places)
        self.images.update((one["image"].tobytes(), one["mission"]) for one in plain)
        self.rows.update(row.tobytes() for row in rows)

    def _note(self, before: "State", world: Any, reward: float, ended: bool) -> None:
        self.events |= {"paid"} if reward else {"ended unpaid"} if ended else set()
        if before.carried is not world.carrying:
            name = (world.carrying or before.carried).type
            self.events.add(f"{'dropped' if world.carrying is None else 'took'} {name}")
        after, kind = world.grid.get(*before.front), getattr(before.ahead, "type", "")
        if kind == "door" and (state := after.encode()[2]) != before.door:
            self.events.add("unlocked door" if before.door == 2 else f"{DOOR_STATES[state]} door")
        if kind == "box" and world.carrying is before.carried and after is not before.ahead:
            self.events.add("broke box" if after is None else f"broke box with {after.type}")

    def play_until(self, events: set[str], steps: int) -> None:
        """Play until all of the events have come up, for so many steps at most."""
        for _ in range(steps // 50):
            self.play(50)
            if self.events >= events:
                break


@dataclass
class State:
    """What an action may change."""

    carried: Any
    front: tuple[int, int]
    ahead: Any
    door: int


def _state(world: Any) -> State:
    front = tuple(int(number) for number in world.front_pos)
    thing = world.grid.get(*front)
    is_door = getattr(thing, "type", "") == "door"
    return State(world.carrying, front, thing, thing.encode()[2] if is_door else -1)
