"""LLMClient against a real socket. LiteLLM takes seconds to import, so all that needs it stands here."""

import logging
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.llm import AskingRun, BudgetReached, LLMError, make_client
from llmrl_runner.llm.backends import live, retry
from tests.llm import misbehaving_server as does

CANARY = "sk-canary-4f9a8b7c6d5e4f3a2b1c"


@pytest.fixture(scope="module", autouse=True)
def litellm():
    """Imported once, outside of any test's time."""
    return live.load_litellm()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch, tmp_path):
    monkeypatch.setattr(retry, "FIRST_WAIT_S", 0.02)
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def live_client(server, make_config, tmp_path):
    def make(**changes):
        config = make_config(**({"api_base": server.api_base} | changes))
        return make_client(config, AskingRun("tabular", "cartpole", 0, tmp_path), tmp_path / "run")

    return make


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
    "trouble",
    [
        does.fails(429, "slow down"),
        does.fails(408),
        does.fails(500),
        does.fails(502),
        does.fails(503),
        does.fails(529, "overloaded"),
        does.page(200),
        does.page(502),
        does.sends(""),
        does.sends("[1]"),
        does.sends('{"choices": []}'),
        does.sends('{"object": "something else"}'),
        does.sends(does.completion("half of it")[:90]),
        does.cuts(),
        does.cuts(after_bytes=0),
    ],
)
def test_what_may_pass_is_tried_again(live_client, server, make_request, trouble):
    server.script = [trouble, trouble]

    (answer,) = live_client().ask(make_request())

    assert (answer.text, answer.attempts, len(server.requests)) == ("hello", 3, 3)


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 422])
def test_what_will_not_pass_is_told_at_once(live_client, server, make_request, status):
    server.otherwise = does.fails(status, "that won't do")

    with pytest.raises(LLMError) as caught:
        live_client().ask(make_request())

    assert len(server.requests) == 1
    assert str(caught.value).startswith(f"openai_compatible/test-model at {server.api_base}: ")
    assert "Error: that won't do" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_spent_quota_is_no_rate_limit(live_client, server, make_request):
    server.otherwise = does.fails(429, "You exceeded your current quota", code="insufficient_quota")

    with pytest.raises(LLMError, match="quota"):
        live_client().ask(make_request())

    assert len(server.requests) == 1


def test_a_bad_key_names_its_variable_and_hides_its_value(live_client, server, make_request, capfd):
    server.otherwise = does.refuses_key()

    with pytest.raises(LLMError, match="OPENAI_API_KEY") as caught:
        live_client().ask(make_request())

    assert CANARY not in str(caught.value)
    assert "[hidden]" in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_after_the_last_attempt_there_is_one_clear_error(live_client, server, make_request):
    server.otherwise = does.fails(500, "on fire")

    with pytest.raises(
        LLMError, match=r"no usable answer in up to 3 attempts.*on fire.*run the same command"
    ) as caught:
        live_client().ask(make_request())

    assert len(server.requests) == 3
    assert len(str(caught.value).splitlines()) == 1


def test_retry_after_is_honoured(live_client, server, make_request):
    server.script = [does.fails(429, "slow down", Retry_After="0.3")]

    live_client().ask(make_request())

    assert 0.3 <= server.times[1] - server.times[0] < 3


@pytest.mark.parametrize(
    ("headers", "message", "seconds"),
    [
        ({"retry-after": " 2.5 "}, "", 2.5),
        ({"retry-after": "Thu, 01 Jan 1970 00:00:00 GMT"}, "", 0),
        ({"retry-after": "soon"}, "", None),
        ({}, 'quota: {"retryDelay": "17s"}', 17),
        (None, "no", None),
    ],
)
def test_the_wait_that_a_server_asks_for_is_read_as_a_number_or_in_geminis_words(headers, message, seconds):
    assert retry.retry_after_s(headers, message) == seconds


def test_the_wait_that_a_server_asks_for_is_read_as_a_date():
    in_an_hour = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)

    assert 3590 < retry.retry_after_s({"retry-after": in_an_hour}) <= 3600


def test_a_server_that_asks_for_a_long_wait_is_not_waited_for(live_client, server, make_request):
    server.otherwise = does.fails(429, "come back tomorrow", Retry_After="86400")

    with pytest.raises(LLMError, match="asks to wait 86400 s"):
        live_client().ask(make_request())

    assert len(server.requests) == 1


@pytest.mark.parametrize("trouble", [does.hangs(), does.drips()])
def test_a_server_that_never_ends_cannot_hold_the_run(live_client, server, make_request, trouble):
    server.otherwise = trouble
    started = time.monotonic()

    with pytest.raises(LLMError, match="Timeout"):
        live_client(timeout_s=0.2, max_retries=1).ask(make_request())

    assert time.monotonic() - started < 2 * 0.2 + 1.0
    assert len(server.requests) == 2


@pytest.mark.parametrize("provider", ["openai_compatible", "ollama"])
def test_nobody_at_home_is_told_with_the_address_that_was_tried(live_client, make_request, provider):
    client = live_client(provider=provider, api_base="http://127.0.0.1:9/v1")

    with pytest.raises(LLMError, match=r"^[a-z_]+/test-model at http://127\.0\.0\.1:9/v1: no usable answer in up to"):
        client.ask(make_request())


def test_ollama_is_asked_where_its_variable_says(live_client, server, make_request, monkeypatch):
    monkeypatch.setenv("OLLAMA_API_BASE", server.api_base.removesuffix("/v1"))
    server.otherwise = does.fails(404, "model 'test-model' not found")

    with pytest.raises(LLMError, match=r"^ollama/test-model at http://127\.0\.0\.1:\d+: check llm\.model .*not found"):
        live_client(provider="ollama", api_base=None).ask(make_request())

    assert server.requests[-1]["path"] == "/api/chat"


def test_ten_samples_are_asked_at_once(live_client, server, make_request):
    server.otherwise = does.waits_for(10)

    answers = live_client(samples_in_flight=10).ask(make_request(samples=10))

    assert [answer.text for answer in answers] == ["all are here"] * 10


def test_ten_samples_with_trouble_among_them_all_arrive(live_client, server, make_request):
    server.script = [does.fails(429), does.page(), does.says("a"), does.cuts(), does.says("b"), does.fails(503)]

    answers = live_client(samples_in_flight=10, max_retries=6).ask(make_request(samples=10))

    assert [answer.sample for answer in answers] == list(range(10))
    assert sum(answer.attempts for answer in answers) == 14


def test_a_mistake_of_our_own_is_not_blamed_on_the_provider(live_client, server, make_request, monkeypatch):
    monkeypatch.setattr(live.LiveBackend, "_cost", lambda *_: {}["no such price"])

    with pytest.raises(KeyError, match="no such price"):
        live_client().ask(make_request())

    assert len(server.requests) == 1


def test_what_arrived_is_kept_when_another_sample_fails(live_client, server, make_request):
    server.script = [does.says("kept"), does.says("kept"), does.fails(400)]
    with pytest.raises(LLMError):
        live_client(samples_in_flight=1).ask(make_request(samples=3))
    asked = len(server.requests)

    answers = live_client().ask(make_request(samples=3))

    assert [answer.text for answer in answers] == ["kept", "kept", "hello"]
    assert len(server.requests) == asked + 1


def test_retries_are_no_calls_of_the_budget(live_client, server, make_request):
    server.script = [does.fails(500), does.fails(500)]
    client = live_client(max_calls=2)

    client.ask(make_request(samples=2))

    with pytest.raises(BudgetReached):
        client.ask(make_request(iteration=1))
    assert (client.usage.calls, len(server.requests)) == (2, 4)


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


def test_stopping_ends_waiting_at_once(live_client, server, make_request):
    server.otherwise = does.hangs()
    client = live_client(timeout_s=20)
    failed = []

    def ask():
        try:
            client.ask(make_request())
        except LLMError as error:
            failed.append(str(error))

    thread = threading.Thread(target=ask)
    thread.start()
    while not server.requests:
        time.sleep(0.01)
    client.close()
    thread.join(2)

    assert not thread.is_alive()
    assert "stopped" in failed[0]


def test_stopping_between_two_attempts_makes_no_further_one(live_client, server, make_request, monkeypatch):
    monkeypatch.setattr(retry, "FIRST_WAIT_S", 30.0)
    server.otherwise = does.fails(503)
    client = live_client()

    def stop_during_the_wait():
        while not server.requests:
            time.sleep(0.01)
        time.sleep(0.2)
        client.backend.stop()

    threading.Thread(target=stop_during_the_wait).start()
    with pytest.raises(LLMError, match=r"stopped; run the same command to go on$"):
        client.ask(make_request())

    assert len(server.requests) == 1


def test_a_key_is_in_no_file_error_log_or_line(live_client, server, make_request, tmp_path, capfd, caplog, litellm):
    caplog.set_level(logging.DEBUG)
    (tmp_path / ".env").write_text("GROQ_API_KEY=gsk_canary_in_dotenv_123456\n")
    server.script = [does.echoes_key(), does.refuses_key(), does.fails(500, f"at ?key={CANARY}&x=1 {CANARY[:14]}***")]
    client = live_client(samples_in_flight=1, max_retries=0)

    client.ask(make_request())
    errors = []
    for iteration in (1, 2):
        with pytest.raises(LLMError) as caught:
            client.ask(make_request(iteration=iteration))
        errors.append(f"{caught.value!r} {caught.getrepr(style='short')}")

    files = "".join(path.read_text() for path in (tmp_path / "run").rglob("*") if path.is_file())
    everything = files + "".join(errors) + "".join(capfd.readouterr()) + caplog.text
    assert CANARY not in everything
    assert CANARY[:14] not in everything
    assert server.requests[0]["headers"]["authorization"] == f"Bearer {CANARY}"
    assert "you sent Bearer [hidden]" in files


def test_a_key_in_a_variable_of_any_name_is_hidden(live_client, server, make_request, tmp_path, monkeypatch):
    monkeypatch.setenv("ACME_LOGIN", "acme-canary-4f9a8b7c6d5e")
    server.script = [does.echoes_key(), does.refuses_key()]
    client = live_client(api_key_env=["ACME_LOGIN"], max_retries=0)

    client.ask(make_request())
    with pytest.raises(LLMError) as caught:
        client.ask(make_request(iteration=1))

    assert "you sent Bearer [hidden]" in (tmp_path / "run" / "transcript.jsonl").read_text()
    assert "acme-can" not in str(caught.value)
    assert server.requests[0]["headers"]["authorization"] == "Bearer acme-canary-4f9a8b7c6d5e"


def test_dotenv_gives_a_key_and_the_environment_overrules_it(live_client, server, make_request, tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("OPENAI_API_KEY=from-dotenv-file\n")

    live_client().ask(make_request())
    monkeypatch.delenv("OPENAI_API_KEY")
    live_client().ask(make_request(iteration=1))
    (tmp_path / ".env").unlink()
    live_client().ask(make_request(iteration=2))

    sent = [request["headers"]["authorization"] for request in server.requests]
    assert sent == [f"Bearer {CANARY}", "Bearer from-dotenv-file", "Bearer none"]


def test_a_missing_key_is_told_with_the_variables_that_may_hold_it(make_config, tmp_path, make_request, monkeypatch):
    monkeypatch.delenv("GOOGLE_API_KEY", raising=False)
    monkeypatch.delenv("GEMINI_API_KEY", raising=False)
    config = make_config(provider="gemini", model="gemini-x", api_key_env=["GOOGLE_API_KEY", "GEMINI_API_KEY"])
    client = make_client(config, AskingRun("tabular", "cartpole", 0, tmp_path), tmp_path / "run")

    with pytest.raises(ConfigError, match=r"^llm\.api_key_env: none of GOOGLE_API_KEY, GEMINI_API_KEY is set in the"):
        client.ask(make_request())

    assert not (tmp_path / "run" / "transcript.jsonl").exists()


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


def test_litellm_agrees_with_the_names_of_every_provider(litellm, make_config):
    for provider in ("gemini", "openai", "anthropic", "groq", "openrouter", "ollama"):
        config = make_config(provider=provider, model="some-model", api_key_env=["X"])
        arguments = live.LiveBackend(config, "m")._arguments(())

        _, found, _, _ = litellm.get_llm_provider(arguments["model"], api_base=arguments.get("api_base"))

        assert found == {"ollama": "ollama_chat"}.get(provider, provider)
