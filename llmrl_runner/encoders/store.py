"""What was encoded once, on disk: a file of SQLite's, which any number of runs read and write at once."""

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.arrays import FloatArray

WAIT_S = 30.0  # for another run to have written
AT_ONCE = 500  # texts a question: SQLite takes no more than a thousand parameters everywhere


class VectorStore:
    """Vectors by encoder and text, in a file that is made when it is first used."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def find(self, encoder: str, texts: Sequence[str], size: int) -> dict[str, FloatArray]:
        """The vectors (size,) of those texts that it has. Raises ConfigError where the file can't be used."""
        keys = {key_of(encoder, text): text for text in texts}
        found: dict[str, FloatArray] = {}
        with self._opened() as file:
            for first in range(0, len(keys), AT_ONCE):
                some = list(keys)[first : first + AT_ONCE]
                marks = ", ".join("?" * len(some))
                for key, vector in file.execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", some):
                    if len(vector) == 4 * size:
                        found[keys[key]] = np.frombuffer(vector, dtype="<f4")
        return found

    def keep(self, encoder: str, vectors: dict[str, FloatArray]) -> None:
        """All of them or none. Raises ConfigError where the file can't be used."""
        rows = [(key_of(encoder, text), vector.astype("<f4").tobytes()) for text, vector in vectors.items()]
        with self._opened() as file:
            file.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.path, timeout=WAIT_S)) as file, file:
                file.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID")
                yield file
        except (sqlite3.Error, OSError) as error:
            cure = "delete it, and texts are encoded anew; or make room on the disk"
            raise ConfigError("paths.vectors", f"{self.path}: can't be used ({error}); {cure}") from error


def key_of(encoder: str, text: str) -> bytes:
    """What a text's vector is kept under."""
    return hashlib.sha256(f"{encoder}\0{text}".encode(errors="surrogatepass")).digest()
