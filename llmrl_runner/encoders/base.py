"""What turns texts into vectors, without learning anything itself."""

from collections.abc import Sequence
from typing import Protocol

from llmrl_runner.envs.arrays import FloatArray


class Encoder(Protocol):
    """name: what it is, down to the weights, so that what it once encoded can be found again."""

    name: str

    @property
    def size(self) -> int:
        """Numbers of a vector."""
        ...

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Vectors (n, size) of length 1, as 32-bit floats. The same text gives the same vector, in any company."""
        ...
