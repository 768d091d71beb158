"""What an answer says once its thinking is taken away, and its fenced blocks."""

import re
from dataclasses import dataclass

TAG = r"(?:think|thinking|reasoning|thought)"
CLOSED_THINKING = re.compile(rf"<({TAG})>.*?</\1>", re.DOTALL | re.IGNORECASE)
# Some chat templates open the block themselves, so that only its end is in the answer.
UNOPENED_THINKING = re.compile(rf"\A.*</{TAG}>", re.DOTALL | re.IGNORECASE)
# Only at a line's start: a word about the tag in running text opens nothing.
UNCLOSED_THINKING = re.compile(rf"^[ \t]*<{TAG}>.*\Z", re.DOTALL | re.IGNORECASE | re.MULTILINE)
OPENING_FENCE = re.compile(r"(?P<fence>`{3,}|~{3,})[ \t]*(?P<language>[\w+#.-]*)")


@dataclass(frozen=True)
class FencedBlock:
    """The text between two fences; language in lower case, empty where none is named."""

    language: str
    body: str


def strip_thinking(text: str) -> str:
    """The text without blocks of thinking, whether or not they were opened and closed."""
    for pattern in (CLOSED_THINKING, UNOPENED_THINKING, UNCLOSED_THINKING):
        text = pattern.sub("", text)
    return text.strip()


def fenced_blocks(text: str) -> list[FencedBlock]:
    """The fenced blocks in order. One that isn't closed ends with the text; one line may open and close it."""
    blocks, position = [], 0
    while opening := OPENING_FENCE.search(text, position):
        language, start = opening["language"], opening.end()
        if "\n" not in text[start : text.find(opening["fence"], start)] and not text[start : start + 1].isspace():
            language, start = "", opening.end("fence")  # ```[1, 2]```: no language, all body
        end, position = end_of_block(text, opening["fence"], start)
        blocks.append(FencedBlock(language.lower(), text[start:end].strip("\r\n")))
    return blocks


def end_of_block(text: str, fence: str, start: int) -> tuple[int, int]:
    """Where a block's body ends and what follows it begins: at a fence on a line of its own, else at any, else last."""
    own_line = re.compile(rf"^[ \t]*{re.escape(fence)}{fence[0]}*[ \t]*\r?$", re.MULTILINE)
    anywhere = re.compile(re.escape(fence))
    found = own_line.search(text, start) or anywhere.search(text, start)
    return found.span() if found else (len(text), len(text))
