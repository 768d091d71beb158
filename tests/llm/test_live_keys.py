"""Keys of live models: found, named where one is missing or refused, and kept out of everything."""

import logging

import pytest

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.llm import LLMError
from tests.llm import misbehaving_server as does
from tests.llm.misbehaving_server import CANARY

pytestmark = pytest.mark.usefixtures("live")


def test_a_bad_key_names_its_variable_and_hides_its_value(live_client, server, make_request, capfd):
    server.otherwise = does.refuses_key()

    with pytest.raises(LLMError, match="OPENAI_API_KEY") as caught:
        live_client().ask(make_request())

    assert CANARY not in str(caught.value)
    assert "[hidden]" in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


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


def test_a_missing_key_is_told_with_the_variables_that_may_hold_it(client, tmp_path, make_request, monkeypatch):
    monkeypatch.delenv("GOOGLE_API_KEY", raising=False)
    monkeypatch.delenv("GEMINI_API_KEY", raising=False)
    model = client(provider="gemini", model="gemini-x", api_key_env=["GOOGLE_API_KEY", "GEMINI_API_KEY"])

    with pytest.raises(ConfigError, match=r"^llm\.api_key_env: none of GOOGLE_API_KEY, GEMINI_API_KEY is set in the"):
        model.ask(make_request())

    assert not (tmp_path / "run" / "transcript.jsonl").exists()
