"""Training on what is told: texts that decide, advice that helps, and nothing that is told in vain."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from llmrl_runner.config.environment_schema import SuccessConfig
from llmrl_runner.encoders.hashed import HashEncoder
from llmrl_runner.encoders.table import TextTable
from llmrl_runner.envs.arrays import AnyArray, IntArray
from llmrl_runner.envs.network_batch import Step
from llmrl_runner.methods.augmenting.following import advised_pairs
from llmrl_runner.rl.advised_ppo import AdvisedPPO, Advising
from llmrl_runner.rl.checkpoints import loaded
from llmrl_runner.rl.cloning import clone
from llmrl_runner.rl.discrete_policy import action_logits
from llmrl_runner.rl.guided_training import new_network, train_guided
from llmrl_runner.rl.network_evaluation import evaluate_network
from llmrl_runner.rl.recurrent_training import train_recurrent
from llmrl_runner.rl.shaping import ShapedVecEnv
from llmrl_runner.rl.text_features import readers
from llmrl_runner.rl.told_batch import Book, ToldBatch, scored
from llmrl_runner.rl.told_network import Reading, ToldNetwork, give_texts
from llmrl_runner.rl.training import Stretch, Trained
from llmrl_runner.rl.vec_env import BatchVecEnv
from tests.rl.corridor import CELLS, Corridor, cloning_settings, same, saved, settings, weights
from tests.rl.telling import LINES, CorridorSituations, to_the_right, told

DONE = SuccessConfig(last_reward_at_least=0.5)
SEEDS = np.arange(20)


class Obedient(Corridor):
    """Pays at its only step for action 1 where it is told to go on, for action 0 where to stay; nothing shows it."""

    def reset(self, slots: IntArray, seeds: IntArray) -> AnyArray:
        super().reset(slots, seeds)
        self.wanted = getattr(self, "wanted", np.zeros(self.size, dtype=np.int64))
        self.wanted[slots] = seeds % 2
        self.cells[slots] = 0
        return self._seen(slots)

    def step(self, slots: IntArray, actions: AnyArray) -> Step:
        pays = actions == self.wanted[slots]
        return (
            self._seen(slots),
            pays.astype(np.float64),
            np.ones(len(slots), dtype=bool),
            np.zeros(len(slots), dtype=bool),
        )


class Orders(CorridorSituations):
    def instructions(self, batch: Any, slots: IntArray) -> list[str]:
        return [("stay where you are", "go on")[wanted] for wanted in batch.wanted[slots].tolist()]


def stretch(goal: int, start: Path | None = None) -> Stretch:
    return Stretch(start, goal, np.arange(2000), 3, "cpu")


def trained(
    make: Any, goal: int, book: Book, advice: str = "none", remembers: bool = False, start: Path | None = None,
    combine: str = "film", **changes: Any,
) -> Trained:  # fmt: skip
    network = network_of(make, book, advice, remembers, combine)
    return train_guided(make, settings(**changes), stretch(goal, start), None, None, network)


def network_of(
    make: Any, book: Book, advice: str = "none", remembers: bool = False, combine: str = "film"
) -> ToldNetwork:
    layout = make(1).layout
    strength = {advice: 0.9, f"{advice}_steps": 10_000} if advice in ("guide", "kl") else {}
    advising = (lambda first, actions: Advising(first, actions, **strength)) if layout.advice else None
    reading = Reading(layout, combine, 16, advice == "hint", remembers)
    return ToldNetwork(reading, book.table, advising=advising)


def obedient(book: Book, texts: tuple[str, ...], size: int) -> ToldBatch:
    return ToldBatch(Obedient(size), Orders(), book, texts)


@pytest.mark.parametrize("combine", ["add", "concat", "film"])
def test_what_only_the_text_says_is_learned_with_text(combine: str) -> None:
    book = Book(TextTable(HashEncoder(16)))
    make = partial(obedient, book, ("instruction",))

    with_text = trained(make, 1200, book, combine=combine, learning_rate=0.01, learning_rate_end=0.01)
    without = trained(partial(obedient, Book(), ()), 1200, Book(), learning_rate=0.01, learning_rate_end=0.01)

    told_right = evaluate_network(make(40), with_text.model, SEEDS, DONE).greedy.successes
    blind = evaluate_network(obedient(Book(), (), 40), without.model, SEEDS, DONE).greedy.successes
    assert told_right is not None
    assert blind is not None
    assert told_right.mean() == 1.0
    assert blind.mean() <= 0.5


@pytest.mark.parametrize("advice", ["hint", "guide", "kl"])
def test_good_advice_is_heeded_and_heeding_it_is_not_undone(advice: str) -> None:
    book = Book(advice=to_the_right())

    end = trained(partial(told, book), 1280, book, advice)

    evaluation = evaluate_network(told(Book(advice=to_the_right()), 40), end.model, SEEDS, DONE)
    assert evaluation.leading.successes is not None
    assert evaluation.leading.successes.mean() >= 0.9


def test_a_network_that_is_to_see_no_advice_sees_none() -> None:
    make = partial(told, Book(advice=to_the_right()))
    end = trained(make, 64, Book(advice=to_the_right()), "guide")
    seen = make(1).reset(np.array([0]), np.array([2]))
    other = seen.copy()
    other[0, -4:] = [1, 0, 0, 1]

    logits = [end.model.policy.get_distribution(torch.as_tensor(each)).distribution.logits for each in (seen, other)]  # type: ignore[operator]

    assert torch.equal(*logits)


def test_a_guided_step_counts_as_often_as_the_policy_itself_would_have_taken_it() -> None:
    book = Book(advice=to_the_right())
    make = partial(told, book)
    network = ToldNetwork(
        network_of(make, book).reading, None, advising=lambda first, k: Advising(first, k, guide=0.5, guide_steps=10**9)
    )
    model = train_guided(
        make, settings(learning_rate=0.0, learning_rate_end=0.0), stretch(640), None, None, network
    ).model
    assert isinstance(model, AdvisedPPO)

    mixed = model._rollout()
    rollout = model._guided(mixed)

    own = torch.softmax(action_logits(model.policy, mixed.observations), dim=1).detach()
    taken = own.gather(1, mixed.actions[:, None]).squeeze(1)
    mixture = 0.5 * taken + 0.5 * (mixed.actions == 1)
    assert rollout.weight is not None
    assert torch.allclose(rollout.log_prob.exp(), taken, atol=1e-4)
    assert torch.allclose(rollout.weight, taken / mixture, atol=1e-4)
    assert float((mixed.actions == 1).float().mean()) > 0.55
    assert float(rollout.weight.mean()) == pytest.approx(1.0, abs=0.3)  # importance weights are 1 on average


def test_cloning_teaches_what_reads_as_well() -> None:
    book = Book(TextTable(HashEncoder(8)), to_the_right())
    make = partial(told, book, texts=("instruction",), steps=2)
    model = new_network(make, settings(), 3, "cpu", network=network_of(make, book, remembers=True))
    [features] = readers(model.policy)
    before = {name: weights.clone() for name, weights in features.named_parameters()}
    pairs, lengths = advised_pairs(make, 20, 0)
    assert pairs is not None

    cloned = clone(model, pairs, cloning_settings(), 3)

    after = dict(features.named_parameters())
    moved = {name for name in before if not torch.equal(before[name], after[name])}
    assert {"of_state.weight", "of_texts.0.weight", "recurrent.weight_ih_l0"} <= moved
    assert not moved & {"text_axes", "text_centre", "neutral", "centre", "spread"}
    assert cloned.accuracy[-1] > 0.95
    assert len(lengths) == 20
    assert len(pairs.actions) == lengths.sum()


def test_projecting_once_changes_nothing_also_where_texts_come_up_meanwhile() -> None:
    book = Book(TextTable(HashEncoder(8)))
    make = partial(told, book, texts=("instruction",))
    model = trained(make, 64, book).model
    [features] = readers(model.policy)
    assert book.table is not None

    def seen(rows: IntArray) -> torch.Tensor:
        observations = torch.zeros(len(rows), features.of_state.in_features + 1)
        observations[:, -1] = torch.as_tensor(rows)
        return features(observations).detach()

    first = book.table.rows(["walk", "go on"])
    with torch.no_grad(), features.projecting_once():
        before = seen(first)
        later = book.table.rows(["walk", "a new one"])
        after = seen(later)

    assert torch.allclose(before, seen(first))
    assert torch.allclose(after, seen(later))
    assert not torch.allclose(after[0], after[1])


def test_texts_are_read_along_the_axes_that_a_checkpoint_keeps(tmp_path: Path) -> None:
    book = Book(TextTable(HashEncoder(8)))
    make, axes = partial(told, book, texts=("instruction",)), (np.full(8, 0.5), np.eye(8)[:, ::-1] * 3)
    network = replace(network_of(make, book), axes=axes)
    model = train_guided(make, settings(), stretch(64), None, None, network).model
    opened = loaded(AdvisedPPO, saved(model, tmp_path / "model.zip"), device="cpu")

    [features] = readers(opened.policy)

    assert features.text_centre.tolist() == axes[0].tolist()
    assert features.text_axes.tolist() == axes[1].tolist()


def test_advice_that_guides_wrongly_is_forgotten_when_it_ends() -> None:
    wrong = Book(advice=to_the_right().wrong())
    make = partial(told, wrong)
    network = network_of(make, wrong)
    advising = ToldNetwork(
        network.reading, None, advising=lambda first, k: Advising(first, k, guide=0.9, guide_steps=300)
    )

    end = train_guided(make, settings(learning_rate=0.01), stretch(1600), None, None, advising)

    evaluation = evaluate_network(make(40), end.model, SEEDS, DONE)
    assert evaluation.leading.successes is not None
    assert evaluation.leading.successes.mean() >= 0.9


@pytest.mark.parametrize(("advice", "remembers"), [("hint", False), ("guide", True)])
def test_a_stretch_goes_on_to_the_same_network_with_all_that_acting_needs(
    tmp_path: Path, advice: str, remembers: bool
) -> None:
    def book() -> Book:
        return Book(TextTable(HashEncoder(8)), to_the_right([1, 2]))

    def make(book: Book) -> Any:
        return partial(told, book, texts=("instruction", "line"), steps=3 if remembers else 1)

    first_book = book()
    first = trained(make(first_book), 128, first_book, advice, remembers)
    checkpoint = saved(first.model, tmp_path / "first.zip")
    ends = []
    for _ in range(2):
        own = book()
        ends.append(trained(make(own), 256, own, advice, remembers, start=checkpoint).model)

    fresh = book()
    opened = loaded(AdvisedPPO, checkpoint, device="cpu")
    give_texts(opened, fresh.table)
    scores = [
        evaluate_network(make(each)(40), model, SEEDS, DONE).greedy.returns
        for each, model in ((first_book, first.model), (fresh, opened))
    ]
    assert same(*(weights(model) for model in ends))
    assert not same(weights(first.model), weights(ends[0]))
    assert np.array_equal(*scores)


def test_a_reward_on_potentials_changes_no_episodes_sum_but_by_where_it_began() -> None:
    scores = {line: cell / CELLS for cell, line in enumerate(LINES)}
    batch = told(Book(scores=scores), 1, potential=scored)
    envs = ShapedVecEnv(BatchVecEnv(batch, np.arange(50)), gamma=0.9, weight=1.0)
    rng = np.random.default_rng(0)

    envs.reset()
    for _ in range(20):
        start, sums, discount, is_over, cut_off = float(envs._before[0]), 0.0, 1.0, False, 0.0
        plain = 0.0
        while not is_over:
            _, rewards, ends, infos = envs.step(rng.integers(3, size=1))
            is_over = bool(ends[0])
            reached = float(batch.phi_reached[0])
            if is_over and infos[0]["TimeLimit.truncated"]:
                cut_off = discount * 0.9 * envs._unit() * reached
            plain += discount * float(reached == (CELLS - 1) / CELLS and is_over)
            sums, discount = sums + discount * float(rewards[0]), discount * 0.9
        assert sums == pytest.approx(plain + cut_off - start, abs=1e-4)
    assert max(envs.venv.returns) <= 1.0  # type: ignore[attr-defined]


def test_what_came_up_before_the_first_step_keeps_the_first_rewards_in_their_size() -> None:
    scores = {line: cell / CELLS for cell, line in enumerate(LINES)}
    sizes = []
    for seen in (np.zeros(0), np.linspace(0, 1, 50)):
        envs = ShapedVecEnv(BatchVecEnv(told(Book(scores=scores), 1, potential=scored), SEEDS), 0.9, 1.0)
        envs.see(seen)
        envs.reset()
        sizes.append(max(abs(float(envs.step(np.array([1]))[1][0])) for _ in range(3)))

    assert sizes[1] < 3.5  # in spreads of the potentials
    assert sizes[0] > 2 * sizes[1]


def test_shaping_goes_on_with_what_it_has_seen() -> None:
    scores = {line: cell / CELLS for cell, line in enumerate(LINES)}
    envs = [
        ShapedVecEnv(BatchVecEnv(told(Book(scores=scores), 1, potential=scored), SEEDS), 0.9, 1.0) for _ in range(2)
    ]
    envs[0].reset()
    for _ in range(30):
        envs[0].step(np.array([1]))

    envs[1].state = envs[0].state

    assert envs[1]._unit() == pytest.approx(envs[0]._unit())
    assert envs[0]._unit() != 1.0


def test_a_policy_with_a_state_of_its_own_remembers_what_it_was_told_at_first(tmp_path: Path) -> None:
    class Early(Obedient):
        """The order is told at the first step only; the second step pays."""

        def reset(self, slots: IntArray, seeds: IntArray) -> AnyArray:
            super().reset(slots, seeds)
            return self._told(slots)

        def step(self, slots: IntArray, actions: AnyArray) -> Step:
            self.taken[slots] += 1
            is_second = self.taken[slots] == 2
            pays = is_second & (actions == self.wanted[slots])
            return self._told(slots), pays.astype(np.float64), is_second, np.zeros(len(slots), dtype=bool)

        def _told(self, slots: IntArray) -> AnyArray:
            seen = self._seen(slots)
            seen[:, 0] = np.where(self.taken[slots] == 0, 2.0 * self.wanted[slots] - 1.0, 0.0)
            return seen

    make = lambda size: ToldBatch(Early(size), Orders(), Book())  # noqa: E731
    network = ToldNetwork(Reading(make(1).layout, "add", 16, False, False), is_recurrent=True)
    options = settings(learning_rate=0.01, learning_rate_end=0.01, n_envs=8)

    first = train_recurrent(make, options, stretch(1024), 16, None, network)
    end = train_recurrent(make, options, stretch(3072, saved(first.model, tmp_path / "first.zip")), 16, None, network)

    evaluation = evaluate_network(make(40), end.model, SEEDS, DONE)
    assert evaluation.greedy.successes is not None
    assert evaluation.greedy.successes.mean() == 1.0
