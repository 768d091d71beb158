"""Reading the checkpoints that a training leaves, and where and how torch computes."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.training_schema import TrainingConfig
from llmrl_runner.rl.algorithms import algorithm_of

if TYPE_CHECKING:
    from stable_baselines3 import PPO
    from stable_baselines3.common.base_class import BaseAlgorithm

Model = TypeVar("Model", bound="BaseAlgorithm")


def load_model(checkpoint: Path, device: str) -> "PPO":
    """The network of a run's checkpoint of PPO, to act with. Raises ConfigError, with the cure, where it is damaged."""
    from stable_baselines3 import PPO

    return loaded(PPO, checkpoint, device=torch_device(device))


def load_network(checkpoint: Path, settings: TrainingConfig, device: str) -> "BaseAlgorithm":
    """The network of a checkpoint that was trained by `settings`, to act with. Raises ConfigError as above."""
    return loaded(algorithm_of(settings).load(), checkpoint, device=torch_device(device))


def loaded(algorithm: "type[Model]", checkpoint: Path, **options: Any) -> "Model":
    """The model of a run's checkpoint, with these options of `load`. Raises ConfigError, with the cure, as above."""
    try:
        return _opened(algorithm, checkpoint, **options)
    except _UnreadableError as error:
        cure = f"delete {checkpoint.parent}, and the same command trains it again"
        raise ConfigError("", f"{checkpoint}: can't be read ({error}); {cure}") from error


def load_users_model(key: str, checkpoint: Path, device: str) -> "PPO":
    """The network of a checkpoint that a user names under `key`. Raises ConfigError for it where that is none."""
    from stable_baselines3 import PPO

    try:
        return _opened(PPO, checkpoint, device=torch_device(device))
    except _UnreadableError as error:
        raise ConfigError(key, f"{checkpoint} can't be read as a checkpoint of PPO ({error})") from error


def on_one_thread() -> None:
    """Have torch compute on one thread: on several, networks this small are slower, and come out a little otherwise."""
    import torch

    torch.set_num_threads(1)


def torch_device(wanted: str) -> str:
    """Where to train: `auto` is the CPU, on which networks this small are quickest. Raises ConfigError without CUDA."""
    if wanted == "auto":
        return "cpu"
    import torch

    if wanted == "cuda" and not torch.cuda.is_available():
        raise ConfigError("device", "there is no GPU that torch can use; device=cpu, or auto")
    return wanted


class _UnreadableError(Exception):
    """What is wrong with a checkpoint, in a line."""


def _opened(algorithm: "type[Model]", checkpoint: Path, **options: Any) -> "Model":
    on_one_thread()
    try:
        return algorithm.load(checkpoint, **options)
    except Exception as error:  # a zip of pickles and tensors breaks in many ways
        words = (str(error).splitlines() or ["no message"])[0]
        raise _UnreadableError(f"{type(error).__name__}: {words}") from error
