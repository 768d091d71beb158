"""The encoder that a configuration asks for."""

from collections.abc import Callable, Mapping

from llmrl_runner.config.method_schema import EncoderConfig
from llmrl_runner.encoders.base import Encoder


def make_encoder(kind: str, settings: EncoderConfig) -> Encoder:
    """minilm, hf, api or hash. Raises ConfigError where it can't be had."""
    return ENCODERS[kind](settings)


def _hash(settings: EncoderConfig) -> Encoder:
    from llmrl_runner.encoders.hashed import HashEncoder

    return HashEncoder()


def _minilm(settings: EncoderConfig) -> Encoder:
    from llmrl_runner.encoders.minilm import minilm

    return minilm(settings.max_tokens, settings.int8)


def _hf(settings: EncoderConfig) -> Encoder:
    from llmrl_runner.encoders.hugging_face import HuggingFaceEncoder

    return HuggingFaceEncoder(settings.hf_model, settings.max_tokens, settings.int8)


def _api(settings: EncoderConfig) -> Encoder:
    from llmrl_runner.encoders.embeddings import EmbeddingsEncoder

    return EmbeddingsEncoder(settings.api_model)


ENCODERS: Mapping[str, Callable[[EncoderConfig], Encoder]] = {
    "hash": _hash,
    "minilm": _minilm,
    "hf": _hf,
    "api": _api,
}
