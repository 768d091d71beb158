"""How a training job is carried out. Import this file where there is one: it brings what trains."""

import time
from contextlib import AbstractContextManager, ExitStack, closing, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from llmrl_runner.config.training_schema import OffPolicyTrainingConfig, TrainingConfig
from llmrl_runner.envs.arrays import AnyArray, IntArray
from llmrl_runner.envs.frames import record_episode
from llmrl_runner.envs.network import make_network_env
from llmrl_runner.envs.network_batch import NetworkBatch, Step, make_network_batch
from llmrl_runner.envs.reward_rows import make_reward_rows
from llmrl_runner.files.whole import write_json, write_text
from llmrl_runner.methods.archive import GIF
from llmrl_runner.methods.base import EPISODES_AN_ITERATION
from llmrl_runner.methods.rewards.job import CHECKPOINT, EPISODES, PAID, STEPS, TESTED, WRITTEN, TrainingJob
from llmrl_runner.methods.rewards.programs import program_of
from llmrl_runner.methods.rewards.seen import paid_episodes
from llmrl_runner.methods.rewards.stored import load_stored
from llmrl_runner.rl.arm_rewards import HER, arm_batch
from llmrl_runner.rl.buffers import FILE_NAME as BUFFER
from llmrl_runner.rl.buffers import Buffer, Pool, pooled, relabelled
from llmrl_runner.rl.evaluate_every import EvaluateEvery
from llmrl_runner.rl.evaluation_envs import SIDE_BY_SIDE, EvaluationEnvs
from llmrl_runner.rl.evaluations import FILE_NAME as EVALUATIONS
from llmrl_runner.rl.evaluations import Evaluations
from llmrl_runner.rl.goals import Goals
from llmrl_runner.rl.network_evaluation import Evaluation
from llmrl_runner.rl.off_policy import own_steps, train_off_policy
from llmrl_runner.rl.paid_record import PaidRecord
from llmrl_runner.rl.rewarded_batch import RewardedBatch
from llmrl_runner.rl.rewards import RewardError
from llmrl_runner.rl.storing_episodes import play_network
from llmrl_runner.rl.training import NetworkPlayer, Stretch, Trained, train
from llmrl_runner.rl.warm_start import ppo_from
from llmrl_runner.rl.wrapped_batch import WrappedBatch
from llmrl_runner.rl.written_reward import WrittenReward
from llmrl_runner.runs.seeds import Purpose, episode_seeds, generator
from llmrl_runner.sandbox.program import ProgramError

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm


Learned = list[tuple[int, dict[str, float]]]  # what the last update said of itself after so many steps


class Counted(WrappedBatch):
    """Counts the episodes that were begun and the steps that were taken, also where the training breaks."""

    def __init__(self, inside: NetworkBatch) -> None:
        super().__init__(inside)
        self.episodes = self.env_steps = 0

    def reset(self, slots: IntArray, seeds: IntArray) -> AnyArray:
        """See NetworkBatch."""
        self.episodes += len(slots)
        return self.inside.reset(slots, seeds)

    def step(self, slots: IntArray, actions: AnyArray) -> Step:
        """See NetworkBatch."""
        self.env_steps += len(slots)
        return self.inside.step(slots, actions)


def trained(job: TrainingJob) -> dict[str, Any]:
    """Train as the job says and fill its folder. What a written reward breaks on is part of what it came to."""
    started = time.monotonic()
    problem, traceback, spent, no_gif = None, "", _NOTHING, None
    learned: Learned = []
    try:
        with ExitStack() as stack:
            training = Training(job, stack)
            try:
                no_gif = training.run()
            finally:
                spent, learned = training.spent, training.learned
    except (RewardError, ProgramError) as error:
        problem, traceback = str(error), error.traceback
    seconds = round(time.monotonic() - started, 2)
    return {
        "problem": problem,
        "traceback": traceback,
        **spent,
        "no_gif": no_gif,
        "learned": learned,
        "seconds": seconds,
    }


class Training:
    """One job under way: what pays, what is trained on, what is kept."""

    def __init__(self, job: TrainingJob, stack: ExitStack) -> None:
        self._job, self._config, self._settings = job, job.config, settings_of(job)
        self._reward = self._written(stack) if job.reward.kind == WRITTEN else None
        self._envs = stack.enter_context(closing(EvaluationEnvs(job.config.env)))
        self._counted: Counted | None = None
        self._record: PaidRecord | None = None
        self.learned: Learned = []

    @property
    def spent(self) -> dict[str, int]:
        """Episodes and steps so far, of training alone."""
        counted = self._counted
        return {"episodes": counted.episodes, "env_steps": counted.env_steps} if counted else _NOTHING

    def run(self) -> str | None:
        """Train, and keep the network, how it did, what it was paid, and an episode where it is to be filmed.

        One line comes back that says why there is no GIF, None where there is one or was to be none.
        """
        evaluating = EvaluateEvery(self._examine, self._settings.evaluate_every)
        model = self._train(evaluating).model
        self.learned = evaluating.learned
        folder = self._job.folder
        model.save(folder / CHECKPOINT)
        evaluating.evaluations.save(folder / EVALUATIONS)
        if isinstance(self._settings, OffPolicyTrainingConfig):
            own_steps(model).save(folder / BUFFER)
        self._play(model, evaluating.evaluations)
        return self._film(model, int(evaluating.evaluations.entries[-1][1].seeds[0]))

    # ------------------------------------------------------------------------------------------------- training

    def _train(self, evaluating: "EvaluateEvery") -> Trained:
        settings, stretch = self._settings, self._stretch()
        if not isinstance(settings, OffPolicyTrainingConfig):
            return train(self._batch, settings, stretch, ppo_from(self._warm_start), callback=evaluating)
        with self._goals() as goals:
            return train_off_policy(self._batch, settings, stretch, self._pool(), goals, evaluating, self._warm_start)

    @property
    def _warm_start(self) -> Path | None:
        return self._job.warm_start and self._job.warm_start / CHECKPOINT

    def _stretch(self) -> Stretch:
        job, config = self._job, self._config
        first = job.block * EPISODES_AN_ITERATION + job.first
        return Stretch(
            start=job.start and job.start / CHECKPOINT,
            goal=job.goal,
            episode_seeds=episode_seeds(config.seed, Purpose.SEARCH, min(job.goal, EPISODES_AN_ITERATION), first),
            network_seed=int(generator(config.seed, job.block, job.goal).integers(2**31)),
            device=config.device,
        )

    def _batch(self, size: int) -> NetworkBatch:
        """Environments that pay this training's reward."""
        self._counted = Counted(self._written_batch(self._reward, size) if self._reward else self._arm_batch(size))
        return self._counted

    def _arm_batch(self, size: int) -> NetworkBatch:
        return arm_batch(self._job.reward.kind, self._config.env, size)

    def _written_batch(self, reward: WrittenReward, size: int) -> NetworkBatch:
        env, self._record = self._config.env, PaidRecord(self._job.whole, self._job.first)
        return RewardedBatch(make_network_batch(env, size), reward, make_reward_rows(env), self._record)

    def _written(self, stack: ExitStack) -> WrittenReward:
        choice = self._job.reward
        return WrittenReward(stack.enter_context(program_of(self._config, choice.source, choice.constants)))

    def _goals(self) -> AbstractContextManager[Goals | None]:
        return closing(Goals(self._config.env)) if self._job.reward.kind == HER else nullcontext()

    def _pool(self) -> Pool | None:
        """What is stored already, paid by this reward."""
        if not self._job.pool:
            return None
        buffer = pooled([load_stored(Buffer, folder / BUFFER) for folder in self._job.pool])
        if self._job.is_shared and self._reward:
            buffer = relabelled(buffer, self._reward)
        return Pool(buffer, self._job.updates_before)

    # ----------------------------------------------------------------------------------------------- evaluation

    def _examine(self, model: "BaseAlgorithm", number: int) -> Evaluation:
        """Evaluation `number`, of episodes of its own, the same for every reward."""
        steps = min(number * self._settings.evaluate_every, self._job.goal)
        write_text(self._job.folder / STEPS, str(steps))
        return self._envs.evaluate(model, self._evaluated(number))

    def _evaluated(self, number: int) -> IntArray:
        count = self._settings.evaluation_episodes
        return episode_seeds(self._config.seed, Purpose.SELECTION, count, number * count)

    def _play(self, model: "BaseAlgorithm", evaluations: Evaluations) -> None:
        """The last evaluation once more, step by step, and this training's share of the final test."""
        steps, last = evaluations.entries[-1]
        rows = make_reward_rows(self._config.env)
        with closing(make_network_batch(self._config.env, min(len(last.seeds), SIDE_BY_SIDE))) as batch:
            played = play_network(batch, rows, model, last.seeds, self._config.env.success)
        played.save(self._job.folder / EPISODES)
        if self._reward is not None and self._record is not None:
            paid = self._reward.pay(played.transitions)
            sums = paid_episodes(paid, played.episodes, played.returns, played.successes).sums_to_json()
            write_json(self._job.folder / PAID, {"tenths": self._record.to_json(), "last": sums})
        if self._job.tests:
            tested = self._envs.evaluate(model, np.array(self._job.tests))
            Evaluations([(steps, tested)]).save(self._job.folder / TESTED)

    def _film(self, model: "BaseAlgorithm", seed: int) -> str | None:
        """Draw what the network does in the episode from `seed`; a line why, where that can't be done."""
        display = self._config.display
        if not (self._job.is_filmed and display.gif):
            return None
        shape = display.gif_frames, display.gif_width, display.gif_fps
        path, player = self._job.folder / GIF, NetworkPlayer(model)
        return record_episode(self._config.env, player.alone, seed, path, *shape, make_network_env)


def settings_of(job: TrainingJob) -> TrainingConfig:
    """The training's settings, as this job changes them."""
    settings: TrainingConfig = job.config.training
    return replace(settings, gradient_steps=job.gradient_steps) if job.gradient_steps else settings  # type: ignore[call-arg]


_NOTHING = {"episodes": 0, "env_steps": 0}
