"""The providers of live models, and what each needs before it can be asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.llm_schema import LLMConfig
from llmrl_runner.llm.backends.secrets import find_key
from llmrl_runner.llm.prices import configured_price

SIGNS_OF_SECRETS = "@?"  # before them, or behind them, an address holds a password or a key


@dataclass(frozen=True)
class Provider:
    """How LiteLLM names a provider's models, what it can't do without, and where it is when nobody says."""

    prefix: str
    needs_key: bool = True
    needs_api_base: bool = False
    api_base_env: str = ""
    usual_api_base: str | None = None


PROVIDERS = {
    "ollama": Provider(
        "ollama_chat",
        needs_key=False,
        api_base_env="OLLAMA_API_BASE",
        usual_api_base="http://localhost:11434",
    ),
    "openai_compatible": Provider("openai", needs_key=False, needs_api_base=True),
}


def find_provider(config: LLMConfig) -> Provider:
    """The configured one. One that isn't listed is LiteLLM's own name for it: mistral, deepseek, ..."""
    name = config.provider or ""
    return PROVIDERS.get(name, Provider(name, needs_key=bool(config.api_key_env)))


def find_address(config: LLMConfig, environment: Mapping[str, str]) -> tuple[str | None, str]:
    """Where the model is asked, None where its provider has one place for all; and the key or variable that says so."""
    provider = find_provider(config)
    from_environment = environment.get(provider.api_base_env)
    if from_environment and not config.api_base:
        return from_environment, provider.api_base_env
    return config.api_base or provider.usual_api_base, "llm.api_base"


def check_provider(config: LLMConfig, environment: Mapping[str, str]) -> None:
    """Raise ConfigError where asking is sure to fail: no provider, address or key, or half a price."""
    configured_price(config)
    if not config.provider:
        raise ConfigError("llm.provider", "needed for a live model")
    provider = find_provider(config)
    check_address(provider, *find_address(config, environment))
    if provider.needs_key and not find_key(config.api_key_env, environment):
        names = ", ".join(config.api_key_env)
        raise ConfigError(
            "llm.api_key_env", f"none of {names} is set in the environment or .env; one must hold the key"
        )


def check_address(provider: Provider, address: str | None, source: str) -> None:
    """Raise ConfigError where a provider's address is missing or no address, or may hold a secret."""
    check_holds_no_secret(address, source)
    if provider.needs_api_base and not address:
        raise ConfigError(source, "the server's address is needed: http://localhost:8000/v1, say")
    if address and not is_address(address):
        raise ConfigError(source, f"must begin with http:// or https://, then a host (and a port), got '{address}'")


def is_address(text: str) -> bool:
    """Whether a server could be there: `http://localhost:8000/v1`."""
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no port
        return False


def check_holds_no_secret(address: str | None, source: str) -> None:
    """Raise ConfigError, which doesn't repeat it, where an address may hold a secret: it is shown and kept in files."""
    if any(sign in (address or "") for sign in SIGNS_OF_SECRETS):
        problem = "no user, password or query (`@`, `?`) may be in it, since it is shown and written to files"
        raise ConfigError(source, f"{problem}; name the variable that holds the key in llm.api_key_env")
