"""Episodes that follow the advice, to be cloned."""

import zlib
from contextlib import closing
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.arrays import AnyArray, IntArray
from llmrl_runner.files.whole import replacing
from llmrl_runner.rl.cloning import Pairs
from llmrl_runner.rl.side_by_side import Turn, lengths_of, play_side_by_side
from llmrl_runner.rl.told_batch import ToldBatch
from llmrl_runner.rl.training import MakeBatch
from llmrl_runner.runs.iteration import cure_of
from llmrl_runner.runs.seeds import Purpose, episode_seeds, generator

SIDE_BY_SIDE = 20
AFTER_THE_EXPERT = 2  # how many sets of episodes come before these, of as many each


def advised_pairs(make_batch: MakeBatch, episodes: int, seed: int) -> tuple[Pairs | None, IntArray]:
    """The steps of k episodes on which there was advice, each with the action that was taken by it; their lengths (k,).

    Actions are drawn as often as they were advised; where there is no advice, evenly. None where no step had any.
    """
    rng = generator(seed, 1)
    seeds = episode_seeds(seed, Purpose.SEARCH, episodes, AFTER_THE_EXPERT * episodes)
    steps: list[tuple[AnyArray, IntArray, IntArray]] = []
    with closing(make_batch(min(SIDE_BY_SIDE, episodes))) as batch:
        assert isinstance(batch, ToldBatch)
        advice = batch.layout.advice

        def act(turn: Turn) -> AnyArray:
            told = turn.observations[:, -advice - 1 :]
            is_advised = told[:, -1] > 0
            odds = np.where(is_advised[:, np.newaxis], told[:, :-1], 1 / advice).astype(np.float64)
            actions = (odds.cumsum(axis=1) > rng.random((len(odds), 1)) * odds.sum(axis=1, keepdims=True)).argmax(
                axis=1
            )
            steps.append((turn.observations[is_advised], actions[is_advised], turn.episodes[is_advised]))
            return np.asarray(actions)

        lengths = lengths_of(play_side_by_side(batch, act, seeds), episodes)
    observations, actions, numbers = (np.concatenate(column) for column in zip(*steps, strict=True))
    return Pairs(observations, actions, numbers) if len(actions) else None, lengths


def save_pairs(pairs: Pairs, path: Path) -> None:
    """Write them, whole or not at all."""
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, observations=pairs.observations, actions=pairs.actions, episodes=pairs.episodes)


def load_pairs(path: Path) -> Pairs:
    """What `save_pairs` wrote. Raises ConfigError, with the cure, where it can't be read."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return Pairs(file["observations"], file["actions"], file["episodes"])
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as error:
        raise ConfigError(
            "", f"{path}: can't be read ({type(error).__name__}: {error}); {cure_of(path.parent)}"
        ) from error
