"""What a search for rewards came to, ready to play again: a draft's network, or the final ones."""

from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.schema import Config
from llmrl_runner.envs.arrays import IntArray
from llmrl_runner.envs.frames import MakeActor
from llmrl_runner.envs.network import make_network_env
from llmrl_runner.methods.performer import Performer
from llmrl_runner.methods.rewards.finals import FOLDER, held_out_seeds
from llmrl_runner.methods.rewards.job import CHECKPOINT
from llmrl_runner.rl.checkpoints import load_network
from llmrl_runner.rl.evaluation_envs import EvaluationEnvs
from llmrl_runner.rl.rollout import EpisodeScores, in_order, joined_scores
from llmrl_runner.rl.training import NetworkPlayer
from llmrl_runner.runs.iteration import Record

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm


def draft_performer(config: Config, record: Record) -> Performer:
    """The network of an iteration's best draft. Raises ConfigError where none was trained to the end."""
    if not (record.path / CHECKPOINT).exists():
        raise ConfigError("", f"{record.path}: no draft of this iteration was trained to the end")
    what = f"the best draft's network of iteration {record.index}"
    return _performer(what, [KeptNetwork(config, record.path)], config)


def final_performer(config: Config, run_folder: Path) -> Performer | None:
    """The final networks; None while there are none. Each plays its own share of the held-out episodes."""
    folders = [run_folder / FOLDER / f"seed_{number}" for number in range(config.method.final_seeds)]
    if not all((folder / CHECKPOINT).exists() for folder in folders):
        return None
    what = "the final network" if len(folders) == 1 else f"the {len(folders)} final networks, each with its episodes"
    return _performer(what, [KeptNetwork(config, folder) for folder in folders], config)


class KeptNetwork:
    """A network in a folder, read when it is first asked for."""

    def __init__(self, config: Config, folder: Path) -> None:
        self._config, self._folder = config, folder

    @cached_property
    def model(self) -> "BaseAlgorithm":
        """To act with. Raises ConfigError where it can't be read."""
        return load_network(self._folder / CHECKPOINT, self._config.training, self._config.device)

    def scores(self, seeds: IntArray) -> EpisodeScores:
        """Of episodes from `seeds` (n,), with the most likely actions."""
        with closing(EvaluationEnvs(self._config.env)) as envs:
            return envs.evaluate(self.model, seeds).greedy


class Dealt:
    """Networks that each play a share of the held-out episodes; episodes that are none of those are the first one's."""

    def __init__(self, config: Config, networks: list[KeptNetwork]) -> None:
        self._networks = networks
        shares = np.array_split(held_out_seeds(config), len(networks))
        self._owners = {int(seed): network for network, share in zip(networks, shares, strict=True) for seed in share}

    def scores(self, seeds: IntArray) -> EpisodeScores:
        """In the order of `seeds` (n,); each network plays all of its own at once, as in the final test."""
        owners = [self._owner(int(seed)) for seed in seeds]
        places = [[k for k, owner in enumerate(owners) if owner is network] for network in self._networks]
        played = joined_scores([n.scores(seeds[mine]) for n, mine in zip(self._networks, places, strict=True) if mine])
        return in_order(played, np.argsort(np.concatenate([mine for mine in places if mine]), kind="stable"))

    def actor(self, seed: int) -> MakeActor:
        """What plays the episode from `seed`."""
        return NetworkPlayer(self._owner(seed).model).alone

    def _owner(self, seed: int) -> KeptNetwork:
        return self._owners.get(seed, self._networks[0])


def _performer(what: str, networks: list[KeptNetwork], config: Config) -> Performer:
    dealt = Dealt(config, networks)
    return Performer(what, dealt.scores, dealt.actor, make_network_env)
