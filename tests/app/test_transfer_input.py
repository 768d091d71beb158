"""`init=transfer`: what a network can be trained on first, or gone on from, and what is refused in one line."""

from pathlib import Path

import pytest

from tests.app.command import CommandLine
from tests.app.trained import SMALL, only_trained
from tests.rl.corridor import settings

TRANSFER = (*SMALL, "llm=none", "env=doorkey_5x5", "method.init=transfer")


def doorkey_network(folder: Path) -> Path:
    """A checkpoint that fits DoorKey's inputs and SMALL."""
    from llmrl_runner.envs.network_batch import make_network_batch
    from llmrl_runner.rl.guided_training import new_network
    from tests.methods.composed import config_of

    env = config_of("method=llmae_ppo", "env=doorkey_5x5").env
    model = new_network(lambda size: make_network_batch(env, size), settings(net_arch=[16]), 1, "cpu")
    model.save(folder / "mine.zip")
    return folder / "mine.zip"


def test_a_users_own_checkpoint_that_cannot_be_read_is_named_and_never_to_be_deleted(
    here: CommandLine, tmp_path: Path
) -> None:
    (tmp_path / "mine.zip").write_text("no checkpoint")

    ended = here.run(*TRANSFER, f"method.transfer.checkpoint={tmp_path}/mine.zip")

    assert ended.code == 2
    assert ended.err.startswith(
        f"method.transfer.checkpoint: {tmp_path}/mine.zip can't be read as a checkpoint of PPO ("
    )
    assert "delete" not in ended.err
    assert len(ended.err.splitlines()) == 1
    assert not here.runs()


@pytest.mark.parametrize("setting", ["training.net_arch=[8]", "training.normalize_observations=true"])
def test_a_checkpoint_of_another_network_is_refused_before_anything_is_written(
    here: CommandLine, tmp_path: Path, setting: str
) -> None:
    checkpoint = doorkey_network(tmp_path)

    ended = here.run(*TRANSFER, f"method.transfer.checkpoint={checkpoint}", setting)

    assert (ended.code, ended.err.partition(":")[0]) == (2, setting.partition("=")[0])
    assert str(checkpoint) in ended.err
    assert not here.runs()


def test_a_training_elsewhere_needs_steps_for_one_update(here: CommandLine) -> None:
    ended = here.run(*TRANSFER, "method.transfer.total_timesteps=5")

    assert ended.code == 2
    assert ended.err == "method.transfer.total_timesteps: must be at least n_envs x n_steps = 200, got 5\n"
    assert not here.runs()


def test_any_wrapper_that_gives_both_worlds_the_same_inputs_will_do(here: CommandLine, no_page: None) -> None:
    flat = ("network_wrapper=minigrid.wrappers.FlatObsWrapper", "network_batch=null")
    wrappers = [f"{env}.{setting}" for env in ("env", "method.transfer.env") for setting in flat]

    ended = here.run(*TRANSFER, *wrappers, "method.iterations=2", "training.total_timesteps=200",
                     "method.transfer.total_timesteps=200")  # fmt: skip

    assert ended.code == 0, ended.err
    assert only_trained(here).metrics(0)["trained_steps"] == 200
