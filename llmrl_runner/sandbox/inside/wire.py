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
SMALL_READ = 4096  # bytes; to make room for many more each time takes longer than to read a small message


class Writer:
    """Makes messages."""

    def __init__(self) -> None:
        self._signature: list[Any] = []
        self._head = b""
        self._pads: tuple[bytes, ...] = ()

    def message(self, nonce: bytes, kind: int, items: Sequence[Item], core: int = ANY_CORE) -> bytes:
        """The bytes of a message. Raises WireError for items that are not arrays of real numbers.

        A large one goes to any core: then there is enough to do for two.
        """
        return self.same(nonce, kind, items, core) or self._new(nonce, kind, items, core)

    def same(self, nonce: bytes, kind: int, items: Sequence[Any], core: int = ANY_CORE) -> bytes | None:
        """The message, where these items have the layout of those before; else None.

        Raises AttributeError for what is neither an array nor a dict of them.
        """
        signature, arrays = _signed(kind, core, items)
        if signature != self._signature:
            return None
        bodies: list[Any] = arrays
        if self._pads:
            bodies = [part for pair in zip(arrays, self._pads, strict=True) for part in pair]
        try:
            return b"".join([nonce, self._head, *bodies])
        except (TypeError, ValueError, BufferError):  # an array that doesn't lie in one piece
            return b"".join(
                [nonce, self._head, *[part if part.__class__ is bytes else part.tobytes() for part in bodies]]
            )

    def _new(self, nonce: bytes, kind: int, items: Sequence[Item], core: int) -> bytes:
        layout, payload_bytes, pads = write_layout(items)
        is_large = payload_bytes > LARGE
        header = HEADER.pack(nonce, kind, ANY_CORE if is_large else core, len(layout), payload_bytes)
        signature, arrays = _signed(kind, core, items)
        if not is_large:  # those are rare, and their bytes go straight into the message
            self._signature, self._head = signature, header[NONCE_BYTES:] + layout
            self._pads = pads if any(pads) else ()
        bodies = [array if array.flags.c_contiguous else array.tobytes() for array in arrays]
        parts: list[Any] = [part for pair in zip(bodies, pads, strict=True) for part in pair]
        return b"".join([header, layout, *parts])


def _signed(kind: int, core: int, items: Sequence[Any]) -> tuple[list[Any], list[NDArray[Any]]]:
    """What the head of a message depends on, and the arrays that follow it."""
    signature: list[Any] = [kind, core]
    arrays: list[NDArray[Any]] = []
    for item in items:
        if item.__class__ is dict:
            signature += item
            for array in item.values():
                signature.append(array.shape)
                signature.append(array.dtype)
                arrays.append(array)
            signature.append(None)
        else:
            signature.append(item.shape)
            signature.append(item.dtype)
            arrays.append(item)
    return signature, arrays


class Reader:
    """Takes messages apart."""

    def __init__(self) -> None:
        self.kind = self.core = -1
        self.room = (
            SMALL_READ  # bytes to read at once: enough for a message like the last one and to see what is too much
        )
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
        self.room = min(max(SMALL_READ, self._size + 1), LARGE)
        return self._items(data)

    def _items(self, data: Any) -> list[Item]:
        whole = np.ndarray((), self._form, data, self._start)
        items: list[Item] = []
        for field in self._fields:  # plain loops: this runs twice a call, and each comprehension is one more function
            if field.__class__ is str:
                items.append(whole[field])
            else:
                named = {}
                for name, inner in field.items():  # type: ignore[union-attr]
                    named[name] = whole[inner]
                items.append(named)
        return items
