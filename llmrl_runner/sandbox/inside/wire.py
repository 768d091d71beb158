"""The one form in which parent and child talk: a header, a layout, and the numbers of the arrays, one after the other.

A message holds items; an item is an array or a dict of named arrays. The layout says which, the payload holds their
bytes, little-endian, each array padded to eight bytes. Nothing in it is ever executed or unpickled. A call has the
layout of the call before it more often than not, so that is what both sides are quick at.
"""

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmrl_runner.sandbox.inside.layouts import Item, WireError, read_layout, write_layout

# nonce, kind, the core that the child is to work on, bytes of layout, bytes of payload
HEADER = struct.Struct("<8sBxHIQ")
NONCE_BYTES = 8
ANY_CORE = 0xFFFF
HELLO, LOAD, CALL, CONSTANTS, DONE, FAILED = range(6)
LARGE = 65_536  # bytes


class Writer:
    """Makes messages."""

    def __init__(self) -> None:
        self._signature: list[Any] = []
        self._head = b""
        self._pads: tuple[bytes, ...] = ()
        self._is_large = self._is_padded = False

    def message(self, nonce: bytes, kind: int, items: Sequence[Item], core: int = ANY_CORE) -> bytes:
        """The bytes of a message. Raises WireError for items that are not arrays of real numbers.

        A large one goes to any core: then there is enough to do for two.
        """
        arrays: list[NDArray[Any]] = []
        signature: list[Any] = [kind, core]
        for item in items:
            if isinstance(item, dict):
                arrays += item.values()
                signature += item
                signature.append(len(item))
            else:
                arrays.append(item)
                signature.append(None)
        signature += [array.shape for array in arrays]
        signature += [array.dtype for array in arrays]
        if signature != self._signature:
            self._learn(signature, kind, items, core)
        if self._is_large:
            bodies: list[Any] = [array if array.flags.c_contiguous else array.tobytes() for array in arrays]
        else:
            bodies = [array.tobytes() for array in arrays]
        if self._is_padded:
            bodies = [part for pair in zip(bodies, self._pads, strict=True) for part in pair]
        return b"".join((nonce, self._head, *bodies))

    def _learn(self, signature: list[Any], kind: int, items: Sequence[Item], core: int) -> None:
        layout, payload_bytes, self._pads = write_layout(items)
        self._is_padded = any(self._pads)
        self._is_large = payload_bytes > LARGE
        header = HEADER.pack(b"", kind, ANY_CORE if self._is_large else core, len(layout), payload_bytes)
        self._head = header[NONCE_BYTES:] + layout
        self._signature = signature


class Reader:
    """Takes messages apart."""

    def __init__(self) -> None:
        self.kind = self.core = -1
        self._head = b""
        self._start = self._size = -1
        self._form = np.dtype([])
        self._fields: list[str | dict[str, str]] = []

    def same(self, data: bytes) -> list[Item] | None:
        """The items of a message that begins as the last one did, but for its nonce; else None."""
        if data[NONCE_BYTES : self._start] != self._head or len(data) != self._size:
            return None
        return self._items(data)

    def items(self, data: Any) -> list[Item]:
        """The items of a whole message, as views that share its memory. Raises WireError for anything else."""
        if len(data) < HEADER.size:
            raise WireError("no header")
        _, self.kind, self.core, layout_bytes, payload_bytes = HEADER.unpack_from(data)
        self._start = HEADER.size + layout_bytes
        self._size = self._start + payload_bytes
        self._head = b""  # until all is known to be well
        self._form, self._fields = read_layout(bytes(data[HEADER.size : self._start]))
        if len(data) != self._size or self._form.itemsize != payload_bytes:
            raise WireError(f"{self._form.itemsize} bytes announced, {len(data) - self._start} sent")
        self._head = bytes(data[NONCE_BYTES : self._start])
        return self._items(data)

    def _items(self, data: Any) -> list[Item]:
        whole = np.ndarray((), self._form, data, self._start)
        return [
            {name: whole[inner] for name, inner in field.items()} if isinstance(field, dict) else whole[field]
            for field in self._fields
        ]
