"""Small runs of reward_gen, what a model may answer in them, and what they leave behind."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmrl_runner.envs.arrays import AnyArray
from llmrl_runner.methods.rewards.draft import Draft, load_drafts
from llmrl_runner.methods.rewards.job import TrainingJob, run_training
from llmrl_runner.methods.rewards.pool import Look
from tests.app.command import CommandLine, Ended, result_of, transcript_of
from tests.app.trained import same
from tests.llm.misbehaving_server import MisbehavingServer

# Two drafts, twice, each trained for 150 and the better one for 300 steps; then two final trainings.
TINY = (
    "method=reward_gen",
    "env=pendulum",
    "method.iterations=2",
    "method.samples=2",
    "method.final_seeds=2",
    "method.checks.episodes=3",
    "method.checks.row_microseconds=5000",
    "training.total_timesteps=300",
    "training.learning_starts=20",
    "training.train_freq=4",
    "training.batch_size=16",
    "training.net_arch=[8]",
    "training.evaluate_every=100",
    "training.evaluation_episodes=2",
    "env.evaluation.held_out_episodes=5",
    "display.gif=false",
)
LIVE = ("llm=openai_compatible", "llm.model=test-model", "llm.max_retries=0", "llm.samples_in_flight=1")
SHORT = ("training.total_timesteps=50", "method.iterations=1", "method.samples=1", "method.final_seeds=1")
UPRIGHT = """\
import numpy as np

STIFFNESS = 0.1


def swing(velocity):
    return -STIFFNESS * np.square(velocity)


def compute_reward(obs, action, next_obs, info):
    upright, calm = next_obs[:, 0], swing(next_obs[:, 2])
    return upright + calm, {"upright": upright, "calm": calm}
"""


def paying(lines: str, above: str = "") -> str:
    """A program with these lines, which set `pay`."""
    body = "".join(f"    {line}\n" for line in lines.splitlines())
    head = f"import numpy as np\n\n{above}\n\ndef compute_reward(obs, action, next_obs, info):\n"
    return f"{head}{body}    return pay, {{'upright': next_obs[:, 0]}}\n"


def later(line: str) -> str:
    """A program that does this once it was called more often than any check calls it."""
    count = "CALLS[0] += 1\npay = next_obs[:, 0] * 1.0\nif CALLS[0] > 100:\n"
    return paying(f"{count}    {line}", above="CALLS = [0]\n")


def answer(source: str) -> str:
    """A program as models put it."""
    return f"A swing, then a hold.\n\n```python\n{source}```\n"


def write(command: CommandLine, server: MisbehavingServer, *more: str) -> Ended:
    """A small run whose model is asked for one draft after the other."""
    address = f"llm.api_base={server.api_base}"
    return command.run(*TINY, *LIVE, address, *more, OPENAI_API_KEY="sk-none-needed")


@dataclass(frozen=True)
class RewardRun:
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

    @property
    def drafts(self) -> list[Draft]:
        """All of them."""
        return [draft for iteration in self.iterations for draft in load_drafts(iteration / "drafts.json")]

    def draft(self, name: str) -> Draft:
        """The one of this name, such as 1.2."""
        [found] = [draft for draft in self.drafts if draft.name == name]
        return found

    def folder(self, name: str) -> Path:
        """That draft's folder."""
        draft = self.draft(name)
        return self.iterations[draft.iteration] / f"draft_{draft.number}"

    def metrics(self, index: int) -> dict[str, Any]:
        """An iteration's figures."""
        figures: dict[str, Any] = json.loads((self.iterations[index] / "metrics.json").read_text())
        return figures

    def questions(self) -> list[str]:
        """The key of each question that was answered."""
        return [line["key"] for line in transcript_of(self.path)]


def only_rewarded(command: CommandLine) -> RewardRun:
    """The one run that there is."""
    return RewardRun(command.only_run())


def assert_the_same(run: RewardRun, other: RewardRun) -> None:
    """The same drafts, scores and networks, and no question asked twice."""
    assert run.result == other.result
    assert [_untimed(draft) for draft in run.drafts] == [_untimed(draft) for draft in other.drafts]
    for draft in run.drafts:
        folders = [each.folder(draft.name) for each in (run, other)]
        assert same(*(weights(folder / "checkpoint.zip") for folder in folders))
    assert sorted(run.questions()) == sorted(other.questions())
    assert len(set(run.questions())) == len(run.questions())


def weights(checkpoint: Path) -> list[AnyArray]:
    """The parameters of a checkpoint's networks."""
    from stable_baselines3 import SAC

    return [tensor.numpy() for tensor in SAC.load(checkpoint, device="cpu").policy.state_dict().values()]


def _untimed(draft: Draft) -> dict[str, Any]:
    """All that is known of it but how long a check took."""
    known = draft.to_json()
    for check in known["checks"]:
        check["figures"].pop("row_microseconds", None)
    return known


def one_after_the_other(trained: list[Path]) -> Callable[[Sequence[TrainingJob], object, Path, Look], None]:
    """A launcher that trains in this process, which has imported what a new one would have to; notes the folders."""

    def launch(jobs: Sequence[TrainingJob], _config: object, _folder: Path, look: Look) -> None:
        for job in jobs:
            trained.append(job.folder)
            run_training(job)
            look()

    return launch
