"""What a run has played so far: episodes of random actions first, then those of every network that a draft trained."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from numpy.random import Generator

from llmrl_runner.config.schema import Config
from llmrl_runner.envs.arrays import IntArray
from llmrl_runner.envs.network_batch import make_network_batch
from llmrl_runner.envs.reward_rows import RewardRows
from llmrl_runner.methods.rewards.files import stored_of
from llmrl_runner.methods.rewards.job import EPISODES
from llmrl_runner.methods.rewards.stored import load_stored
from llmrl_runner.rl.buffers import FILE_NAME as BUFFER
from llmrl_runner.rl.buffers import buffer_of
from llmrl_runner.rl.evaluation_envs import SIDE_BY_SIDE
from llmrl_runner.rl.stored_episodes import StoredEpisodes, joined
from llmrl_runner.rl.storing_episodes import play_random
from llmrl_runner.runs.iteration import Record


def play_first(config: Config, rows: RewardRows, seeds: IntArray, rng: Generator, place: Path) -> StoredEpisodes:
    """Episodes of random actions on `seeds` (n,), kept in `place`; a shared replay buffer begins with them, too."""
    env = config.env
    with closing(make_network_batch(env, min(len(seeds), SIDE_BY_SIDE))) as batch:
        played = play_random(batch, rows, seeds, rng, env.success)
        place.mkdir()
        played.save(place / EPISODES)
        if config.method.share_buffer:
            buffer_of(played, batch.action_space).save(place / BUFFER)
    return played


def first_episodes(place: Path) -> StoredEpisodes:
    """Those that `play_first` kept."""
    return load_stored(StoredEpisodes, place / EPISODES)


def episodes_so_far(place: Path, history: Sequence[Record]) -> StoredEpisodes:
    """Those, and the last episodes of every network of the complete iterations."""
    files = [path for record in history for path in stored_of(record, EPISODES)]
    return joined([first_episodes(place), *(load_stored(StoredEpisodes, path) for path in files)])


def steps_so_far(place: Path, history: Sequence[Record]) -> list[Path]:
    """The folders in which steps to learn from are stored, in the same order."""
    return [place, *(path.parent for record in history for path in stored_of(record, BUFFER))]
