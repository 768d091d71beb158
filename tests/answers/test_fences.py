"""Fences as models write them, well and badly."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmrl_runner.answers.fences import FencedBlock, fenced_blocks, split_fences

PLAIN_TEXT = st.text(st.characters(blacklist_characters="`~", blacklist_categories=["Cs"]))
BODY = st.lists(st.text("ab|1 {}[]\"'`~", max_size=8).filter(lambda line: "```" not in line), max_size=4).map("\n".join)


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("a\n```json\n[1]\n```\nb", [("json", "[1]")]),
        ("```\nx\n```\n~~~Python\ny\n~~~", [("", "x"), ("python", "y")]),
        ("```json\n[1, 2", [("json", "[1, 2")]),
        ("```json\n[1, 2]``` as I said", [("json", "[1, 2]")]),
        ("Here: ```json [1]``` done", [("json", " [1]")]),
        ("Here: ```json\n[1]\n``` done", [("json", "[1]")]),
        ("```[1, 2]```", [("", "[1, 2]")]),
        ("```left```", [("", "left")]),
        ("``` left ```", [("", " left ")]),
        ("```[1]``` or\n```json\n[2]\n```", [("", "[1]"), ("json", "[2]")]),
        ("````\n```\ninner\n```\n````", [("", "```\ninner\n```")]),
        ("```json\r\n[1]\r\n```\r\n", [("json", "[1]")]),
        ('```json\n{"a": "```"}\n```', [("json", '{"a": "```"}')]),
        ('```json {"a":\n1}\n```', [("json", ' {"a":\n1}')]),
        ("``` 0 | 1\n1 | 2\n```", [("", "0 | 1\n1 | 2")]),
        ("> ```\n> 0 | 1\n> 1 | 2\n> ```", [("", "0 | 1\n1 | 2")]),
        ("- ```text\n  0 | 1\n  ```", [("text", "  0 | 1")]),
        ("no fence", []),
    ],
)
def test_fenced_blocks_are_found(text: str, blocks: list[tuple[str, str]]) -> None:
    assert fenced_blocks(text) == [FencedBlock(*block) for block in blocks]


def test_a_word_about_fences_opens_none() -> None:
    text = "I put it between ``` and ~~~ marks:\n```\n0 | 1\n```"

    blocks, outside = split_fences(text)

    assert blocks == [FencedBlock("", "0 | 1")]
    assert outside.strip() == "I put it between ``` and ~~~ marks:"


def test_what_stands_outside_is_kept_in_its_order() -> None:
    text = "First\n```\n1\n```\nthen ```2``` and\n~~~\n3\n~~~\nlast"

    blocks, outside = split_fences(text)

    assert [block.body for block in blocks] == ["1", "2", "3"]
    assert outside.split() == ["First", "then", "and", "last"]


@given(PLAIN_TEXT)
def test_text_without_fences_is_all_outside(text: str) -> None:
    assert split_fences(text) == ([], text)


@given(PLAIN_TEXT, BODY, PLAIN_TEXT, st.sampled_from(["", "json", "python"]))
def test_a_block_is_found_whole_in_any_text(before: str, body: str, after: str, language: str) -> None:
    blocks, outside = split_fences(f"{before}\n```{language}\n{body}\n```\n{after}")

    assert blocks == [FencedBlock(language, body.strip("\r\n"))]
    assert outside.split() == f"{before} {after}".split()


@given(st.text() | st.text("`~> \nab[]"))
def test_no_text_raises_and_nothing_is_written_twice(text: str) -> None:
    blocks, outside = split_fences(text)

    assert sum(len(block.body) for block in blocks) + len(outside) <= len(text) + len(blocks)


@pytest.mark.parametrize(
    "text", ["`" * 100_000, "```a\n" * 3_000, "```a b\n" * 3_000, "x ``` y\n" * 5_000, "> " * 50_000]
)
def test_fences_without_end_take_no_time(text: str) -> None:
    started = time.process_time()

    split_fences(text)

    assert time.process_time() - started < 3
