"""The page on which people choose, served to this machine alone."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from llmrl_runner.preference.choices import Choice, keep, read_choices
from llmrl_runner.preference.clips import Clip, Pair, next_pair, pairs_of

PAGE = Path(__file__).parent / "page.html"
HOST = "127.0.0.1"
LONGEST = 10_000  # bytes of a request's body
GIF = re.compile(r"/gif/(\d+)(?:\?\d+)?")  # the number behind it keeps browsers from showing an old one


class Poll:
    """The pairs of a poll, and what was chosen so far. Threads may ask at once."""

    def __init__(self, clips: Sequence[Clip], choices: Path, rng: np.random.Generator) -> None:
        """Raises ConfigError as `read_choices` does."""
        self.clips, self.choices = list(clips), choices
        self.pairs, self._rng, self._lock = pairs_of(clips), rng, Lock()
        known = read_choices(choices)
        self._shown = Counter(frozenset((choice.left, choice.right)) for choice in known)
        self.made = len(known)

    def next(self) -> dict[str, Any]:
        """What the page shows next: numbers of clips, never whose they are."""
        with self._lock:
            left, right = next_pair(self.pairs, self._shown, self._rng)
        return {
            **self._numbers((left, right)),
            "env": left.env,
            "goal": left.goal,
            "made": self.made,
            "told": [left.instruction, right.instruction],
        }

    def choose(self, left: int, right: int, chosen: Any) -> None:
        """Keep a choice. Raises ValueError where it is none."""
        names = [self.clips[number].name for number in (left, right)]
        choice = Choice(names[0], names[1], chosen, datetime.now(UTC).isoformat(timespec="seconds"))
        with self._lock:
            keep(self.choices, choice)
            self._shown[frozenset(names)] += 1
            self.made += 1

    def _numbers(self, pair: Pair) -> dict[str, int]:
        return {side: self.clips.index(clip) for side, clip in zip(("left", "right"), pair, strict=True)}


def make_server(poll: Poll, port: int) -> ThreadingHTTPServer:
    """A server on this machine alone; port 0 takes any that is free. Raises OSError where the port is taken."""
    return ThreadingHTTPServer((HOST, port), _handler_of(poll))


def _handler_of(poll: Poll) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """GET / (the page), /pair (JSON), /gif/N; POST /choice (JSON)."""

        def do_GET(self) -> None:
            """See the class."""
            if self.path == "/":
                return self._answer("text/html; charset=utf-8", PAGE.read_bytes())
            if self.path == "/pair":
                return self._answer("application/json", json.dumps(poll.next()).encode())
            number = GIF.fullmatch(self.path)
            if number and int(number[1]) < len(poll.clips):
                return self._answer("image/gif", poll.clips[int(number[1])].path.read_bytes())
            return self.send_error(HTTPStatus.NOT_FOUND)

        def do_POST(self) -> None:
            """See the class."""
            length = int(self.headers.get("Content-Length") or 0)
            if self.path != "/choice" or length > LONGEST:
                return self.send_error(HTTPStatus.NOT_FOUND)
            try:
                said = json.loads(self.rfile.read(length))
                poll.choose(int(said["left"]), int(said["right"]), said["chosen"])
            except (ValueError, TypeError, KeyError, IndexError):
                return self.send_error(HTTPStatus.BAD_REQUEST, "no choice")
            return self._answer("application/json", b"{}")

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: the terminal shows scores."""

        def _answer(self, kind: str, body: bytes) -> None:
            self.send_response(HTTPStatus.OK)
            for name, value in (
                ("Content-Type", kind),
                ("Content-Length", str(len(body))),
                ("Cache-Control", "no-store"),
            ):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    return Handler
