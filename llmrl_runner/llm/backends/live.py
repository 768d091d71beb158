"""Models behind an API, through LiteLLM."""

import logging
import os
import re
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from llmrl_runner.config.llm_schema import LLMConfig
from llmrl_runner.llm.backends.event_loop import EventLoop
from llmrl_runner.llm.backends.provider import check_provider, find_address, find_provider
from llmrl_runner.llm.backends.retry import TransientError, is_transient, retry_after_s, with_retries
from llmrl_runner.llm.backends.secrets import Redaction, find_key, read_environment
from llmrl_runner.llm.errors import LLMError
from llmrl_runner.llm.prices import NOT_IN_THE_LIST, configured_price, find_price
from llmrl_runner.llm.request import Message, Question, Reply

LONGEST_PROBLEM = 300  # characters of a provider's error that a person is shown
DUMMY_KEY = "none"  # for servers that ask for none
NO_CONNECTION = re.compile(r"connect", re.IGNORECASE)
PYTHON_OBJECT = re.compile(r" ?(?:\w+:)?<[\w.]+ object at 0x[0-9a-f]+>")
LITELLM_PREFIX = re.compile(r"^litellm\.\w+: (?:\w+: )?(?:\w+Exception - )?")
ADVICE = {
    400: "the provider refused the request: check llm.model and the other llm keys",
    401: "check the key in {keys}",
    402: "check the account's balance",
    403: "check the key in {keys} and what it may use",
    404: "check llm.model and llm.api_base: models are renamed and withdrawn",
    429: "the quota is spent, or the wait is long: run the same command later, nothing is asked twice",
}


class LiveBackend:
    """Asks `provider/model`. Retries what may pass; a key never leaves it but to the provider."""

    is_immediate = False

    def __init__(self, config: LLMConfig, model: str, tell: Callable[[str], None]) -> None:
        self.model = model
        self._tell = tell
        self.identity = f"live:{model}"
        self._config = config
        self._provider = find_provider(config)
        self._environment = read_environment()
        self._address, _ = find_address(config, self._environment)
        self._asked = f"{model} at {self._address}" if self._address else model
        self._redaction = Redaction(self._environment, config.api_key_env)
        self._loop = EventLoop()
        self._stopped = threading.Event()

    def check(self) -> None:
        """Raise ConfigError on a missing key or address, half a price, or an address that may hold a secret."""
        check_provider(self._config, self._environment)

    def answer(self, question: Question) -> Reply:
        """The reply, after as many attempts as it takes. Raises LLMError with the last failure."""
        litellm = load_litellm()
        attempts = self._config.max_retries + 1

        def attempt(number: int) -> Reply:
            return replace(self._ask_once(litellm, question.messages), attempts=number)

        try:
            return with_retries(attempt, attempts, self._stopped, lambda words: self._tell(f"{self._asked}: {words}"))
        except TransientError as error:
            raise LLMError(self._last_words(error, attempts)) from None

    def stop(self) -> None:
        """Cancel what is under way."""
        self._stopped.set()
        self._loop.stop()

    @property
    def _key(self) -> str | None:
        return find_key(self._config.api_key_env, self._environment)

    def _ask_once(self, litellm: Any, messages: tuple[Message, ...]) -> Reply:
        """One attempt. Raises TransientError where another may do better, else LLMError."""
        arguments = self._arguments(messages)
        try:
            response = self._loop.run(litellm.acompletion(**arguments), self._config.timeout_s)
        except Exception as error:  # whatever LiteLLM lets through of its many providers; nothing of ours runs in there
            # Without its cause: that one's text, and the frames' variables, may hold the key.
            raise self._failure(error) from None
        return self._read(response)

    def _failure(self, error: Exception) -> TransientError | LLMError:
        """What to raise for an error of LiteLLM's."""
        problem = self._redaction.clean_error(describe(error))[:LONGEST_PROBLEM]
        if self._stopped.is_set():
            return LLMError(f"{self._asked}: stopped; run the same command to go on")
        if is_transient(error):
            headers = getattr(error, "litellm_response_headers", None)
            return TransientError(problem, retry_after_s(headers, str(error)))
        return LLMError(f"{self._asked}: {self._advice(error)} ({problem})")

    def _arguments(self, messages: tuple[Message, ...]) -> dict[str, Any]:
        config, provider = self._config, self._provider
        arguments = {
            "model": f"{provider.prefix}/{config.model}",
            "messages": [{"role": message.role, "content": sendable(message.content)} for message in messages],
            "temperature": config.temperature,
            "max_tokens": config.max_output_tokens,
            "api_base": self._address,
            "api_key": self._key or (DUMMY_KEY if not provider.needs_key else None),
        }
        given = {name: value for name, value in arguments.items() if value is not None}
        # drop_params: some models take no temperature. LiteLLM's and its client's own retries would hide the errors.
        return given | {"timeout": config.timeout_s, "drop_params": True, "num_retries": 0, "max_retries": 0}

    def _read(self, response: Any) -> Reply:
        """LiteLLM's response. Raises TransientError where there is no answer; an empty one is one, and paid for."""
        choice = next(iter(response.choices or []), None)
        prompt, completion = token_counts(response)
        if choice is None and prompt is None:
            raise TransientError("a response without an answer")
        text = self._redaction.clean_answer((choice.message.content or "") if choice else "")
        cost = self._cost(response, prompt, completion)
        return Reply(text, self.model, prompt, completion, cost, getattr(choice, "finish_reason", None))

    def _cost(self, response: Any, prompt_tokens: int | None, completion_tokens: int | None) -> float | None:
        """The configured price, else LiteLLM's own figure, else its list's."""
        said = (getattr(response, "_hidden_params", None) or {}).get("response_cost")
        if said and not configured_price(self._config) and self._config.provider not in NOT_IN_THE_LIST:
            return float(said)
        price = find_price(self._config)
        return price.cost_usd(prompt_tokens, completion_tokens) if price else None

    def _advice(self, error: BaseException) -> str:
        names = " or ".join(self._config.api_key_env) or "the environment"
        status = getattr(error, "status_code", None)
        return ADVICE.get(status or 0, "could not be asked").format(keys=names)

    def _last_words(self, error: TransientError, attempts: int) -> str:
        running = "; is a server running there?" if self._address and NO_CONNECTION.search(str(error)) else ""
        wait = f"; it asks to wait {error.retry_after_s:.0f} s" if error.retry_after_s else ""
        often = "1 attempt" if attempts == 1 else f"up to {attempts} attempts"
        return (
            f"{self._asked}: no usable answer in {often}, the last gave: {error}{wait}{running}; "
            "run the same command to go on, nothing is asked twice"
        )


def sendable(text: str) -> str:
    """The text as it can be sent: half a character, which an answer may hold and a prompt repeat, as its escape."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def token_counts(response: Any) -> tuple[int | None, int | None]:
    """Of prompt and answer. Where the server doesn't count, LiteLLM says 0; and no prompt has 0 tokens."""
    usage = getattr(response, "usage", None)
    prompt = getattr(usage, "prompt_tokens", None) or None
    return prompt, getattr(usage, "completion_tokens", None) if prompt else None


def describe(error: BaseException) -> str:
    """An exception's type and words, without what LiteLLM puts around them."""
    words, _, _ = LITELLM_PREFIX.sub("", str(error)).partition("Traceback (most recent call last)")
    return ": ".join(filter(None, [type(error).__name__, PYTHON_OBJECT.sub("", words).strip(" .")]))


def load_litellm() -> Any:
    """LiteLLM, silent and without a network of its own. Takes two to three seconds the first time."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # before the import, or it fetches a price list
    import litellm

    litellm.suppress_debug_info = True
    # Their records hold addresses, which hold the key with some providers.
    for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy", "httpx", "httpcore", "openai", "aiohttp"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return litellm
