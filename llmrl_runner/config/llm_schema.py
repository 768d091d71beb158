"""What conf/llm says: which model answers, how it is asked, and what it may cost."""

from dataclasses import dataclass, field
from typing import Optional

from omegaconf import MISSING

from llmrl_runner.config.limits import above, at_least, one_of_or_import_path, one_word


@dataclass
class LLMConfig:
    """Which model answers, how it is asked, and what it may cost."""

    name: str = one_word()
    backend: str = one_of_or_import_path("replay", "random", "manual", "live", "none")
    provider: Optional[str] = MISSING
    model: Optional[str] = MISSING
    api_base: Optional[str] = MISSING
    api_key_env: list[str] = MISSING
    recording: Optional[str] = MISSING
    temperature: Optional[float] = field(default=MISSING, metadata={"at_least": 0, "at_most": 2})
    max_output_tokens: int = at_least(1)
    samples_in_flight: int = at_least(1)
    timeout_s: float = above(0)
    max_retries: int = at_least(0)
    max_calls: Optional[int] = field(default=MISSING, metadata={"at_least": 0})
    max_tokens: Optional[int] = field(default=MISSING, metadata={"at_least": 0})
    max_cost_usd: Optional[float] = field(default=MISSING, metadata={"at_least": 0})
    usd_per_million_prompt_tokens: Optional[float] = field(default=MISSING, metadata={"at_least": 0})
    usd_per_million_completion_tokens: Optional[float] = field(default=MISSING, metadata={"at_least": 0})
