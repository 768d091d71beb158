"""Blackjack's optimum, by exact dynamic programming over Gymnasium's infinite deck (Sutton and Barto, example 5.1)."""

from collections.abc import Callable
from functools import partial

import numpy as np

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.envs.arrays import FloatArray, IntArray
from llmrl_runner.envs.build import make_env
from llmrl_runner.envs.optimum import Optimum

CARDS = range(1, 11)  # an ace counts 1 or 11; ten, jack, queen and king all count 10
CHANCE = {card: (4 if card == 10 else 1) / 13 for card in CARDS}
BUST, DEALER_STANDS, HIGHEST = 0, 17, 21
STICK, HIT = 0, 1
SHAPE = (32, 11, 2)  # player's sum, dealer's card, usable ace: the environment's observation space

Hand = tuple[int, bool]  # the sum as the environment tells it, and whether an ace counts 11 in it
Choose = Callable[[FloatArray, int, Hand], int]  # (values of stick and hit, dealer's card, hand) -> action


def optimum(config: EnvConfig) -> Optimum:
    """The best mean return a hand, and a table (704,) that reaches it."""
    table = np.zeros(SHAPE, dtype=np.int64)
    value = _mean_return(config, partial(_note_best, table))
    return Optimum(value, "exact, by dynamic programming over the infinite deck", value, table.reshape(-1))


def exact_return(config: EnvConfig, table: IntArray) -> float:
    """Exact mean return a hand of a table (704,): one action for each of 32 x 11 x 2 observations, in that order."""
    shaped = np.asarray(table).reshape(SHAPE)
    return _mean_return(config, lambda values, dealer, hand: int(shaped[hand[0], dealer, int(hand[1])]))


def _note_best(table: IntArray, values: FloatArray, dealer: int, hand: Hand) -> int:
    """The better action, written into `table` on the way."""
    best = HIT if values[HIT] > values[STICK] else STICK
    table[hand[0], dealer, int(hand[1])] = best
    return best


def _mean_return(config: EnvConfig, choose: Choose) -> float:
    has_sab, has_natural = _rules(config)
    total = 0.0
    for dealer in CARDS:
        finals = _dealer_finals(dealer)
        values = _hand_values(dealer, finals, choose)
        natural = _natural_value(dealer, finals, has_sab, has_natural)
        total += CHANCE[dealer] * _deal(values, natural, dealer, choose)
    return total


def _rules(config: EnvConfig) -> tuple[bool, bool]:
    """Gymnasium's flags (sab, natural) as this environment was registered and configured."""
    env = make_env(config)
    flags = bool(env.unwrapped.sab), bool(env.unwrapped.natural)  # type: ignore[attr-defined]
    env.close()
    return flags


def _add(hand: Hand, card: int) -> Hand:
    """The hand with one more card; above 21 it is bust."""
    hard, has_ace = hand[0] - (10 if hand[1] else 0) + card, hand[1] or card == 1
    is_usable = has_ace and hard + 10 <= HIGHEST
    return (hard + 10, True) if is_usable else (hard, False)


def _dealer_finals(card: int) -> dict[int, float]:
    """Chance of each final sum of the dealer who shows `card`, BUST for above 21."""
    finals: dict[int, float] = {}

    def play(hand: Hand, chance: float) -> None:
        if hand[0] >= DEALER_STANDS:
            final = hand[0] if hand[0] <= HIGHEST else BUST
            finals[final] = finals.get(final, 0.0) + chance
            return
        for drawn in CARDS:
            play(_add(hand, drawn), chance * CHANCE[drawn])

    play(_add((0, False), card), 1.0)
    return finals


def _stick_value(total: int, finals: dict[int, float]) -> float:
    return sum(chance * float(np.sign(total - final)) for final, chance in finals.items())


def _hand_values(dealer: int, finals: dict[int, float], choose: Choose) -> dict[Hand, float]:
    """Expected return of each hand that is no natural, when `choose` plays on against this dealer's card."""
    hard = [(total, False) for total in range(HIGHEST, 3, -1)]
    soft = [(total, True) for total in range(HIGHEST, 11, -1)]
    values: dict[Hand, float] = {}
    # A hit on a hard hand of 10 or less may make it soft, and one on a soft hand may make it hard, from 12 up.
    for hand in [*hard[:10], *soft, *hard[10:]]:
        outlook = np.array([_stick_value(hand[0], finals), _hit_value(hand, values)])
        values[hand] = float(outlook[choose(outlook, dealer, hand)])
    return values


def _hit_value(hand: Hand, values: dict[Hand, float]) -> float:
    after = ((CHANCE[card], _add(hand, card)) for card in CARDS)
    return sum(chance * (values[hand] if hand[0] <= HIGHEST else -1.0) for chance, hand in after)


def _natural_value(dealer: int, finals: dict[int, float], has_sab: bool, has_natural: bool) -> float:
    """Expected return of sticking on an ace and a ten."""
    if has_sab:  # it beats everything but another natural
        other = {1: CHANCE[10], 10: CHANCE[1]}.get(dealer, 0.0)
        return 1.0 - other
    win = 1.0 - finals.get(HIGHEST, 0.0)
    return 1.5 * win if has_natural else win


def _deal(values: dict[Hand, float], natural: float, dealer: int, choose: Choose) -> float:
    """Expected return over the player's first two cards."""
    total = 0.0
    for first in CARDS:
        for second in CARDS:
            hand = _add(_add((0, False), first), second)
            value = values[hand]
            if {first, second} == {1, 10}:
                outlook = np.array([natural, _hit_value(hand, values)])
                value = float(outlook[choose(outlook, dealer, hand)])
            total += CHANCE[first] * CHANCE[second] * value
    return total
