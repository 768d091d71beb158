"""A provider's embeddings, through LiteLLM."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.arrays import FloatArray

KEY = "method.encoding.api_model"
AT_ONCE = 100  # texts a call
LEAST = 1e-12  # of a vector's length


class EmbeddingsEncoder:
    """Texts go out to the provider, each once in the life of the store; its key is where LiteLLM looks for it.

    calls, tokens: what it was asked, and what the provider counted of it.
    """

    def __init__(self, model: str) -> None:
        self._model, self.name = model, f"api-{model}"
        self.calls = self.tokens = 0

    @cached_property
    def size(self) -> int:
        """See Encoder: a text is sent to see it. Raises ConfigError where the provider has no answer."""
        return int(self._ask(["a text"]).shape[1])

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """See Encoder. Raises ConfigError where the provider has no answer."""
        calls = [self._ask(texts[first : first + AT_ONCE]) for first in range(0, len(texts), AT_ONCE)]
        return np.concatenate(calls) if calls else np.zeros((0, self.size), dtype=np.float32)

    def _ask(self, texts: Sequence[str]) -> FloatArray:
        from llmrl_runner.llm.backends.live import load_litellm

        try:
            response = load_litellm().embedding(model=self._model, input=list(texts))
        except Exception as error:  # whatever LiteLLM raises: a missing key, a wrong name, no network
            reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            raise ConfigError(KEY, f"{self._model} has no embedding to give ({reason})") from error
        self.calls += 1
        self.tokens += int(getattr(getattr(response, "usage", None), "total_tokens", 0) or 0)
        vectors = np.array([entry["embedding"] for entry in response.data], dtype=np.float32)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(lengths, LEAST))
