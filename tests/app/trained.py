"""Small runs of llmae_ppo, and what they leave behind."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from llmrl_runner.envs.arrays import AnyArray
from tests.app.command import CommandLine, result_of, transcript_of

# Demonstrations, cloning and two parts of PPO, or three of PPO: small networks, few steps.
SMALL = (
    "method=llmae_ppo",
    "method.iterations=4",
    "method.cloning.epochs=5",
    "training.total_timesteps=1600",
    "training.n_envs=8",
    "training.n_steps=25",
    "training.batch_size=50",
    "training.n_epochs=2",
    "training.net_arch=[16]",
    "training.evaluate_every=400",
    "training.evaluation_episodes=4",
    "env.evaluation.held_out_episodes=4",
    "display.gif=false",
)
# The same with a single update of PPO.
TINY = (*SMALL, "method.iterations=3", "training.total_timesteps=200")


@dataclass(frozen=True)
class TrainedRun:
    """A run's folder, read."""

    path: Path

    @property
    def result(self) -> dict[str, Any]:
        """What must be the same however often the run was interrupted."""
        return result_of(self.path)

    @property
    def iterations(self) -> list[Path]:
        """The folders of those that are complete."""
        return sorted(self.path.glob("iteration_*"))

    def metrics(self, index: int) -> dict[str, Any]:
        """An iteration's figures."""
        figures: dict[str, Any] = json.loads((self.iterations[index] / "metrics.json").read_text())
        return figures

    def evaluations(self, index: int) -> dict[str, AnyArray]:
        """An iteration's evaluations.npz, nothing where it has none."""
        path = self.iterations[index] / "evaluations.npz"
        return dict(np.load(path)) if path.exists() else {}

    def evaluated_steps(self) -> list[list[int]]:
        """After how many steps of PPO there were evaluations, iteration by iteration."""
        return [
            self.evaluations(index)["steps"].tolist() if self.evaluations(index) else []
            for index in range(len(self.iterations))
        ]

    def weights(self, index: int = -1, name: str = "checkpoint.zip", part: str = "") -> list[AnyArray]:
        """The network parameters of a checkpoint, or of that part of it."""
        return weights(self.iterations[index] / name, part)

    def logged_steps(self) -> list[tuple[int, int]]:
        """Iteration and step of each line of metrics.jsonl."""
        lines = (self.path / "metrics.jsonl").read_text().splitlines()
        return [(line["iteration"], line["step"]) for line in map(json.loads, lines)]

    def questions(self) -> list[str]:
        """The key of each question that was answered."""
        return [line["key"] for line in transcript_of(self.path)]


def weights(checkpoint: Path, part: str = "") -> list[AnyArray]:
    """The network parameters of a checkpoint, or of that part of it."""
    from llmrl_runner.rl.checkpoints import load_model

    parameters = load_model(checkpoint, "cpu").policy.state_dict()
    return [tensor.numpy() for name, tensor in parameters.items() if name.startswith(part)]


def only_trained(command: CommandLine) -> TrainedRun:
    """The one run that there is."""
    return TrainedRun(command.only_run())


def same(one: list[AnyArray], other: list[AnyArray]) -> bool:
    """Whether arrays are the same, bit for bit."""
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def assert_the_same(run: TrainedRun, other: TrainedRun) -> None:
    """The same networks, evaluations and scores, and no question asked twice."""
    assert run.result == other.result
    assert same(run.weights(), other.weights())
    assert same(run.weights(name="best_checkpoint.zip"), other.weights(name="best_checkpoint.zip"))
    assert run.evaluated_steps() == other.evaluated_steps()
    for index in range(len(run.iterations)):
        mine, theirs = run.evaluations(index), other.evaluations(index)
        assert list(mine) == list(theirs)
        assert same(list(mine.values()), list(theirs.values()))
    assert run.logged_steps() == other.logged_steps()
    assert sorted(run.questions()) == sorted(other.questions())
    assert len(set(run.questions())) == len(run.questions())
