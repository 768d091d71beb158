"""The control: a vector for every text, and nothing of its meaning in it."""

import hashlib
from collections.abc import Sequence

import numpy as np

from llmrl_runner.envs.arrays import FloatArray

SIZE = 384  # as MiniLM's


class HashEncoder:
    """A random direction for each text, drawn by the text's hash: texts are told apart, and no two are alike."""

    def __init__(self, size: int = SIZE) -> None:
        self.name, self.size = f"hash-{size}", size

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """See Encoder."""
        if not texts:
            return np.zeros((0, self.size), dtype=np.float32)
        return np.stack([self._direction(text) for text in texts])

    def _direction(self, text: str) -> FloatArray:
        seed = int.from_bytes(hashlib.sha256(text.encode(errors="surrogatepass")).digest()[:8], "little")
        drawn = np.random.default_rng(seed).normal(size=self.size)
        return (drawn / np.linalg.norm(drawn)).astype(np.float32)
