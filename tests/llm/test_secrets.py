"""Secrets stay out of every text that is kept or shown."""

import pytest

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.llm.backends.secrets import Redaction, read_environment

CANARY = "canary-4f9a8b7c6d5e4f3a"


@pytest.mark.parametrize(
    "name",
    ["OPENAI_API_KEY", "OPENAI_API_KEY_TEAM2", "HF_TOKEN_READ", "db_password_old", "SECRET_OF_X", "ACME_CREDENTIALS"],
)
def test_a_variable_that_is_named_like_a_secret_is_hidden(name):
    redaction = Redaction({name: CANARY}, [])

    assert redaction.clean_answer(f"it is {CANARY}.") == "it is [hidden]."
    assert redaction.clean_error(f"bad\nkey {CANARY[:10]}***") == "bad key [hidden]"


def test_the_configured_variables_are_hidden_whatever_their_names():
    redaction = Redaction({"ACME": CANARY, "OTHER": "innocent-words"}, ["ACME", "UNSET"])

    assert redaction.clean_answer(f"{CANARY} innocent-words") == "[hidden] innocent-words"


def test_a_password_in_an_address_is_hidden_from_errors_wherever_it_came_from():
    said = Redaction({}, []).clean_error("no route to http://me:canary@host/v1, nor to https://host/@me")

    assert said == "no route to http://[hidden]@host/v1, nor to https://host/@me"


def test_a_dummy_key_hides_no_words():
    assert Redaction({"ACME": "none"}, ["ACME"]).clean_answer("none of them") == "none of them"


def test_a_dotenv_that_is_no_text_is_refused_without_its_words(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_bytes(b"OPENAI_API_KEY=canary\xff")

    with pytest.raises(ConfigError, match=r"^\.env: can't be read \(UnicodeDecodeError\)$"):
        read_environment()
