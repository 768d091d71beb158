"""What stands behind a client."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from llmrl_runner.config.places import recordings_folder
from llmrl_runner.config.schema import Config
from llmrl_runner.llm.request import Question, Reply


@dataclass(frozen=True)
class AskingRun:
    """The run that asks: its method and env, by which a recording is found below `recordings`, and its seed."""

    method: str
    env: str
    seed: int
    recordings: Path

    @classmethod
    def of(cls, config: Config) -> "AskingRun":
        """The run of this configuration."""
        recordings = Path(config.paths.recordings) if config.paths.recordings else recordings_folder()
        return cls(config.method.name, config.env.name, config.seed, recordings)


class Backend(Protocol):
    """Something that answers questions, several at once.

    model: the name that is shown. identity: what makes its answers its own, in the keys of a transcript. is_immediate:
    whether its answers are there at once, so that nothing is gained by asking several questions out of step.
    """

    @property
    def model(self) -> str:
        """See above."""

    @property
    def identity(self) -> str:
        """See above."""

    @property
    def is_immediate(self) -> bool:
        """See above."""

    def check(self) -> None:
        """Raise ConfigError where asking is sure to fail."""

    def answer(self, question: Question) -> Reply:
        """The reply. Raises LLMError or RecordingEnded."""

    def stop(self) -> None:
        """Give up what is under way: the run is ending."""
