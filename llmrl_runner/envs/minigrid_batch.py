"""MiniGrid, many episodes at once: bit for bit minigrid's own, with the observations of GridFeatures."""

from typing import Any

import numpy as np

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.arrays import AnyArray, FloatArray, IntArray
from llmrl_runner.envs.build import Env, make_env
from llmrl_runner.envs.minigrid_boards import Boards
from llmrl_runner.envs.minigrid_codec import Features
from llmrl_runner.envs.minigrid_covered import check_things, rule_of, time_limit
from llmrl_runner.envs.minigrid_features import GridFeatures, GridView, codec_for, feature_space
from llmrl_runner.envs.minigrid_looks import TRIPLES, UnknownThingError
from llmrl_runner.envs.minigrid_sight import Sight
from llmrl_runner.envs.minigrid_survey import without_observing
from llmrl_runner.envs.network_batch import NotCoveredError, Step

WRAPPERS = [f"{wrapper.__module__}.{wrapper.__name__}" for wrapper in (GridFeatures, GridView)]


class MiniGridBatch:
    """The vectorised twin of MiniGrid's environments as GridFeatures shows them: a NetworkBatch.

    minigrid lays the worlds out; what happens in them is computed on arrays, and `boards` is how they stand. Raises
    NotCoveredError for environments with rules that minigrid_covered.py doesn't name, and ConfigError as `make_env` and
    GridFeatures do.
    """

    def __init__(self, config: EnvConfig, size: int) -> None:
        if config.network_wrapper not in WRAPPERS:
            raise NotCoveredError(f"MiniGridBatch shows what {WRAPPERS[0]} does, and env.network_wrapper is another")
        env = make_env(config)
        try:
            self._prepare(env, config, size)
        except Exception:
            env.close()
            raise

    def _prepare(self, env: Env, config: EnvConfig, size: int) -> None:
        world: Any = env.unwrapped
        rule = rule_of(world)
        self._limit = time_limit(env)
        self._codec = codec_for(env, config.network_like, tells_missions=config.network_wrapper == WRAPPERS[0])
        self._id, self._world = config.id, without_observing(world)
        self.boards = Boards(size, world.width, world.height, world.agent_view_size - 1)
        self._rule = rule(self.boards)
        check_things(world, self._rule)
        self._sight = Sight(world.agent_view_size, self.boards.stride, world.see_through_walls)
        self._seen: IntArray = np.zeros((size, world.agent_view_size**2), dtype=np.int64)
        self._missions = [""] * size
        self._words: Features = np.repeat(self._codec.words([world.mission]), size, axis=0)
        self.size = size
        self.grid_shape = (world.width, world.height)
        self.observation_space, self.action_space = feature_space(self._codec), env.action_space

    def reset(self, slots: IntArray, seeds: IntArray) -> AnyArray:
        """See NetworkBatch. Raises ConfigError where a layout has things that are none of minigrid's."""
        for slot, seed in zip(slots.tolist(), seeds.tolist(), strict=True):
            self._begin(slot, seed)
        return self._observed(slots)

    def step(self, slots: IntArray, actions: AnyArray) -> Step:
        """See NetworkBatch."""
        turn = self.boards.step(slots, self._rule.meant(actions))
        pays, terminated = self._rule.judge(turn)
        steps, most = self.boards.steps[slots], self.boards.max_steps[slots]
        rewards: FloatArray = np.zeros(len(slots))
        np.subtract(1, 0.9 * (steps / most), out=rewards, where=pays)
        return self._observed(slots), rewards, terminated, steps >= np.minimum(most, self._limit)

    def positions(self, slots: IntArray) -> IntArray:
        """See NetworkBatch."""
        return self.boards.positions(slots)

    def missions(self, slots: IntArray) -> list[str]:
        """What is to be done in each of `slots` (m,)."""
        return [self._missions[slot] for slot in slots.tolist()]

    def looks(self, slots: IntArray) -> IntArray:
        """Looks (m, cells) of what each agent saw last, as Sight gives them."""
        looks: IntArray = self._seen[slots]
        return looks

    def images(self, slots: IntArray) -> AnyArray:
        """What minigrid's observations hold as `image`, (m, view, view, 3)."""
        size = self._codec.view_size
        return TRIPLES[self.looks(slots)].reshape(-1, size, size, 3).swapaxes(1, 2)

    def close(self) -> None:
        """See NetworkBatch."""
        self._world.close()

    def _begin(self, slot: int, seed: int) -> None:
        world = self._world
        world.reset(seed=seed)
        try:
            self.boards.begin(slot, world, self._rule.targets(world))
        except UnknownThingError as error:
            problem = f"MiniGridBatch doesn't know what {self._id} holds: {error}; set it to null"
            raise ConfigError("env.network_batch", problem) from error
        self._rule.begin(slot, world)
        self._missions[slot] = str(world.mission)
        self._words[slot] = self._codec.words([world.mission])

    def _observed(self, slots: IntArray) -> Features:
        boards = self.boards
        looks = self._sight.looks(boards.cells, boards.places[slots], boards.facing[slots], boards.carried[slots])
        self._seen[slots] = looks
        return self._codec.features(looks, self._words[slots])
