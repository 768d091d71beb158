"""What defines a run's result, and the eight characters that stand for it in the folder's name."""

import copy
import hashlib
import json
from typing import Any

# Where something lies whose content is part of the identity instead.
PLACES_OF_CONTENT = ("method.prompts", "method.demos.path", "method.transfer.checkpoint", "method.table")

# Keys that change where a run is written, how it is shown, what it may cost or how often a lost request is repeated,
# but not what comes out.
NOT_PART_OF_A_RESULT = (
    "paths",
    "display",
    "sweep",
    "rerun",
    "estimate",
    "continue_from",
    *PLACES_OF_CONTENT,
    "method.workers",
    "method.launcher",
    "method.submitit",
    "llm.api_key_env",
    "llm.recording",
    "llm.samples_in_flight",
    "llm.timeout_s",
    "llm.max_retries",
    "llm.max_calls",
    "llm.max_tokens",
    "llm.max_cost_usd",
    "llm.usd_per_million_prompt_tokens",
    "llm.usd_per_million_completion_tokens",
)

# The content of a place is a part of the identity, so whoever compares configurations looks at the place.
APART = frozenset(NOT_PART_OF_A_RESULT) - frozenset(PLACES_OF_CONTENT)


def run_id(config: dict[str, Any], **more: str | None) -> str:
    """Eight hexadecimal characters of a hash over the resolved `config` and what else defines the result.

    `more` holds what isn't in the configuration: a recording's own hash, that of the prompts' words (which count, and
    not where they lie), that of the files that the method reads, the run that this one continues.
    """
    defining = copy.deepcopy(config)
    for key in NOT_PART_OF_A_RESULT:
        _drop(defining, key.split("."))
    defining.update({key: value for key, value in more.items() if value is not None})
    text = json.dumps(defining, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def shapes_a_result(key: str) -> bool:
    """Whether a dotted key of config.yaml is among those that define a run's result, or says what does."""
    parts = key.split(".")  # looked up, and not compared with each: a report asks this of every key of a thousand runs
    return not any(".".join(parts[: k + 1]) in APART for k in range(len(parts)))


def _drop(node: dict[str, Any], path: list[str]) -> None:
    for name in path[:-1]:
        node = node.get(name) or {}
    node.pop(path[-1], None)
