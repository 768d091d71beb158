"""One environment with everything that is derived from its configuration."""

from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.envs.act import ActionCodec
from llmrl_runner.envs.batch import EnvBatch, make_batch
from llmrl_runner.envs.build import make_env
from llmrl_runner.envs.choices import ActionChoices
from llmrl_runner.envs.discretise import Discretiser
from llmrl_runner.envs.map_words import MapWords, make_map_words
from llmrl_runner.envs.observe import ObservationCodec
from llmrl_runner.envs.optimum import check_optimum
from llmrl_runner.envs.words import Words, check_told, make_words


@dataclass
class Environment:
    """What one environment is to a policy (fields, actions, cells, a batch) and to an LLM (words, choices).

    Each part is made when it is first asked for, and raises ConfigError then where the configuration doesn't give it:
    a MiniGrid view has words but no fields. A method's `check` asks for the parts that it needs.
    """

    config: EnvConfig

    def __post_init__(self) -> None:
        env = make_env(self.config)
        self.observation_space, self.action_space = env.observation_space, env.action_space
        env.close()
        if self.config.optimum is not None:
            check_optimum(self.config)  # here, since the optimum itself is computed when all calls have been made

    @cached_property
    def observations(self) -> ObservationCodec:
        """Raw observations as rows of fields."""
        return ObservationCodec(self.config, self.observation_space)

    @cached_property
    def actions(self) -> ActionCodec:
        """Choices and numbers as actions."""
        return ActionCodec(self.config, self.action_space)

    @cached_property
    def words(self) -> Words:
        """Observations in words."""
        with closing(make_env(self.config)) as env:
            return make_words(self.config, env)

    @cached_property
    def map_words(self) -> MapWords:
        """Whole states in words."""
        with closing(make_env(self.config)) as env:
            return make_map_words(self.config, env)

    @cached_property
    def choices(self) -> ActionChoices:
        """The actions that an LLM may name."""
        with closing(make_env(self.config)) as env:
            return ActionChoices(self.config, env)

    @cached_property
    def cells(self) -> Discretiser:
        """The cells of this environment's table."""
        return Discretiser(self.config, self.observations)

    @cached_property
    def batch(self) -> EnvBatch:
        """Environments to play episodes in, made once and used for the whole run."""
        return make_batch(self.config)

    def check_policies(self) -> None:
        """Raise ConfigError where the goal, the reward, or fields and actions that fit the spaces are missing."""
        check_told(self.config)
        self.observations, self.actions  # noqa: B018 - cached properties: looking at them makes them

    def make_ready(self) -> None:
        """Make the batch now rather than at the first episode. Raises ConfigError where that can't be done."""
        self.batch  # noqa: B018 - a cached property: looking at it makes it

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close what was opened."""
        if "batch" in self.__dict__:
            self.batch.close()
