"""API keys: from the environment or `.env`, and nowhere else to be seen."""

import os
import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from urllib.parse import quote

from llmrl_runner.config.errors import ConfigError

SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL", re.IGNORECASE)
SHORTEST_SECRET = 8  # a shorter one is a dummy such as `none`, which stands in innocent text
USER_OF_ADDRESS = r"(?<=//)[^/\s@]+(?=@)"  # `user:password` of any address, a proxy's say
HIDDEN = "[hidden]"


def read_environment() -> dict[str, str]:
    """The environment, and beneath it what a `.env` in the working folder sets. The process's own is left as it is.

    Raises ConfigError where `.env` is no text.
    """
    from dotenv import dotenv_values

    try:
        own = {name: value for name, value in dotenv_values(Path(".env")).items() if value is not None}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("", f".env: can't be read ({type(error).__name__})") from None  # its words are in the error
    return own | dict(os.environ)


def find_key(names: Iterable[str], environment: Mapping[str, str]) -> str | None:
    """The value of the first of the variables that is set."""
    return next((value for name in names if (value := environment.get(name, "").strip())), None)


class Redaction:
    """Hides every secret of an environment in a text: the values of the variables `names`, which may have any name, and
    of those that are named like a secret. Values shorter than SHORTEST_SECRET are no secrets."""

    def __init__(self, environment: Mapping[str, str], names: Collection[str]) -> None:
        secret_names = {name for name in environment if name in names or SECRET_NAME.search(name)}
        named = (environment[name].strip() for name in secret_names)
        secrets = sorted({value for value in named if len(value) >= SHORTEST_SECRET}, key=len, reverse=True)
        forms = [re.escape(form) for secret in secrets for form in dict.fromkeys([secret, quote(secret, safe="")])]
        # Servers and libraries shorten keys (`sk-abcde***xyz`), so in an error whatever begins like one is hidden too.
        starts = [re.escape(secret[:SHORTEST_SECRET]) + r"[\w.*%+/=-]*" for secret in secrets]
        self._whole = re.compile("|".join(forms) or r"(?!)")
        self._any_part = re.compile("|".join([*forms, *starts, USER_OF_ADDRESS]))

    def clean_answer(self, text: str) -> str:
        """A model's words with whole secrets hidden."""
        return self._whole.sub(HIDDEN, text)

    def clean_error(self, text: str) -> str:
        """An error in one line, with secrets and shortened secrets hidden."""
        return " ".join(self._any_part.sub(HIDDEN, text).split())
