"""What an answer says once its thinking is taken away."""

import re

TAG = r"(?:think|thinking|reasoning|thought)"
CLOSED_THINKING = re.compile(rf"<({TAG})>.*?</\1>", re.DOTALL | re.IGNORECASE)
# Some chat templates open the block themselves, so that only its end is in the answer.
UNOPENED_THINKING = re.compile(rf"\A.*</{TAG}>", re.DOTALL | re.IGNORECASE)
# Only at a line's start: a word about the tag in running text opens nothing.
UNCLOSED_THINKING = re.compile(rf"^[ \t]*<{TAG}>.*\Z", re.DOTALL | re.IGNORECASE | re.MULTILINE)


def strip_thinking(text: str) -> str:
    """The text without blocks of thinking, whether or not they were opened and closed."""
    for pattern in (CLOSED_THINKING, UNOPENED_THINKING, UNCLOSED_THINKING):
        text = pattern.sub("", text)
    return text.strip()
