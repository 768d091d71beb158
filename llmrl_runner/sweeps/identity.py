"""Which sweep a command is: the same one finds the same notes, whatever launches it and whatever it may spend."""

import hashlib
from collections.abc import Sequence

from llmrl_runner.runs.identity import NOT_PART_OF_A_RESULT, PLACES_OF_CONTENT

DEFINING = {*PLACES_OF_CONTENT, "rerun", "estimate", "continue_from", "llm.recording"}
NOT_PART_OF_A_SWEEP = (*sorted({*NOT_PART_OF_A_RESULT} - DEFINING), "hydra/launcher", "hydra.launcher")


def sweep_id(arguments: Sequence[str]) -> str:
    """Eight hexadecimal characters for the words of a command, in whatever order they stand."""
    defining = sorted(word for word in arguments if not word.startswith("-") and not _is_left_out(word))
    return hashlib.sha256(" ".join(defining).encode()).hexdigest()[:8]


def _is_left_out(word: str) -> bool:
    key = word.lstrip("+~").partition("=")[0]
    return any(key == name or key.startswith(f"{name}.") for name in NOT_PART_OF_A_SWEEP)
