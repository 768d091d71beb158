"""The form of the messages: what goes in comes out, and no bytes do any harm."""

import contextlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from llmrl_runner.sandbox.inside.layouts import DTYPES, WireError
from llmrl_runner.sandbox.inside.wire import CALL, HEADER, NONCE_BYTES, Reader, Writer

NONCE = bytes(range(NONCE_BYTES))
arrays = hnp.arrays(
    st.sampled_from(sorted(DTYPES.values(), key=str)), hnp.array_shapes(min_dims=0, min_side=0, max_side=4)
)
names = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=15)
items = st.lists(arrays | st.dictionaries(names, arrays, max_size=3), max_size=4)


def flat(message: list[Any]) -> list[Any]:
    """Every array as what it is: its item, its name, type, shape and bytes."""
    named = [(k, item if isinstance(item, dict) else {None: item}) for k, item in enumerate(message)]
    return [(k, name, a.dtype, a.shape, a.tobytes()) for k, item in named for name, a in item.items()]


@given(items)
def test_what_is_written_is_read(message: list[Any]) -> None:
    writer, reader = Writer(), Reader()

    data = writer.message(NONCE, CALL, message, core=3)
    read = reader.items(data)

    assert flat(read) == flat(message)
    assert [isinstance(item, dict) for item in read] == [isinstance(item, dict) for item in message]
    assert (reader.kind, reader.core, data[:NONCE_BYTES]) == (CALL, 3, NONCE)


@given(items, items)
def test_a_layout_that_was_seen_before_is_read_the_same(first: list[Any], second: list[Any]) -> None:
    writer, reader = Writer(), Reader()

    for message in (first, first, second, first):
        data = writer.message(NONCE, CALL, message)
        assert data == Writer().message(NONCE, CALL, message)
        read = reader.same(data)
        assert flat(read if read is not None else reader.items(data)) == flat(message)


def test_a_message_like_the_last_is_read_by_its_head_alone() -> None:
    writer, reader = Writer(), Reader()
    reader.items(writer.message(NONCE, CALL, [np.zeros(3)]))

    assert reader.same(writer.message(bytes(8), CALL, [np.ones(3)])) == [pytest.approx(np.ones(3))]
    assert reader.same(writer.message(bytes(8), CALL, [np.ones(4)])) is None
    assert reader.same(writer.message(bytes(8), CALL, [np.ones(3)]) + b"x") is None


def test_arrays_that_lie_crosswise_in_memory_keep_their_order() -> None:
    crosswise = np.arange(60_000.0).reshape(200, 300).T

    for array in (crosswise, crosswise[:3, ::2], crosswise[::-1]):
        (read,) = Reader().items(Writer().message(NONCE, CALL, [array]))
        np.testing.assert_array_equal(read, array)


@pytest.mark.parametrize("pads", [[], [np.zeros(3, np.uint8)]])
def test_arrays_that_lie_crosswise_are_sent_right_where_the_last_lay_in_one_piece(pads: list[Any]) -> None:
    writer = Writer()
    block = np.arange(24, dtype=np.float64).reshape(4, 6)
    writer.message(NONCE, CALL, [block.copy(), *pads])

    for crosswise in (np.asfortranarray(block), np.arange(48.0).reshape(8, 6)[::2], block[::-1]):
        data = writer.message(NONCE, CALL, [crosswise, *pads])
        assert flat(Reader().items(data)) == flat([crosswise, *pads])


@given(st.binary(max_size=200))
def test_any_bytes_are_items_or_an_error(data: bytes) -> None:
    with contextlib.suppress(WireError):
        Reader().items(data)


@given(items, st.data())
def test_a_message_with_a_byte_changed_is_items_or_an_error(message: list[Any], data: st.DataObject) -> None:
    changed = bytearray(Writer().message(NONCE, CALL, message))
    place = data.draw(st.integers(0, len(changed) - 1))
    changed[place] = data.draw(st.integers(0, 255))

    with contextlib.suppress(WireError):
        Reader().items(bytes(changed))


@given(st.binary(max_size=64), st.integers(0, 64))
def test_any_layout_is_items_or_an_error(layout: bytes, payload_bytes: int) -> None:
    data = HEADER.pack(NONCE, CALL, 0, len(layout), payload_bytes) + layout + bytes(payload_bytes)

    with contextlib.suppress(WireError):
        Reader().items(data)


@pytest.mark.parametrize("cut", [1, 8, 30])
def test_a_message_that_was_cut_or_lengthened_is_refused(cut: int) -> None:
    data = Writer().message(NONCE, CALL, [np.zeros(3), {"a": np.ones(2)}])

    for wrong in (data[:-cut], data + bytes(cut)):
        with pytest.raises(WireError):
            Reader().items(wrong)


@pytest.mark.parametrize(
    "item",
    [
        np.array([object()]),
        np.array(["a"]),
        np.array([1j]),
        np.zeros(2, ">f8"),
        np.zeros((1,) * 9),
        {"": np.zeros(1)},
        {"a\n": np.zeros(1)},
        {"x" * 64: np.zeros(1)},
        {3: np.zeros(1)},
        {f"n{k}": np.zeros(1) for k in range(256)},
        np.broadcast_to(np.zeros(1), (2**16, 2**16)),
    ],
    ids=range(11),
)
def test_what_no_message_can_hold_is_refused_before_it_is_sent(item: Any) -> None:
    with pytest.raises(WireError):
        Writer().message(NONCE, CALL, [item])
