"""Encoders of Hugging Face's transformers: the mean of a frozen model's last layer over a text's words."""

import os
import urllib.error
import urllib.request
import zlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.arrays import FloatArray

KEY = "method.encoder"
MISSING = "needs transformers, which the extra `text` brings: make sync, or pip install '.[text]', or take encoder=hash"
AT_ONCE = 32  # texts a pass
HUB_TIMEOUT_S = 5.0


class HuggingFaceEncoder:
    """Any encoder by its name on the Hub, or from a folder.

    Padding has no part in the mean, which the sketch that this method is after takes over padding as well; so a text's
    vector doesn't depend on those that it is encoded with. int8: weights of linear layers in 8 bits, computed with in
    whole numbers (dynamic quantisation).
    """

    def __init__(self, model: str, max_tokens: int, int8: bool = False, name: str | None = None) -> None:
        """name: what it is called, where its weights never change; None has them be a part of its name.

        Raises ConfigError where transformers is missing, or the model can't be had or encodes no texts.
        """
        self._tokenizer, self._model = _loaded(model)
        longest = getattr(self._model.config, "max_position_embeddings", None) or max_tokens
        self._max_tokens = min(max_tokens, int(longest))
        self.name = f"{name or f'{model}-{_weights(self._model)}'}-{self._max_tokens}{'-int8' if int8 else ''}"
        if int8:
            self._model = _in_8_bits(self._model)
        try:
            self.size = int(self._pass(["a"]).shape[1])
        except Exception as error:  # whatever a model of anybody's has against being asked for its last layer
            problem = f"'{model}' encodes no texts as BERT does ({type(error).__name__}: {error})"
            raise ConfigError("method.encoding.hf_model", problem.splitlines()[0]) from error

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """See Encoder. What is longer than the model or `max_tokens` allows is cut there."""
        passes = [self._pass(texts[first : first + AT_ONCE]) for first in range(0, len(texts), AT_ONCE)]
        return np.concatenate(passes) if passes else np.zeros((0, self.size), dtype=np.float32)

    def _pass(self, texts: Sequence[str]) -> FloatArray:
        import torch

        read = self._tokenizer(
            list(texts), padding=True, truncation=True, max_length=self._max_tokens, return_tensors="pt"
        )
        with torch.inference_mode():
            layers = self._model(**read).last_hidden_state
        words = read["attention_mask"][..., None]
        means = (layers * words).sum(dim=1) / words.sum(dim=1).clamp(min=1)
        vectors: FloatArray = torch.nn.functional.normalize(means, dim=1).numpy()
        return vectors


@cache
def _loaded(model: str) -> tuple[Any, Any]:
    """Tokenizer and model: what is on this machine already, else from the Hub. Once in a process."""
    try:
        from transformers import AutoModel, AutoTokenizer
        from transformers.utils import logging
    except ImportError as error:
        raise ConfigError(KEY, MISSING) from error
    quietly: Any = logging
    quietly.disable_progress_bar()
    for is_local in (True, False):
        if not is_local:
            _check_hub(model)
        try:
            options = {"local_files_only": is_local}
            return AutoTokenizer.from_pretrained(model, **options), AutoModel.from_pretrained(model, **options).eval()
        except (OSError, ValueError, ImportError) as error:
            if not is_local or Path(model).is_dir():
                raise _not_had(model, str(error).strip().splitlines()[0]) from error
    raise AssertionError("unreachable")


def _check_hub(model: str) -> None:
    """Raise ConfigError where the Hub can't be reached: its own library would try for most of a minute."""
    address = os.environ.get("HF_ENDPOINT", "https://huggingface.co")
    try:
        with urllib.request.urlopen(urllib.request.Request(address, method="HEAD"), timeout=HUB_TIMEOUT_S):
            return
    except urllib.error.HTTPError:
        return  # somebody is there
    except (OSError, ValueError) as error:
        raise _not_had(model, f"it isn't on this machine, and {address} can't be reached: {error}") from error


def _not_had(model: str, reason: str) -> ConfigError:
    cure = "fetch it once where there is a network, name its folder, or take encoder=minilm, which needs none"
    return ConfigError(KEY, f"'{model}' can't be had ({reason}); {cure}")


def _weights(model: Any) -> str:
    """Eight characters that change with any weight."""
    import torch

    digest = 0
    for weights in model.state_dict().values():
        digest = zlib.crc32(weights.detach().contiguous().flatten().view(torch.uint8).numpy().tobytes(), digest)
    return f"{digest:08x}"


def _in_8_bits(model: Any) -> Any:
    import torch

    quantize: Any = torch.ao.quantization.quantize_dynamic
    return quantize(model, {torch.nn.Linear}, dtype=torch.qint8)
