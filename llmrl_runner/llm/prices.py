"""What tokens cost, and what a run will cost, before anything is asked. Unknown is None, never 0."""

import importlib.util
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.llm_schema import LLMConfig
from llmrl_runner.llm.request import known_sum

CHARACTERS_PER_TOKEN = 4  # English prose with the usual tokenizers; code and tables of digits take more tokens
PRICE_LIST = "model_prices_and_context_window_backup.json"  # LiteLLM's, as installed
NOT_IN_THE_LIST = ("openai_compatible",)  # somebody's own server, whatever its models are called
COSTS_NOTHING = ("replay", "random", "none")  # backends that ask no model


@dataclass(frozen=True)
class Price:
    """US dollars a million tokens."""

    prompt: float
    completion: float

    def cost_usd(self, prompt_tokens: int | None, completion_tokens: int | None) -> float | None:
        """The cost of an answer, None where its tokens aren't known."""
        if prompt_tokens is None or completion_tokens is None:
            return None
        return (prompt_tokens * self.prompt + completion_tokens * self.completion) / 1e6


@dataclass(frozen=True)
class Estimate:
    """What a run may ask for at most. `text` is its line for the person; cost_usd None where no price is known."""

    calls: int
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float | None
    text: str


def estimate_run(calls: int, prompt_tokens: int, completion_tokens: int, config: LLMConfig) -> Estimate:
    """The tokens and dollars of at most `calls` calls, repair turns among them, with so many tokens each.

    Calls beyond `llm.max_calls` aren't counted, nor are retries.
    """
    calls = calls if config.max_calls is None else min(calls, config.max_calls)
    prompt, completion = calls * prompt_tokens, calls * completion_tokens
    cost = expected_cost(prompt, completion, config)
    words = f"{in_words(calls, prompt, completion)}, {cost_in_words(cost, config)}"
    return Estimate(calls, prompt, completion, cost, words)


def total(estimates: Iterable[Estimate]) -> Estimate:
    """What the runs of a sweep may ask for at most together. The cost is unknown where that of one run is."""
    runs = list(estimates)
    calls, prompt = sum(run.calls for run in runs), sum(run.prompt_tokens for run in runs)
    completion = sum(run.completion_tokens for run in runs)
    count = "1 run" if len(runs) == 1 else f"{len(runs)} runs"
    words = f"{count}, {in_words(calls, prompt, completion)}, {total_cost_in_words(runs)}"
    return Estimate(calls, prompt, completion, known_sum(run.cost_usd for run in runs), words)


def in_words(calls: int, prompt_tokens: int, completion_tokens: int) -> str:
    """The beginning of an estimate's line."""
    tokens = f"about {prompt_tokens} prompt and {completion_tokens} completion tokens"
    return f"{calls} calls, {tokens} ({CHARACTERS_PER_TOKEN} characters a token)"


def total_cost_in_words(runs: Sequence[Estimate]) -> str:
    """The end of a sweep's line; runs of known cost are summed even where others are unknown."""
    known = [run.cost_usd for run in runs if run.cost_usd is not None]
    cost = f"about {sum(known):.4f} USD" if sum(known) else "no cost"
    if len(known) == len(runs):
        return cost
    others = f", the others {cost}" if known else ""
    return f"cost unknown: no price for {len(runs) - len(known)} of {len(runs)} runs{others}"


def expected_cost(prompt_tokens: int, completion_tokens: int, config: LLMConfig) -> float | None:
    """In dollars; nothing where no model is asked, None where there is no price."""
    if config.backend in COSTS_NOTHING:
        return 0.0
    price = find_price(config)
    return price.cost_usd(prompt_tokens, completion_tokens) if price else None


def cost_in_words(cost: float | None, config: LLMConfig) -> str:
    """The end of an estimate's line."""
    if config.backend in COSTS_NOTHING:
        return f"no cost: llm={config.name} asks no model"
    if cost is None:
        return f"cost unknown: no price for {config.model or config.name}; give llm.usd_per_million_* to have one"
    return f"about {cost:.4f} USD"


def approximate_tokens(text: str) -> int:
    """Tokens of a text, at four characters each."""
    return math.ceil(len(text) / CHARACTERS_PER_TOKEN)


def find_price(config: LLMConfig) -> Price | None:
    """The configured price, else the list's. What the person wrote comes first, since lists rot."""
    return configured_price(config) or (listed_price(config) if config.backend == "live" else None)


def is_price_unknown(config: LLMConfig) -> bool:
    """Whether a model is asked and nobody knows what its answers will cost."""
    return config.backend not in COSTS_NOTHING and find_price(config) is None


def configured_price(config: LLMConfig) -> Price | None:
    """From `llm.usd_per_million_*`. Raises ConfigError where only one of the two is given."""
    given = {
        "llm.usd_per_million_prompt_tokens": config.usd_per_million_prompt_tokens,
        "llm.usd_per_million_completion_tokens": config.usd_per_million_completion_tokens,
    }
    missing = [key for key, value in given.items() if value is None]
    if len(missing) == 1:
        raise ConfigError(missing[0], "needed beside the other price; 0 where it is free")
    return None if missing else Price(*(float(value) for value in given.values() if value is not None))


def listed_price(config: LLMConfig) -> Price | None:
    """From LiteLLM's list. A price of 0 there means that nobody looked it up, so it counts as unknown."""
    if config.provider in NOT_IN_THE_LIST:
        return None
    for name in (f"{config.provider}/{config.model}", str(config.model)):
        entry = price_list().get(name, {})
        if entry.get("litellm_provider") != config.provider:  # what another takes for a model of that name
            continue
        price = Price(*((entry.get(f"{side}_cost_per_token") or 0.0) * 1e6 for side in ("input", "output")))
        if price.prompt or price.completion:
            return price
    return None


@cache
def price_list() -> dict[str, Any]:
    """Read from its file, since importing LiteLLM takes seconds. Empty where it isn't installed."""
    package = importlib.util.find_spec("litellm")
    if package is None or package.origin is None:
        return {}
    prices: dict[str, Any] = json.loads(Path(package.origin).with_name(PRICE_LIST).read_text(encoding="utf-8"))
    return prices
