"""How much a run may ask: calls, tokens and dollars."""

import threading
from collections.abc import Iterable

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.llm_schema import LLMConfig
from llmrl_runner.llm.errors import BudgetReached
from llmrl_runner.llm.lines import Record
from llmrl_runner.llm.prices import is_price_unknown

UNCOUNTED = (
    "can't be kept: the server gave an answer without its number of tokens; set llm.max_calls instead, and run the "
    "same command to go on"
)
UNKNOWN_PRICE = (
    "the price of {model} is unknown, so this limit can't be kept; give llm.usd_per_million_prompt_tokens and "
    "llm.usd_per_million_completion_tokens, or limit llm.max_tokens"
)


class Budget:
    """The limits of the configuration against everything in a run's transcript, also from before it was resumed.

    Calls are reserved before they are made, so their number never passes `llm.max_calls`. What an answer costs is known
    when it is there: tokens and dollars can pass their limit by the answers that were under way.
    """

    def __init__(self, config: LLMConfig, records: Iterable[Record]) -> None:
        self._config = config
        self._lock = threading.Lock()
        self._reserved = self._calls = self._tokens = 0
        self._cost_usd = 0.0
        self._is_unknown: set[str] = set()
        for record in records:
            self._count(record)

    def grant(self, wanted: int) -> tuple[int, BudgetReached | None]:
        """Reserve up to `wanted` calls. Returns how many there may be, and the limit that forbids the rest."""
        with self._lock:
            limit = self._config.max_calls
            left = wanted if limit is None else max(0, limit - self._calls - self._reserved)
            granted = min(wanted, left)
            self._reserved += granted
        return granted, BudgetReached(f"budget reached: llm.max_calls={limit}") if granted < wanted else None

    def release(self, calls: int = 1) -> None:
        """Give back calls that were reserved and not made."""
        with self._lock:
            self._reserved -= calls

    def settle(self, record: Record) -> None:
        """Count an answer for a call that was reserved."""
        with self._lock:
            self._reserved -= 1
            self._count(record)

    def check_spending(self) -> None:
        """Raise BudgetReached where the tokens or dollars are spent, ConfigError where nobody can tell."""
        spent: dict[str, float] = {"max_tokens": self._tokens, "max_cost_usd": self._cost_usd}
        for name, amount in spent.items():
            limit = getattr(self._config, name)
            if limit is not None and amount >= limit:
                raise BudgetReached(f"budget reached: llm.{name}={limit}")
            if limit is not None and name in self._is_unknown:
                raise ConfigError(f"llm.{name}", UNCOUNTED)

    def _count(self, record: Record) -> None:
        self._calls += 1
        if record["is_cached"]:  # a recorded answer spends nothing, whatever is known of it
            return
        tokens = (record["prompt_tokens"], record["completion_tokens"])
        self._tokens += sum(count or 0 for count in tokens)
        self._cost_usd += record["cost_usd"] or 0.0
        self._is_unknown |= {"max_tokens"} if None in tokens else set()
        self._is_unknown |= {"max_cost_usd"} if record["cost_usd"] is None else set()


def check_limits(config: LLMConfig) -> None:
    """Raise ConfigError for a limit in tokens or dollars that could never be kept."""
    for name in ("max_tokens", "max_cost_usd"):
        if config.backend == "manual" and getattr(config, name) is not None:
            problem = f"llm={config.name} counts no tokens, so this limit can't be kept; use llm.max_calls"
            raise ConfigError(f"llm.{name}", problem)
    if config.max_cost_usd is not None and is_price_unknown(config):
        raise ConfigError("llm.max_cost_usd", UNKNOWN_PRICE.format(model=config.model or config.name))
