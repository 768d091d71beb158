"""The texts of one run as rows of a table, so that an observation holds a number where it would hold a vector."""

import json
import zlib
from collections.abc import Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.encoders.base import Encoder
from llmrl_runner.encoders.store import VectorStore
from llmrl_runner.envs.arrays import AnyArray, IntArray
from llmrl_runner.files.whole import replacing

FIRST_ROOM = 64  # rows; doubled when they are full


class TextTable:
    """Row k holds the vector of the k-th distinct text that was asked for; row 0 is zeros, for no text at all.

    Each text is encoded once: what the store has comes from there. found, encoded: how many texts came from it, and how
    many the encoder had to read.
    """

    def __init__(self, encoder: Encoder, store: VectorStore | None = None) -> None:
        self.encoder, self._store = encoder, store
        self._rows: dict[str, int] = {"": 0}
        self._room: AnyArray | None = None  # made once a vector's size is wanted: to know it may mean to ask a provider
        self.found = self.encoded = 0

    def rows(self, texts: Sequence[str]) -> IntArray:
        """The rows (n,) of these texts; those that are new are added."""
        new = [text for text in dict.fromkeys(texts) if text not in self._rows]
        if new:
            self._add(new)
        return np.array([self._rows[text] for text in texts], dtype=np.int64)

    @property
    def texts(self) -> list[str]:
        """In the order of their rows."""
        return list(self._rows)

    @property
    def vectors(self) -> AnyArray:
        """(k, size), a row a text."""
        return self._vectors[: len(self._rows)]

    @property
    def _vectors(self) -> AnyArray:
        if self._room is None:
            self._room = np.zeros((FIRST_ROOM, self.encoder.size), dtype=np.float32)
        return self._room

    def save(self, path: Path) -> None:
        """Write texts and vectors, whole or not at all: with a checkpoint, all that acting needs."""
        with replacing(path) as temporary, temporary.open("wb") as file:
            name, texts = np.array(self.encoder.name), np.array(json.dumps(self.texts))
            np.savez_compressed(file, encoder=name, texts=texts, vectors=self.vectors)

    def read(self, path: Path) -> None:
        """Take over what `save` wrote, in its order. Raises ConfigError, with the cure, where it can't be read."""
        try:
            with np.load(path, allow_pickle=False) as file:
                texts, vectors, encoder = json.loads(str(file["texts"])), file["vectors"], str(file["encoder"])
            if encoder != self.encoder.name:
                raise ValueError(f"its vectors are {encoder}'s, not {self.encoder.name}'s")
            if vectors.shape != (len(texts), self.encoder.size) or texts[:1] != [""]:
                raise ValueError(f"{len(texts)} texts, vectors {vectors.shape}")
        except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as error:
            cure = f"delete {path.parent}, and the same command makes it again"
            raise ConfigError("", f"{path}: can't be read ({type(error).__name__}: {error}); {cure}") from error
        self._rows = {text: row for row, text in enumerate(texts)}
        self._room = vectors

    def _add(self, texts: Sequence[str]) -> None:
        known = self._store.find(self.encoder.name, texts, self.encoder.size) if self._store else {}
        missing = [text for text in texts if text not in known]
        made = dict(zip(missing, self.encoder.encode(missing), strict=True))
        if self._store and made:
            self._store.keep(self.encoder.name, made)
        self.found, self.encoded = self.found + len(known), self.encoded + len(made)
        first = len(self._rows)
        self._rows |= {text: first + k for k, text in enumerate(texts)}
        while len(self._rows) > len(self._vectors):
            self._room = np.concatenate([self._vectors, np.zeros_like(self._vectors)])
        self._vectors[first : len(self._rows)] = [(known | made)[text] for text in texts]
