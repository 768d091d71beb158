"""A network for a ToldBatch: what of its observations it reads, and what PPO does with the advice in them."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from llmrl_runner.config.training_schema import GuidedPPOTrainingConfig, TrainingConfig
from llmrl_runner.encoders.table import TextTable
from llmrl_runner.envs.arrays import FloatArray
from llmrl_runner.rl.networks import Network
from llmrl_runner.rl.told_batch import Layout

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm

    from llmrl_runner.rl.advised_ppo import Advising
    from llmrl_runner.rl.text_features import TextFeatures


@dataclass(frozen=True)
class Reading:
    """How a network reads an observation: see TextFeatures. remembers: over the steps that it holds."""

    layout: Layout
    combine: str
    width: int
    sees_advice: bool
    remembers: bool


@dataclass(frozen=True)
class ToldNetwork(Network):
    """See Network. table: of the texts, None where there are none.

    scale: the mean and spread (state,) that the state is scaled by, None where it isn't. axes: the centre and the axes
    that vectors are read along, None where that is the first ones as they are. advising: what the advice does
    to PPO, given where it stands in an observation and on how many actions it is. is_recurrent: whether sb3-contrib's
    RecurrentPPO trains it.
    """

    reading: Reading
    table: TextTable | None = None
    scale: tuple[FloatArray, FloatArray] | None = None
    axes: tuple[FloatArray, FloatArray] | None = None
    advising: "Callable[[int, int], Advising] | None" = None
    is_recurrent: bool = False

    def kind(self, settings: TrainingConfig) -> "type[BaseAlgorithm]":
        """See Network."""
        if self.is_recurrent:
            from sb3_contrib import RecurrentPPO

            return RecurrentPPO
        if not isinstance(settings, GuidedPPOTrainingConfig):
            return super().kind(settings)
        from llmrl_runner.rl.advised_ppo import AdvisedPPO

        return AdvisedPPO

    def policy_kwargs(self) -> dict[str, Any]:
        """See Network."""
        return {"features_extractor_class": features_class(), "features_extractor_kwargs": self._arguments}

    def make_ready(self, model: "BaseAlgorithm") -> None:
        """See Network. A checkpoint has its scales and axes itself."""
        give_texts(model, self.table)
        if model.num_timesteps == 0:
            self._give_figures(model)
        if self.advising is not None and hasattr(model, "advising"):
            layout = self.reading.layout
            last = (layout.steps - 1) * layout.width
            model.advising = self.advising(last + layout.state + layout.texts, layout.advice)

    def _give_figures(self, model: "BaseAlgorithm") -> None:
        from llmrl_runner.rl.text_features import readers

        for features in readers(model.policy):
            if self.scale is not None:
                features.scale_by(*self.scale)
            if self.axes is not None:
                features.read_along(*self.axes)

    @property
    def _arguments(self) -> dict[str, Any]:
        reading = self.reading
        return {
            "layout": asdict(reading.layout),
            "vector_size": self.table.encoder.size if self.table else 0,
            "combine": reading.combine,
            "width": reading.width,
            "sees_advice": reading.sees_advice,
            "remembers": reading.remembers,
        }


def features_class() -> "type[TextFeatures]":
    """Where it is needed: torch is imported with it."""
    from llmrl_runner.rl.text_features import TextFeatures

    return TextFeatures


def give_texts(model: "BaseAlgorithm", table: TextTable | None) -> None:
    """Have a model, from a checkpoint say, look its texts up in this table."""
    if table is not None:
        from llmrl_runner.rl.text_features import readers

        for features in readers(model.policy):
            features.read_from(table)
