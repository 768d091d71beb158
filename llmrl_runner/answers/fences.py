"""The fenced blocks of an answer, and what stands around them."""

import re
from dataclasses import dataclass

# The margin, at a line's start, may be that of a quotation. A language begins with a letter: rows begin with numbers.
OPENING = re.compile(
    r"(?P<margin>^[ \t>]*)?(?<![`~])(?P<fence>`{3,}|~{3,})(?![`~])[ \t]*(?P<language>[A-Za-z][\w+#.-]*)?(?P<rest>.*)",
    re.MULTILINE,
)
QUOTE_MARK = re.compile(r"^[ \t]*> ?", re.MULTILINE)


@dataclass(frozen=True)
class FencedBlock:
    """The text between two fences; language in lower case, empty where none is named."""

    language: str
    body: str


def fenced_blocks(text: str) -> list[FencedBlock]:
    """The fenced blocks in order. One that isn't closed ends with the text; one line may open and close it."""
    return split_fences(text)[0]


def split_fences(text: str) -> tuple[list[FencedBlock], str]:
    """The fenced blocks in order, and the text outside of them."""
    blocks: list[FencedBlock] = []
    outside: list[str] = []
    done = position = 0  # all before `done` is in a block or outside; no block opens between it and `position`
    while opening := OPENING.search(text, position):
        block, position = _block_at(opening)
        if block is not None:
            blocks.append(block)
            outside.append(text[done : opening.start()])
            done = position
    return blocks, "\n".join([*outside, text[done:]])


def _block_at(opening: re.Match[str]) -> tuple[FencedBlock | None, int]:
    """The block that a fence opens, None where the fence stands amid a line as a word would; where to read on."""
    text, fence, start = opening.string, opening["fence"], opening.start("rest")
    content, closing, _ = opening["rest"].partition(fence)
    if closing:
        return _block_in_line(opening, content), start + len(content) + len(closing)
    if opening["margin"] is None and content.strip():
        return None, start
    end, after = _end_of_block(text, fence, start)
    body = QUOTE_MARK.sub("", text[start:end]) if ">" in (opening["margin"] or "") else text[start:end]
    return _block(opening["language"], body.strip("\r\n")), after


def _block_in_line(opening: re.Match[str], content: str) -> FencedBlock:
    """A block whose fences stand in one line; a first word is its language where something follows it."""
    if content.strip() and content[0].isspace():
        return _block(opening["language"], content)
    return _block(None, opening.string[opening.end("fence") : opening.start("rest")] + content)


def _block(language: str | None, body: str) -> FencedBlock:
    return FencedBlock((language or "").lower(), body)


def _end_of_block(text: str, fence: str, start: int) -> tuple[int, int]:
    """Where a block's body ends and what follows it begins: at a fence on a line of its own, else at any, else last."""
    own_line = re.compile(rf"^[ \t>]*{re.escape(fence)}{fence[0]}*[ \t]*\r?$", re.MULTILINE)
    anywhere = re.compile(re.escape(fence))
    found = own_line.search(text, start) or anywhere.search(text, start)
    return found.span() if found else (len(text), len(text))
