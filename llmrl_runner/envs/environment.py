"""One environment with everything that is derived from its configuration."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

from llmrl_runner.config.schema import EnvConfig
from llmrl_runner.envs.act import ActionCodec
from llmrl_runner.envs.batch import EnvBatch, make_batch
from llmrl_runner.envs.build import make_env
from llmrl_runner.envs.discretise import Discretiser
from llmrl_runner.envs.observe import ObservationCodec
from llmrl_runner.envs.optimum import check_optimum


@dataclass
class Environment:
    """The codecs, the cells and the batch of one environment. Raises ConfigError where the configuration is wrong."""

    config: EnvConfig

    def __post_init__(self) -> None:
        env = make_env(self.config)
        self.observations = ObservationCodec(self.config, env.observation_space)
        self.actions = ActionCodec(self.config, env.action_space)
        self.action_space = env.action_space
        env.close()
        if self.config.optimum is not None:
            check_optimum(self.config)  # here, since the optimum itself is computed when all calls have been made

    @cached_property
    def cells(self) -> Discretiser:
        """The cells of this environment's table."""
        return Discretiser(self.config, self.observations)

    @cached_property
    def batch(self) -> EnvBatch:
        """Environments to play episodes in, made once and used for the whole run."""
        return make_batch(self.config)

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
