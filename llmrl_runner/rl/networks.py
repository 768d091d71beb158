"""What is trained: the learner's class, and what its policy is made of beside the settings' layers."""

from typing import TYPE_CHECKING, Any

from llmrl_runner.config.training_schema import GuidedPPOTrainingConfig, TrainingConfig
from llmrl_runner.rl.algorithms import algorithm_of

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm


class Network:
    """A network of the settings' layers, and who they say trains it. A class built on this one makes another."""

    def kind(self, settings: TrainingConfig) -> "type[BaseAlgorithm]":
        """The learner's class; torch is imported with it."""
        if isinstance(settings, GuidedPPOTrainingConfig):
            from llmrl_runner.rl.guided_ppo import GuidedPPO

            return GuidedPPO
        return algorithm_of(settings).load()

    def policy_kwargs(self) -> dict[str, Any]:
        """Arguments of SB3's policy beside the settings' own."""
        return {}

    def make_ready(self, model: "BaseAlgorithm") -> None:
        """Give a model, new or from a checkpoint, what no checkpoint holds."""


PLAIN = Network()
