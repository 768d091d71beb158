"""The one form in which parent and child talk: a header, a layout, and the numbers of the arrays, one after the other.

A message holds items; an item is an array or a dict of named arrays. The layout says which, the payload holds their
bytes, little-endian, each array padded to eight bytes. Nothing in it is ever executed or unpickled. Layouts are
the same from call to call, so both sides keep those that they saw.
"""

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Item = NDArray[Any] | dict[str, NDArray[Any]]

# nonce, kind, bytes of layout, bytes of payload
HEADER = struct.Struct("<8sB3xIQ")
NONCE_BYTES = 8
HELLO, LOAD, CALL, CONSTANTS, DONE, FAILED = range(6)

DTYPES = {str(t)[1:].encode(): np.dtype(t) for t in ("|b1", "|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8")}
DTYPES |= {t[1:].encode(): np.dtype(t) for t in ("<f2", "<f4", "<f8")}
MAX_LAYOUT_BYTES = 65_536
MAX_DIMENSIONS = 8
MAX_NAMES = 255
KEPT_LAYOUTS = 256  # of each side; then they are all forgotten, so that no program can fill the memory with them
ALIGNMENT = 8
PADS = tuple(bytes(n) for n in range(ALIGNMENT))

_ARRAY = struct.Struct("<c2sB")
_DICT = struct.Struct("<cB")


class WireError(ValueError):
    """Bytes that are no message of this form, or items that no message can hold."""


# ---------------------------------------------------------------------------------------------------------- writing

_written: dict[tuple[Any, ...], tuple[bytes, int, tuple[bytes, ...]]] = {}


def message(nonce: bytes, kind: int, items: Sequence[Item]) -> bytes:
    """The bytes of a message. Raises WireError for items that are not arrays of real numbers."""
    signature: list[Any] = []
    arrays: list[NDArray[Any]] = []
    for item in items:
        if item.__class__ is dict:
            signature.append(len(item))
            for name, array in item.items():
                signature += name, array.dtype, array.shape
                arrays.append(array)
        else:
            signature += item.dtype, item.shape  # type: ignore[union-attr]
            arrays.append(item)  # type: ignore[arg-type]
    key = tuple(signature)
    known = _written.get(key)
    if known is None:
        known = _remember(_written, key, _write_layout(items))
    layout, payload_bytes, pads = known
    parts = [HEADER.pack(nonce, kind, len(layout), payload_bytes), layout]
    for array, pad in zip(arrays, pads, strict=True):
        parts += array if array.flags.c_contiguous else array.tobytes(), pad
    return b"".join(parts)


def _write_layout(items: Sequence[Item]) -> tuple[bytes, int, tuple[bytes, ...]]:
    text, sizes = b"", []
    for item in items:
        if not isinstance(item, dict):
            text += _array_entry(item)
            sizes.append(item.nbytes)
            continue
        if len(item) > MAX_NAMES:
            raise WireError(f"{len(item)} names, at most {MAX_NAMES} go together")
        text += _DICT.pack(b"D", len(item))
        for name, array in item.items():
            text += _name_entry(name) + _array_entry(array)
            sizes.append(array.nbytes)
    text += _pad(len(text))
    if len(text) > MAX_LAYOUT_BYTES:
        raise WireError("too many names and dimensions")
    pads = tuple(_pad(size) for size in sizes)
    return text, sum(sizes) + sum(map(len, pads)), pads


def _name_entry(name: Any) -> bytes:
    text = name.encode(errors="backslashreplace") if isinstance(name, str) else b""
    if not 0 < len(text) < 256:
        raise WireError(f"a name has to be a short text, got {str(name)[:40]!r}")
    return bytes([len(text)]) + text


def _array_entry(array: NDArray[Any]) -> bytes:
    code = array.dtype.str[1:].encode()
    if DTYPES.get(code) != array.dtype or array.ndim > MAX_DIMENSIONS or max(array.shape, default=0) >= 2**32:
        raise WireError(f"an array of {array.dtype} with {array.ndim} dimensions can't be handed over")
    return _ARRAY.pack(b"A", code, array.ndim) + struct.pack(f"<{array.ndim}I", *array.shape)


def _pad(size: int) -> bytes:
    return PADS[-size % ALIGNMENT]


# ---------------------------------------------------------------------------------------------------------- reading

# Of one array what numpy needs to lay it over the payload: shape, type, where it starts.
Place = tuple[tuple[int, ...], np.dtype[Any], int]
# Of each item the one place of an array, or the places of a dict's arrays by their names; and the payload's size.
Layout = tuple[list[Place | dict[str, Place]], int]

_read: dict[bytes, Layout] = {}


def items_of(layout: bytes, data: Any, start: int, size: int) -> list[Item]:
    """The items whose payload of `size` bytes begins at `start` of `data`, as views that share its memory.

    Raises WireError where `layout` is malformed or asks for another number of bytes.
    """
    known = _read.get(layout)
    if known is None:
        known = _remember(_read, layout, _read_layout(layout))
    places, payload_bytes = known
    if payload_bytes != size:
        raise WireError(f"{payload_bytes} bytes announced, {size} sent")
    items: list[Item] = []
    for place in places:
        if isinstance(place, dict):
            items.append(
                {name: np.ndarray(shape, dtype, data, start + at) for name, (shape, dtype, at) in place.items()}
            )
        else:
            items.append(np.ndarray(place[0], place[1], data, start + place[2]))
    return items


def _read_layout(text: bytes) -> Layout:
    try:
        return _Reader(text).read()
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise WireError("a malformed layout") from error


class _Reader:
    """Goes through a layout once."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.at = 0
        self.payload_bytes = 0

    def read(self) -> Layout:
        places: list[Place | dict[str, Place]] = []
        while self.text[self.at :].strip(b"\0"):
            if self.text[self.at : self.at + 1] == b"D":
                _, count = self._take(_DICT)
                places.append(self._named(count))
            else:
                places.append(self._place())
        if self.text[self.at :] != _pad(self.at):
            raise WireError("a layout with a wrong end")
        return places, self.payload_bytes

    def _named(self, count: int) -> dict[str, Place]:
        places = {self._name(): self._place() for _ in range(count)}
        if len(places) < count:
            raise WireError("a name twice")
        return places

    def _name(self) -> str:
        start = self.at + 1
        self.at = start + self.text[self.at]
        if not start < self.at <= len(self.text):
            raise WireError("a name that is cut off")
        return self.text[start : self.at].decode()

    def _place(self) -> Place:
        mark, code, dimensions = self._take(_ARRAY)
        if mark != b"A" or code not in DTYPES or dimensions > MAX_DIMENSIONS:
            raise WireError("no array")
        shape = self._take(struct.Struct(f"<{dimensions}I"))
        start, dtype = self.payload_bytes, DTYPES[code]
        size = dtype.itemsize
        for length in shape:
            size *= length
        self.payload_bytes += size + -size % ALIGNMENT
        return shape, dtype, start

    def _take(self, form: struct.Struct) -> tuple[Any, ...]:
        values = form.unpack_from(self.text, self.at)
        self.at += form.size
        return values


def _remember(kept: dict[Any, Any], key: Any, value: Any) -> Any:
    if len(kept) >= KEPT_LAYOUTS:
        kept.clear()
    kept[key] = value
    return value
