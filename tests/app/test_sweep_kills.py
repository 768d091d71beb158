"""kill -9 of a whole sweep, again and again: the same command comes to what an undisturbed sweep comes to."""

import random
import time
from pathlib import Path
from typing import Any

import pytest
from omegaconf import OmegaConf

from tests.app.command import CommandLine, result_of, transcript_of
from tests.app.rewarded import TINY as TINY_REWARDS
from tests.app.trained import TINY as TINY_CLONING

SHORT = ("env.evaluation.held_out_episodes=20", "display.gif=false", "llm=random")
TRAINED = tuple(word for word in TINY_CLONING if not word.startswith("method"))
# A small run of each method.
ARMS = {
    "tabular": ("method=tabular", "env=frozen_lake", "method.iterations=3", *SHORT),
    "reflect": ("method=reflect", "env=frozen_lake", "method.episodes=4", "method.iterations=2", *SHORT),
    "reward_gen": (*TINY_REWARDS, "llm=random"),
    "llmae_ppo": (*TINY_CLONING, "env=doorkey_5x5", "method.demos.episodes=3", "llm=replay"),
    "augmented": (
        *("method=augmented", *TRAINED, "training.total_timesteps=400", "env=cartpole", "llm=random"),
        *("method.iterations=3", "method.encoder=hash", "method.asking.episodes=5", "method.asking.lines=6"),
    ),
}
KILLS = 10
LONGEST_S = 10.0  # until the next kill


def write_arms(folder: Path) -> None:
    """The arms as a study's files, since a sweep's own words are the same for all of its jobs."""
    folder.mkdir(parents=True)
    for name, words in ARMS.items():
        groups = [word.split("=") for word in words if "." not in word.partition("=")[0]]
        keys = OmegaConf.to_yaml(OmegaConf.from_dotlist([word for word in words if "." in word.partition("=")[0]]))
        chosen = "".join(f"  - override /{group}: {option}\n" for group, option in groups)
        (folder / f"{name}.yaml").write_text(f"# @package _global_\ndefaults:\n{chosen}\n{keys}")


def the_sweep(command: CommandLine) -> tuple[str, ...]:
    write_arms(command.folder / "mine" / "experiment" / "kills")
    arms = ",".join(f"kills/{name}" for name in ARMS)
    return ("-m", "--config-dir", "mine", f"experiment={arms}", "seed=0,1", "hydra/launcher=joblib")


def outcome(command: CommandLine) -> dict[str, Any]:
    """What each run came to, by its place: its result, and which answers it was given, each once."""
    found = {}
    for run in command.runs():
        keys = [record["key"] for record in transcript_of(run)]
        assert len(keys) == len(set(keys)), f"{run}: asked twice"
        found[str(run.relative_to(command.folder))] = result_of(run), sorted(keys)
    return found


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_a_sweep_of_all_methods_killed_ten_times_comes_to_what_an_undisturbed_one_does(tmp_path: Path) -> None:
    calm, killed = CommandLine(tmp_path / "calm"), CommandLine(tmp_path / "killed")
    moments = random.Random(0)
    undisturbed = calm.start(*the_sweep(calm))
    out, err = undisturbed.communicate(timeout=600)
    jobs = the_sweep(killed)

    for _ in range(KILLS):
        process = killed.start(*jobs)
        time.sleep(moments.uniform(0.5, LONGEST_S))
        killed.kill(process)
    last = killed.start(*jobs)
    last_out, last_err = last.communicate(timeout=600)

    assert undisturbed.returncode == 0, out + err
    assert last.returncode == 0, last_out + last_err
    assert len(outcome(calm)) == 2 * len(ARMS)
    assert outcome(killed) == outcome(calm)
    assert not list((killed.folder / "outputs").rglob("*.tmp"))
