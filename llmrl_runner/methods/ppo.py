"""PPO (Schulman et al., 2017) on the environment as it is, trained by Stable-Baselines3 at a stated budget of steps."""

from importlib.metadata import version
from typing import Any

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.schema import Config
from llmrl_runner.config.training_schema import PPOTrainingConfig
from llmrl_runner.envs.build import Env
from llmrl_runner.envs.environment import Environment
from llmrl_runner.envs.network import make_network_env
from llmrl_runner.envs.network_batch import make_network_batch
from llmrl_runner.methods.base import EPISODES_AN_ITERATION, IterationResult
from llmrl_runner.methods.baseline import Baseline
from llmrl_runner.rl.checkpoints import load_model, torch_device
from llmrl_runner.rl.training import NetworkPlayer, Stretch, Trained, train
from llmrl_runner.runs.iteration import Iteration
from llmrl_runner.runs.seeds import Purpose, generator

CHECKPOINT = "checkpoint.zip"


class PPO(Baseline):
    """Each iteration trains on from the last one's checkpoint; the last one is the result, whatever it scores."""

    @classmethod
    def check(cls, config: Config, environment: Environment) -> None:
        """Raise ConfigError where the settings don't go together, or a network can't see or act in the environment."""
        super().check(config, environment)
        if not isinstance(config.training, PPOTrainingConfig):
            raise ConfigError("training", "method=ppo needs training=ppo, which it chooses where nothing else is said")
        check_sizes(config.training, config.method.iterations)
        torch_device(config.device)
        make_network_env(config.env).close()

    @classmethod
    def make_ready(cls, environment: Environment) -> None:
        """See MethodRunner: what a network is trained in."""
        make_network_batch(environment.config, 1).close()

    def run_iteration(self, iteration: Iteration) -> IterationResult:
        """Train its share of the steps, keep the network, and see how it does."""
        trained = self.train_on(iteration)
        trained.model.save(iteration.path / CHECKPOINT)
        player = NetworkPlayer(trained.model)
        [seed] = self.seeds(Purpose.SEARCH, 1, iteration.index)
        self.archive.keep_episode(iteration, player.alone, int(seed), make_network_env)
        figures = self.selection_figures(player, iteration)
        return IterationResult(policy=None, is_best=True, metrics={**figures, **training_figures(trained)})

    def train_on(self, iteration: Iteration) -> Trained:
        """Train from the last checkpoint, or a new network, to this iteration's share of all steps."""
        last = self.history[-1].path / CHECKPOINT if self.history else None
        goal = self.settings.total_timesteps * (iteration.index + 1) // self.method.iterations
        stretch = Stretch(
            start=last,
            goal=goal,
            episode_seeds=self.seeds(Purpose.SEARCH, min(goal, EPISODES_AN_ITERATION), iteration.index),
            network_seed=int(generator(self.config.seed, iteration.index).integers(2**31)),
            device=self.config.device,
        )
        trained = train(lambda size: make_network_batch(self.config.env, size), self.settings, stretch)
        self.spend(trained.lengths)
        return trained

    @property
    def settings(self) -> PPOTrainingConfig:
        """conf/training/ppo.yaml, as the run has it."""
        settings: PPOTrainingConfig = self.config.training
        return settings

    def player(self) -> NetworkPlayer:
        """The last checkpoint's network."""
        return NetworkPlayer(load_model(self.history[-1].path / CHECKPOINT, self.config.device))

    def build(self, env: EnvConfig, render: bool = False) -> Env:
        """The environment with observations for a network."""
        return make_network_env(env, render)

    def result_extras(self) -> dict[str, Any]:
        """The budget that its score is to be read with."""
        steps = self.history[-1].metrics["trained_steps"] if self.history else 0
        sb3 = f"stable-baselines3 {version('stable-baselines3')}"
        return {"training": {"what": f"PPO, {steps:,} steps", "with": sb3, "algorithm": "PPO", "env_steps": steps}}


def training_figures(trained: Trained) -> dict[str, Any]:
    """What metrics.json says of the training."""
    return {
        "trained_steps": trained.steps,
        "training_return_mean": trained.return_mean,
        **trained.figures,
        "verdict": f"after {trained.steps:,} steps of training; the last network counts, whatever it scores",
    }


def check_sizes(settings: PPOTrainingConfig, iterations: int) -> None:
    """Raise ConfigError where steps don't divide as PPO and the iterations need it."""
    update = settings.n_envs * settings.n_steps
    if update % settings.batch_size:
        raise ConfigError("training.batch_size", f"must divide n_envs x n_steps = {update}, got {settings.batch_size}")
    if settings.total_timesteps < iterations * update:
        needed = f"{iterations} iterations x n_envs x n_steps = {iterations * update}"
        raise ConfigError("training.total_timesteps", f"must be at least {needed}, got {settings.total_timesteps}")
    if not all(width >= 1 for width in settings.net_arch):
        raise ConfigError("training.net_arch", f"needs widths of at least 1, got {list(settings.net_arch)}")
