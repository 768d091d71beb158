"""A layout: the types, shapes and names of what a message holds, as bytes and back."""

import math
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Item = NDArray[Any] | dict[str, NDArray[Any]]

DTYPES = {str(t)[1:].encode(): np.dtype(t) for t in ("|b1", "|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8")}
DTYPES |= {t[1:].encode(): np.dtype(t) for t in ("<f2", "<f4", "<f8")}
MAX_LAYOUT_BYTES = 65_536
MAX_PAYLOAD_BYTES = 2**31 - 1  # what numpy can lay one type over
MAX_DIMENSIONS = 8
MAX_NAMES = 255
MAX_ARRAYS = 2 * MAX_NAMES
MAX_NAME = 63  # characters; as bytes their number has to fit into one
ALIGNMENT = 8
PADS = tuple(bytes(n) for n in range(ALIGNMENT))

# The fields of a structured type that lies over a whole payload, since one view of it with fields is quicker than many
# views; and of each item the field of an array, or the fields of a dict's arrays by their names.
Layout = tuple[np.dtype[Any], list[str | dict[str, str]]]
Place = tuple[np.dtype[Any], tuple[int, ...], int]  # type, shape and start of one array in the payload

_ARRAY = struct.Struct("<c2sB")
_DICT = struct.Struct("<cB")


class WireError(ValueError):
    """Bytes that are no message of this form, or items that no message can hold."""


def write_layout(items: Sequence[Item]) -> tuple[bytes, int, tuple[bytes, ...]]:
    """The layout of these items, the size of their payload in bytes, and the padding after each array.

    Raises WireError for what can't be handed over.
    """
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
    if len(text) > MAX_LAYOUT_BYTES or len(sizes) > MAX_ARRAYS:
        raise WireError("too many names and dimensions")
    pads = tuple(_pad(size) for size in sizes)
    payload_bytes = sum(sizes) + sum(map(len, pads))
    if payload_bytes > MAX_PAYLOAD_BYTES:
        raise WireError(f"{payload_bytes:,} bytes are too many for one message")
    return text, payload_bytes, pads


def _name_entry(name: Any) -> bytes:
    if not is_name(name):
        raise WireError(f"a name has to be a short text of printable characters, got {ascii(name)[:40]}")
    text = str(name).encode()
    return bytes([len(text)]) + text


def is_name(name: Any) -> bool:
    """Names go into prompts, tables and to terminals: one to 63 printable characters, no space around them."""
    return isinstance(name, str) and 0 < len(name) <= MAX_NAME and name.isprintable() and name == name.strip()


def _array_entry(array: NDArray[Any]) -> bytes:
    code = array.dtype.str[1:].encode()
    if (
        DTYPES.get(code) != array.dtype
        or array.ndim > MAX_DIMENSIONS
        or array.nbytes > MAX_PAYLOAD_BYTES
        or max(array.shape, default=0) > MAX_PAYLOAD_BYTES
    ):
        raise WireError(f"an array of {array.dtype} with {array.ndim} dimensions can't be handed over")
    return _ARRAY.pack(b"A", code, array.ndim) + struct.pack(f"<{array.ndim}I", *array.shape)


def _pad(size: int) -> bytes:
    return PADS[-size % ALIGNMENT]


def read_layout(text: bytes) -> Layout:
    """What write_layout wrote. Raises WireError for any other bytes."""
    try:
        return _Reader(text).read()
    except (struct.error, IndexError, ValueError, TypeError, OverflowError) as error:
        raise WireError("a malformed layout") from error


class _Reader:
    """Goes through a layout once."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.at = 0
        self.payload_bytes = 0
        self.places: list[Place] = []

    def read(self) -> Layout:
        fields: list[str | dict[str, str]] = []
        while self.text[self.at :].strip(b"\0"):
            fields.append(self._named() if self.text[self.at : self.at + 1] == b"D" else self._array())
        if self.text[self.at :] != _pad(self.at):
            raise WireError("a layout with a wrong end")
        return self._form(), fields

    def _form(self) -> np.dtype[Any]:
        if self.payload_bytes > MAX_PAYLOAD_BYTES:
            raise WireError("a payload that is too large")
        dtypes, shapes, starts = zip(*self.places, strict=True) if self.places else ((), (), ())
        return np.dtype(
            {
                "names": [str(number) for number in range(len(self.places))],
                "formats": list(zip(dtypes, shapes, strict=True)),
                "offsets": list(starts),
                "itemsize": self.payload_bytes,
            }
        )

    def _named(self) -> dict[str, str]:
        _, count = self._take(_DICT)
        fields = {self._name(): self._array() for _ in range(count)}
        if len(fields) < count:
            raise WireError("a name twice")
        return fields

    def _name(self) -> str:
        start = self.at + 1
        self.at = start + self.text[self.at]
        if not start < self.at <= len(self.text):
            raise WireError("a name that is cut off")
        name = self.text[start : self.at].decode()
        if not is_name(name):
            raise WireError("a name that can't be shown")
        return name

    def _array(self) -> str:
        mark, code, dimensions = self._take(_ARRAY)
        if mark != b"A" or code not in DTYPES or dimensions > MAX_DIMENSIONS:
            raise WireError("no array")
        if len(self.places) == MAX_ARRAYS:
            raise WireError("too many arrays")
        shape, start = self._take(struct.Struct(f"<{dimensions}I")), self.payload_bytes
        size = DTYPES[code].itemsize * math.prod(shape)
        if math.prod(length or 1 for length in shape) > MAX_PAYLOAD_BYTES:  # even where there is nothing in it
            raise WireError("dimensions that are too long")
        self.payload_bytes += size + -size % ALIGNMENT
        self.places.append((DTYPES[code], shape, start))
        return str(len(self.places) - 1)

    def _take(self, form: struct.Struct) -> tuple[Any, ...]:
        values = form.unpack_from(self.text, self.at)
        self.at += form.size
        return values
