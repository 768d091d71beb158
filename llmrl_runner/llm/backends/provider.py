"""The providers of live models, and what each needs before it can be asked."""

from collections.abc import Mapping
from dataclasses import dataclass

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.schema import LLMConfig
from llmrl_runner.llm.backends.secrets import find_key
from llmrl_runner.llm.prices import configured_price

SIGNS_OF_SECRETS = "@?"  # before them, or behind them, an address holds a password or a key


@dataclass(frozen=True)
class Provider:
    """How LiteLLM names a provider's models, and what it can't do without."""

    prefix: str
    needs_key: bool = True
    needs_api_base: bool = False
    api_base_env: str = ""


PROVIDERS = {
    "ollama": Provider("ollama_chat", needs_key=False, api_base_env="OLLAMA_API_BASE"),
    "openai_compatible": Provider("openai", needs_key=False, needs_api_base=True),
}


def find_provider(config: LLMConfig) -> Provider:
    """The configured one. One that isn't listed is LiteLLM's own name for it: mistral, deepseek, ..."""
    name = config.provider or ""
    return PROVIDERS.get(name, Provider(name, needs_key=bool(config.api_key_env)))


def check_provider(config: LLMConfig, environment: Mapping[str, str]) -> None:
    """Raise ConfigError where asking is sure to fail: no provider, address or key, or half a price."""
    configured_price(config)
    if not config.provider:
        raise ConfigError("llm.provider", "needed for a live model")
    provider = find_provider(config)
    if provider.needs_api_base and not config.api_base:
        raise ConfigError("llm.api_base", f"needed with llm={config.name}: http://localhost:8000/v1, say")
    if provider.needs_key and not find_key(config.api_key_env, environment):
        names = ", ".join(config.api_key_env)
        raise ConfigError(
            "llm.api_key_env", f"none of {names} is set in the environment or .env; one must hold the key"
        )


def check_address(config: LLMConfig) -> None:
    """Raise ConfigError, which doesn't repeat it, where the address may hold a secret: it is written to files."""
    if any(sign in (config.api_base or "") for sign in SIGNS_OF_SECRETS):
        problem = "no user, password or query (`@`, `?`) may be in it, since it is written to files"
        raise ConfigError("llm.api_base", f"{problem}; name the variable that holds the key in llm.api_key_env")
