"""Which drafts are trained for how long, on which episodes, and by what they are judged."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmrl_runner.config.schema import Config
from llmrl_runner.envs.arrays import IntArray
from llmrl_runner.files.whole import read_json, write_json
from llmrl_runner.methods.base import EPISODES_AN_ITERATION
from llmrl_runner.methods.reward_gen import RANDOM_FIRST
from llmrl_runner.methods.rewards.draft import Draft, ranked
from llmrl_runner.methods.rewards.finals import final_jobs, held_out_seeds
from llmrl_runner.methods.rewards.job import OUTCOME, PAID, WRITTEN, RewardChoice, TrainingJob, run_training
from llmrl_runner.methods.rewards.outcome import TrainingOutcome
from llmrl_runner.methods.rewards.run import Training
from llmrl_runner.methods.rewards.trainings import Heritage, budgets_of, own_job, sharing_job, train_drafts
from llmrl_runner.rl.evaluations import FILE_NAME
from llmrl_runner.runs.seeds import Purpose, episode_seeds
from tests.app.rewarded import TINY, paying
from tests.methods.composed import config_of
from tests.methods.rewards.training_figures import evaluations

NOTHING = Heritage(None, ())
Rates = dict[int, Sequence[float]]  # of successful episodes at each evaluation of a training, by its draft's number


class Told:
    """Trainings that come to what they are told to; notes who was trained on."""

    def __init__(self, *rungs: Rates) -> None:
        self.rungs = list(rungs)
        self.trained: list[list[int]] = []

    def run(self, jobs: Sequence[TrainingJob]) -> list[TrainingOutcome]:
        rates = self.rungs[len(self.trained)]
        numbers = [int(job.folder.name.split("_")[1]) for job in jobs]
        self.trained.append(numbers)
        for number, job in zip(numbers, jobs, strict=True):
            job.folder.mkdir(parents=True)
            problem = None if rates[number] else "it raised"
            write_json(job.folder / OUTCOME, {"problem": problem, "traceback": "", "episodes": 1, "env_steps": 9})
            if rates[number]:
                evaluations(rates[number]).save(job.folder / FILE_NAME)
        return [TrainingOutcome(job.folder) for job in jobs]


def tried(told: Told, place: Path, *overrides: str) -> list[Draft]:
    """As many drafts as there are told of, after their trainings."""
    drafts = [Draft(0, number, f"program {number}") for number in told.rungs[0]]
    train_drafts(drafts, config_of(*TINY, *overrides), 0, place, NOTHING, told.run)
    return drafts


# -------------------------------------------------------------------------------------------------- who goes on


def test_a_high_moment_on_the_way_counts_less_than_a_better_end(tmp_path: Path) -> None:
    told = Told({1: (0, 0.9, 0.1), 2: (0, 0.1, 0.3)}, {2: (0.3, 0.4)})

    soon_lost, slow = tried(told, tmp_path)

    assert told.trained == [[1, 2], [2]]
    assert (soon_lost.status, slow.status) == ("let go", "trained")
    assert soon_lost.reason == "others did better after 150 steps"
    assert [rung.success for rung in slow.rungs] == [0.3, 0.4]


def test_the_winner_of_a_run_is_not_the_one_with_the_best_moment(tmp_path: Path) -> None:
    drafts = tried(Told({1: (0, 1.0, 1.0, 0.2), 2: (0, 0, 0, 0.3)}), tmp_path, "method.budgets=full")

    assert [draft.number for draft in ranked(drafts)] == [2, 1]


def test_of_drafts_that_end_alike_the_sooner_one_is_the_better(tmp_path: Path) -> None:
    drafts = tried(Told({1: (0, 0.2, 1.0), 2: (0, 0.9, 1.0)}), tmp_path, "method.budgets=full")

    assert [draft.number for draft in ranked(drafts)] == [2, 1]


def test_a_draft_that_breaks_takes_no_place_of_one_that_lasts(tmp_path: Path) -> None:
    told = Told({1: (), 2: (0.1,), 3: (), 4: (0.2,)}, {2: (0.1,), 4: ()})

    drafts = tried(told, tmp_path)

    assert told.trained == [[1, 2, 3, 4], [2, 4]]
    assert [draft.status for draft in drafts] == ["failed", "trained", "failed", "failed"]
    assert [draft.reason for draft in drafts] == ["it raised", "", "it raised", "it raised"]


def test_where_every_draft_breaks_nothing_is_trained_on(tmp_path: Path) -> None:
    told = Told({1: (), 2: ()}, {})

    assert [draft.status for draft in tried(told, tmp_path)] == ["failed", "failed"]
    assert told.trained == [[1, 2], []]


# ------------------------------------------------------------------------------------------------ the yardstick


def test_a_reward_for_doing_nothing_scores_what_the_environment_says_however_much_it_pays(tmp_path: Path) -> None:
    idle = paying("pay = 10.0 - np.square(action[:, 0])")
    config = config_of(*TINY, "training.total_timesteps=120")
    job = TrainingJob(tmp_path / "training", config, RewardChoice(WRITTEN, idle), block=0, goal=120, whole=120)

    run_training(job)

    last, paid = TrainingOutcome(job.folder).last_scores, read_json(job.folder / PAID)["last"]
    assert min(paid["reward in all"]) > 5 * 200
    assert last.returns.mean() < -300  # a rod that hangs or swings; upright and still would be 0
    assert TrainingOutcome(job.folder).problem is None


# ------------------------------------------------------------------------------------------------- the episodes


def played_by(job: TrainingJob) -> IntArray:
    """The seeds of all episodes that a training may play."""
    with ExitStack() as stack:
        return Training(job, stack)._stretch().episode_seeds


def evaluated_by(job: TrainingJob) -> IntArray:
    """The seeds of the episodes of its evaluations."""
    count = job.goal // job.config.training.evaluate_every
    with ExitStack() as stack:
        return np.concatenate([Training(job, stack)._evaluated(number) for number in range(count + 2)])


def jobs_of(config: Config, iterations: Sequence[int]) -> dict[str, list[TrainingJob]]:
    """The trainings of two drafts in each of these iterations, rung after rung, and the final ones."""
    arm = RewardChoice("native")  # its trainings are as any draft's, and start no process
    drafts = [Draft(0, number, "") for number in (1, 2)]
    jobs = {
        f"iteration {index}, rung {rung}": [own_job(each, config, index, Path("x"), rung, NOTHING) for each in drafts]
        for index in iterations
        for rung in range(len(config.method.halving.rungs))
    }
    bare = {name: [_paid_by(job, arm) for job in pair] for name, pair in jobs.items()}
    return bare | {job.folder.name: [job] for job in final_jobs(config, Path("run"), arm)}


def _paid_by(job: TrainingJob, reward: RewardChoice) -> TrainingJob:
    return TrainingJob(job.folder, job.config, reward, job.block, job.goal, job.whole, job.first)


@settings(max_examples=8)
@given(
    seed=st.integers(0, 10_000),
    total=st.integers(10, 60_000),
    share=st.sampled_from(["[1.0]", "[0.5,1.0]", "[0.1,0.3,1.0]"]),
    finals=st.integers(1, 6),
    later=st.integers(1, 505),
)
def test_no_training_plays_an_episode_of_a_test_of_an_evaluation_or_of_the_stored_ones(
    seed: int, total: int, share: str, finals: int, later: int
) -> None:
    config = config_of(
        *TINY, f"seed={seed}", f"training.total_timesteps={total}", f"method.halving.rungs={share}",
        f"method.final_seeds={finals}", "env.evaluation.held_out_episodes=50", "method.iterations=506",
    )  # fmt: skip

    jobs = jobs_of(config, (0, later))

    trained = {name: played_by(pair[0]) for name, pair in jobs.items()}
    evaluated = np.concatenate([evaluated_by(pair[0]) for pair in jobs.values()])
    stored = np.concatenate(
        [
            episode_seeds(seed, Purpose.SEARCH, 1000, index * EPISODES_AN_ITERATION + RANDOM_FIRST)
            for index in (0, later)
        ]
    )
    tested = np.concatenate([np.array(pair[0].tests, dtype=np.int64) for pair in jobs.values()])
    assert sorted(tested.tolist()) == held_out_seeds(config).tolist()
    for seeds in (*trained.values(), evaluated, stored):
        assert not np.isin(tested, seeds).any()
    for name, seeds in trained.items():
        assert not np.isin(stored, seeds).any(), name
        assert not np.isin(evaluated, seeds).any(), name
        others = [each for other, each in trained.items() if _place(other) != _place(name)]
        assert not any(np.isin(seeds[:1000], each).any() for each in others), name


def _place(name: str) -> str:
    """`iteration 3` of its rungs, which may begin where the one before them broke off."""
    return name.split(",")[0]


def test_all_drafts_of_an_iteration_play_the_same_episodes_with_the_same_random_numbers() -> None:
    config = config_of(*TINY)

    for pair in jobs_of(config, (0, 1)).values():
        with ExitStack() as stack:
            stretches = [Training(job, stack)._stretch() for job in pair]
        assert len({stretch.network_seed for stretch in stretches}) == 1
        assert len({tuple(stretch.episode_seeds.tolist()) for stretch in stretches}) == 1


@pytest.mark.parametrize("rung", [0, 1])
def test_a_later_rung_goes_on_where_the_one_before_it_ended(rung: int) -> None:
    job = own_job(Draft(0, 2, ""), config_of(*TINY), 0, Path("x"), rung, NOTHING)

    assert (job.first, job.goal, job.whole) == ((0, 150, 300) if rung == 0 else (150, 300, 300))
    assert job.start == (None if rung == 0 else Path("x/draft_2_rung_0"))
    assert job.pool == (() if rung == 0 else (Path("x/draft_2_rung_0"),))


@pytest.mark.parametrize("shared", [(), ("method.share_buffer=true",)])
def test_a_warm_start_takes_the_networks_over_and_neither_steps_nor_budget(shared: tuple[str, ...]) -> None:
    config = config_of(*TINY, "method.warm_start=true", *shared)
    make_job = sharing_job if shared else own_job

    job = make_job(Draft(1, 2, ""), config, 1, Path("x"), 0, Heritage(Path("best"), ()))

    assert (job.start, job.warm_start, job.pool) == (None, Path("best"), ())
    assert job.goal == budgets_of(config)[0]
    assert job.digest != replace(job, warm_start=None).digest
