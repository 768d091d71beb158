"""Thinking is no part of an answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmrl_runner.answers.thinking import strip_thinking


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("<think>hm\nhm</think>go", "go"),
        ("<Thinking>hm</Thinking>\ngo", "go"),
        ("<reasoning>a</reasoning>go<reasoning>b</reasoning>", "go"),
        ("hm, the template opened it</think>\n\ngo", "go"),
        ("go\n<think>never closed", "go"),
        ("<think>never closed", ""),
        ("I wrote it in <think> tags", "I wrote it in <think> tags"),
        ("a < b and b > c", "a < b and b > c"),
    ],
)
def test_thinking_is_taken_away(text: str, left: str) -> None:
    assert strip_thinking(text) == left


@given(st.text(st.characters(blacklist_characters="<", blacklist_categories=["Cs"])))
def test_text_without_tags_stays(text: str) -> None:
    assert strip_thinking(text) == text.strip()


@given(st.text() | st.lists(st.sampled_from(["<think>", "</think>", "<", "thought>", "a", "\n"])).map("".join))
def test_no_text_raises(text: str) -> None:
    left = strip_thinking(text)

    assert len(left) <= len(text)
