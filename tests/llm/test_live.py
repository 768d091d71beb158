"""LLMClient against a real socket: what is asked, what an answer brings, and what is checked before."""

import pytest

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.llm import BudgetReached, LLMError
from llmrl_runner.llm.backends import live
from tests.llm import misbehaving_server as does

pytestmark = pytest.mark.usefixtures("live")


def test_an_answer_comes_with_its_model_tokens_and_no_invented_cost(live_client, server, make_request):
    server.script = [does.says("left, then right")]

    (answer,) = live_client().ask(make_request())

    assert answer.text == "left, then right"
    assert answer.model == "openai_compatible/test-model"
    assert (answer.prompt_tokens, answer.completion_tokens, answer.cost_usd) == (11, 7, None)
    assert (answer.attempts, answer.is_cached) == (1, False)
    body = server.requests[0]["body"]
    assert body["messages"] == [{"role": "system", "content": "You play."}, {"role": "user", "content": "What now?"}]
    assert (body["model"], body["temperature"], body["max_tokens"]) == ("test-model", 0.7, 100)


def test_configured_prices_make_a_cost(live_client, make_request):
    client = live_client(usd_per_million_prompt_tokens=1.0, usd_per_million_completion_tokens=10.0)

    (answer,) = client.ask(make_request())

    assert answer.cost_usd == pytest.approx((11 * 1.0 + 7 * 10.0) / 1e6)


def test_a_model_takes_no_temperature_where_the_configuration_gives_none(live_client, server, make_request):
    live_client(temperature=None).ask(make_request())

    assert "temperature" not in server.requests[0]["body"]


@pytest.mark.parametrize(
    "silence",
    [
        does.says(""),
        does.says(None),
        does.says("  \n"),
        does.says("", finish_reason="length"),
        does.says("", finish_reason="content_filter"),
        does.sends(does.completion("", choices=[])),
    ],
)
def test_an_answer_without_words_is_kept_with_what_it_cost_and_not_asked_for_again(
    live_client, server, make_request, silence
):
    server.script = [silence]
    client = live_client(usd_per_million_prompt_tokens=1.0, usd_per_million_completion_tokens=10.0)

    (answer,) = client.ask(make_request())

    assert (answer.text.strip(), answer.attempts, len(server.requests)) == ("", 1, 1)
    assert (client.usage.calls, client.usage.prompt_tokens, client.usage.completion_tokens) == (1, 11, 7)
    assert client.usage.cost_usd == pytest.approx((11 * 1.0 + 7 * 10.0) / 1e6)


def test_tokens_that_the_server_does_not_count_are_unknown(live_client, server, make_request):
    server.otherwise = does.sends(does.completion("hi", usage=None))

    (answer,) = live_client(usd_per_million_prompt_tokens=1, usd_per_million_completion_tokens=1).ask(make_request())

    assert (answer.prompt_tokens, answer.completion_tokens, answer.cost_usd) == (None, None, None)


def test_a_limit_that_the_server_makes_uncheckable_ends_the_run_and_another_limit_goes_on(
    live_client, server, make_request
):
    server.otherwise = does.sends(does.completion("hi", usage=None))
    client = live_client(max_tokens=1000)
    client.ask(make_request())

    with pytest.raises(ConfigError, match=r"^llm\.max_tokens: can't be kept"):
        client.ask(make_request(iteration=1))

    assert len(server.requests) == 1
    assert live_client(max_calls=2).ask(make_request(iteration=1))[0].text == "hi"


def test_ten_samples_are_asked_at_once(live_client, server, make_request):
    server.otherwise = does.waits_for(10)

    answers = live_client(samples_in_flight=10).ask(make_request(samples=10))

    assert [answer.text for answer in answers] == ["all are here"] * 10


def test_retries_are_no_calls_of_the_budget(live_client, server, make_request):
    server.script = [does.fails(500), does.fails(500)]
    client = live_client(max_calls=2)

    client.ask(make_request(samples=2))

    with pytest.raises(BudgetReached):
        client.ask(make_request(iteration=1))
    assert (client.usage.calls, len(server.requests)) == (2, 4)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"api_base": None}, "llm.api_base"),
        ({"api_base": "http://user:password@host/v1"}, "llm.api_base"),
        ({"provider": None}, "llm.provider"),
        ({"usd_per_million_prompt_tokens": 1.0}, "llm.usd_per_million_completion_tokens"),
    ],
)
def test_what_cannot_work_is_told_before_anything_is_asked(live_client, make_request, server, changes, key):
    with pytest.raises(ConfigError, match=f"^{key}: "):
        live_client(**changes).check()

    assert server.requests == []


def test_ollama_is_asked_where_its_variable_says(live_client, server, make_request, monkeypatch):
    monkeypatch.setenv("OLLAMA_API_BASE", server.api_base.removesuffix("/v1"))
    server.otherwise = does.fails(404, "model 'test-model' not found")

    with pytest.raises(LLMError, match=r"^ollama/test-model at http://127\.0\.0\.1:\d+: check llm\.model .*not found"):
        live_client(provider="ollama", api_base=None).ask(make_request())

    assert server.requests[-1]["path"] == "/api/chat"


def test_litellm_agrees_with_the_names_of_every_provider(litellm, make_config):
    for provider in ("gemini", "openai", "anthropic", "groq", "openrouter", "ollama"):
        config = make_config(provider=provider, model="some-model", api_key_env=["X"])
        arguments = live.LiveBackend(config, "m", print)._arguments(())

        _, found, _, _ = litellm.get_llm_provider(arguments["model"], api_base=arguments.get("api_base"))

        assert found == {"ollama": "ollama_chat"}.get(provider, provider)
