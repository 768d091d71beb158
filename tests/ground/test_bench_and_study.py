import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import bench
from scripts.benchmarks import doorkey, doorkey_curves, pairs, startup

ROOT = Path(__file__).resolve().parents[2]


def test_pairs_alternate_and_the_warm_up_does_not_count() -> None:
    order: list[str] = []

    def timed(name: str, seconds: list[float]) -> float:
        order.append(name)
        return seconds.pop(0)

    a, b = [99.0, 1.0, 5.0, 2.0], [99.0, 3.0, 1.0, 2.0]

    medians = pairs.paired_medians(lambda: timed("a", a), lambda: timed("b", b), repeats=3)

    assert medians == (2.0, 2.0)
    assert order == ["a", "b"] * 4


def test_the_bare_application_has_our_groups_and_runs(tmp_path: Path) -> None:
    script = startup.write_bare_application(tmp_path, ROOT / "conf")

    done = subprocess.run([sys.executable, str(script), "--help"], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert "env: " in done.stdout
    assert "cartpole" in done.stdout
    assert "method: " in done.stdout


def test_the_ratio_is_of_medians_taken_in_turn() -> None:
    plain, ours = [99.0, 8.0, 2.0, 6.0], [99.0, 1.0, 3.0, 2.0]

    figures = doorkey.compared("", lambda: plain.pop(0), lambda: ours.pop(0), steps=600, repeats=3)

    assert figures == {"plain_steps_per_s": 100.0, "steps_per_s": 300.0, "times": 3.0}


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system doesn't let a process choose its cores")
def test_a_process_has_its_cores_back_after_one_core() -> None:
    before = os.sched_getaffinity(0)

    with doorkey.one_core():
        meanwhile = os.sched_getaffinity(0)

    assert (len(meanwhile), os.sched_getaffinity(0)) == (1, before)


@pytest.mark.slow
def test_both_learners_of_doorkey_train_and_are_evaluated_at_the_same_steps() -> None:
    from scripts.benchmarks.doorkey_training import Ours, Plain, configured

    config = configured("doorkey_5x5")
    settings = config.training
    settings.n_envs, settings.n_steps, settings.batch_size, settings.n_epochs = 2, 32, 32, 1
    settings.evaluate_every, settings.evaluation_episodes = 128, 2  # two updates

    plain, ours = (kind(config).train(256, 0, evaluates=True) for kind in (Plain, Ours))

    assert [point[0] for point in plain.curve] == [point[0] for point in ours.curve] == [128, 256]
    assert min(plain.seconds, ours.seconds) > 0
    assert all(0 <= mean <= 1 for trained in (plain, ours) for point in trained.curve for mean in point[1:])


def test_curves_stand_by_their_steps_with_a_return_a_seed() -> None:
    from scripts.benchmarks.doorkey_training import Training

    trained = [Training(1.0, [(10, 0.25, 0.0), (20, 0.5, 1.0)]), Training(1.0, [(10, 0.75, 0.0), (20, 1.0, 1.0)])]

    assert doorkey_curves.curves(trained) == [(10, [0.25, 0.75]), (20, [0.5, 1.0])]
    assert doorkey_curves.told([0.25, 0.75]) == "0.25 0.75  mean 0.50"


@pytest.mark.parametrize(("value", "told"), [(0.12345, "0.1235"), (999.96, "1000"), (12345.6, "12,346"), (5, "5")])
def test_figures_keep_their_digits_before_the_point(value: float, told: str) -> None:
    assert bench.number(value) == told
