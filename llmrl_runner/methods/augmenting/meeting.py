"""Which lines come up, in episodes that nobody learns from: of random actions, or of the environment's expert."""

from collections import Counter
from collections.abc import Callable
from contextlib import closing
from functools import partial

import numpy as np

from llmrl_runner.envs.arrays import AnyArray, FloatArray, IntArray
from llmrl_runner.envs.build import make_env
from llmrl_runner.envs.choices import ActionChoices
from llmrl_runner.envs.heuristics import find_heuristic
from llmrl_runner.envs.network_batch import NetworkBatch
from llmrl_runner.methods.augmenting.lines import Line, Lines
from llmrl_runner.methods.augmenting.telling import Telling, Told
from llmrl_runner.rl.side_by_side import Turn, lengths_of, play_side_by_side
from llmrl_runner.rl.told_batch import Book, ToldBatch
from llmrl_runner.runs.seeds import Purpose, episode_seeds, generator

SIDE_BY_SIDE = 20
MOST_KEPT = 20_000  # steps, for the scale of observations


def random_play(telling: Telling) -> Told:
    """What comes up in `asking.episodes` episodes of random actions, from the seed `asking.seed`."""
    observations: list[AnyArray] = []
    lines: list[str] = []
    said: dict[str, None] = {}

    def watch(batch: NetworkBatch, turn: Turn) -> None:
        observations.append(turn.observations.copy())
        if telling.texts:
            said.update(dict.fromkeys(telling.situations.instructions(batch, turn.slots)))
        if telling.wants_lines:
            lines.extend(telling.situations.lines(batch, turn.slots, turn.observations))

    lengths = _played(telling, telling.plain, watch)
    return Told(np.concatenate(observations)[:MOST_KEPT], lines, list(said), lengths)


def met_potentials(telling: Telling, book: Book) -> FloatArray:
    """The potential of each state (n,) in the same episodes."""
    met: list[FloatArray] = []

    def watch(batch: NetworkBatch, turn: Turn) -> None:
        assert isinstance(batch, ToldBatch)
        met.append(batch.phi[turn.slots])

    _played(telling, partial(telling.paid_batch, book), watch)
    return np.concatenate(met)


def instructions_of(telling: Telling, seeds: IntArray) -> list[str]:
    """What is to be done in the episodes from these seeds (n,), each instruction once."""
    told: dict[str, None] = {}
    with closing(telling.plain(min(SIDE_BY_SIDE, len(seeds)))) as batch:
        for first in range(0, len(seeds), batch.size):
            some = seeds[first : first + batch.size]
            slots = np.arange(len(some))
            batch.reset(slots, some)
            told.update(dict.fromkeys(telling.situations.instructions(batch, slots)))
    return list(told)


def expert_advice(telling: Telling, choices: ActionChoices) -> tuple[Lines, IntArray]:
    """How often the environment's expert (`env.heuristic`) takes each action, line by line; its episodes' lengths (k,).

    Raises ConfigError where there is none.
    """
    asking, config = telling.method.asking, telling.config.env
    make_expert, names = find_heuristic(config), [choice.name for choice in choices.listed]
    known = Lines(config.name, names, by=f"the expert {config.heuristic}")
    seeds = episode_seeds(asking.seed, Purpose.SEARCH, asking.episodes, asking.episodes)
    lengths: IntArray = np.zeros(len(seeds), dtype=np.int64)
    slot = np.zeros(1, dtype=np.int64)
    with closing(telling.plain(1)) as batch, closing(make_env(config)) as env:
        for number, seed in enumerate(seeds.tolist()):
            observation, _ = env.reset(seed=seed)
            seen, expert, is_over = batch.reset(slot, np.array([seed])), make_expert(env), False
            while not is_over:
                action = expert(observation)
                [line] = telling.situations.lines(batch, slot, seen)
                note(known, line, names[nearest_choice(choices, action)])
                observation, _, terminated, truncated, _ = env.step(action)
                seen, *_ = batch.step(slot, np.array([action]))
                lengths[number] += 1
                is_over = terminated or truncated
    return known, lengths


def _played(
    telling: Telling, make_batch: Callable[[int], NetworkBatch], watch: Callable[[NetworkBatch, Turn], None]
) -> IntArray:
    """Random actions in `asking.episodes` episodes, always the same ones; how many steps each took (k,)."""
    asking = telling.method.asking
    seeds = episode_seeds(asking.seed, Purpose.SEARCH, asking.episodes)
    with closing(make_batch(min(SIDE_BY_SIDE, len(seeds)))) as batch:
        space = batch.action_space
        space.seed(int(generator(asking.seed, 0).integers(2**31)))

        def act(turn: Turn) -> AnyArray:
            watch(batch, turn)
            return np.stack([space.sample() for _ in turn.slots])

        return lengths_of(play_side_by_side(batch, act, seeds), len(seeds))


def note(known: Lines, line: str, action: str) -> None:
    """Count one more action that was taken on a line."""
    entry = known.of.setdefault(line, Line())
    entry.met += 1
    entry.advice = dict(Counter(entry.advice) + Counter([action]))


def nearest_choice(choices: ActionChoices, action: AnyArray | int) -> int:
    """The number of the choice that is the action, or that lies nearest to it."""
    distances = [np.abs(np.asarray(choice.native, dtype=np.float64) - action).sum() for choice in choices.listed]
    return int(np.argmin(distances))
