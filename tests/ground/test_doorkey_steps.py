"""What is measured on DoorKey ends with an update, and with an evaluation where there are any."""

from scripts.benchmarks import doorkey, doorkey_curves
from scripts.benchmarks.doorkey_training import configured


def test_measured_trainings_end_with_an_update_and_an_evaluation() -> None:
    settings = configured("doorkey_8x8").training

    update = settings.n_envs * settings.n_steps

    assert [steps % update for steps in (doorkey.STEPS, doorkey.EVALUATED_STEPS, doorkey_curves.STEPS)] == [0, 0, 0]
    assert settings.evaluate_every == doorkey.EVALUATED_STEPS
    assert doorkey_curves.POINTS * settings.evaluate_every == doorkey_curves.STEPS
