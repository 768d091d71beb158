"""The fenced blocks of an answer, and what stands around them."""

import re

OPENING = re.compile(r"^\s*(?:>\s*)?(`{3,}|~{3,})(.*)$")


def split_fences(text: str) -> tuple[list[str], str]:
    """The contents of the fenced blocks in their order, and the text outside. An unclosed block runs to the end."""
    blocks: list[list[str]] = []
    outside: list[str] = []
    fence = ""  # the opening fence of the block that a line stands in
    for line in text.splitlines():
        match = OPENING.match(line)
        if fence:
            if match and match[1].startswith(fence) and not match[2].strip():
                fence = ""
            else:
                blocks[-1].append(line)
        elif match and match[1] in match[2]:  # opened and closed on one line
            blocks.append([match[2].split(match[1])[0]])
        elif match:
            fence = match[1]
            blocks.append([])
        else:
            outside.append(line)
    return ["\n".join(block) for block in blocks], "\n".join(outside)
