"""Answers with a program in them, as models write them, well and badly."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmrl_runner.answers.errors import ParseError
from llmrl_runner.methods.rewards.answer import read_reward

BODY = '    reward = -np.abs(obs[:, 0])\n    return reward, {"distance": reward}\n'
DEFINITION = f"def compute_reward(obs, action, next_obs, info):\n{BODY}"
PROGRAM = f"import numpy as np\n\n{DEFINITION}"
SKETCH = "def compute_reward(obs, action, next_obs, info):\n    ..."


def fenced(*blocks: str, language: str = "python") -> str:
    return "\nand\n".join(f"```{language}\n{block}\n```" for block in blocks)


def names(source: str) -> list[str]:
    """What a program's top level defines, in order."""
    found = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef | ast.Assign)]
    return [node.name if isinstance(node, ast.FunctionDef) else ast.unparse(node.targets[0]) for node in found]


@pytest.mark.parametrize(
    "answer",
    [
        fenced(PROGRAM),
        fenced(PROGRAM, language=""),
        fenced(PROGRAM, language="Python"),
        f"I thought of it.\n\n{fenced(PROGRAM)}\n\nThat should do.",
        f"<think>\n```python\ndef compute_reward(x): return 1\n```\n</think>\n{fenced(PROGRAM)}",
        fenced(PROGRAM).replace("\n", "\r\n"),
        f"```python\n{PROGRAM}",
        PROGRAM,
        f"Here it is:\n\n{PROGRAM}\nThis pays for being near, you see.",
        "- so:\n" + "\n".join(f"  {line}" for line in fenced(PROGRAM).split("\n")),
        fenced(SKETCH, PROGRAM),
        fenced(PROGRAM, SKETCH),
        fenced(PROGRAM.replace("0", "7"), PROGRAM),
        fenced(DEFINITION),
        fenced("import numpy as np", DEFINITION),
        fenced(PROGRAM) + "\n```json\n{}\n```\n```text\ndef compute_reward: a word\n```",
        fenced(PROGRAM) + "\n\nThe signature was `def compute_reward(obs, action, next_obs, info)`.",
    ],
)
def test_the_program_is_found_in_an_answer(answer: str) -> None:
    source = read_reward(answer).source

    assert source.split() == PROGRAM.split()


def test_what_was_said_around_the_program_is_kept() -> None:
    assert read_reward(f"First.\n{fenced(PROGRAM)}\nLast.").reasoning.split() == ["First.", "Last."]


def test_constants_and_functions_of_other_blocks_come_along() -> None:
    use = DEFINITION.replace("np.abs(obs[:, 0])", "near(obs[:, 0])")
    helper = "import numpy as np\ndef near(x):\n    return SCALE * np.abs(x)"
    unused = "import numpy as np\ndef other():\n    return 1"

    source = read_reward(fenced("SCALE = 2.0", unused, helper, use)).source

    assert names(source) == ["SCALE", "near", "compute_reward"]


def test_a_function_of_an_earlier_version_comes_along_without_that_version() -> None:
    first = f"import numpy as np\nSCALE = 1.0\n\ndef near(x):\n    return SCALE * x\n\n{DEFINITION}"
    second = DEFINITION.replace("np.abs(obs[:, 0])", "near(next_obs[:, 1])")

    source = read_reward(fenced(first, second)).source

    assert names(source) == ["SCALE", "near", "compute_reward"]
    assert "next_obs[:, 1]" in source


def test_what_follows_the_program_counts_where_it_is_used() -> None:
    use = PROGRAM.replace("np.abs(obs[:, 0])", "LIMIT - obs[:, 0]")

    assert names(read_reward(fenced(use, "LIMIT = 3.0")).source) == ["LIMIT", "compute_reward"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (PROGRAM.replace("reward = ", "reward = = "), r"line 4: .*`reward = = -np\.abs\(obs\[:, 0\]\)`"),
        (PROGRAM.replace("compute_reward", "reward"), "no function `compute_reward`|no code was found"),
        ("class R:\n    def compute_reward(self, o, a, n, i):\n        return 1", r"\(line 2\) must stand at the top"),
        (PROGRAM + DEFINITION, r"defined 2 times \(lines 3, 6\)"),
        (PROGRAM.replace("def ", "async def "), "not an async one"),
        (PROGRAM.replace(", info", ""), "exactly these arguments, in this order: obs, action, next_obs, info"),
        (PROGRAM.replace("info)", "info, *, scale)"), "exactly these arguments"),
        (PROGRAM.replace("info)", "info, scale)"), "exactly these arguments"),
        (PROGRAM.replace("return reward,", "yield reward,"), "not yield"),
        (SKETCH, "returns nothing"),
        ("import torch\n" + PROGRAM, "line 1 imports `torch`"),
        (PROGRAM.replace("    reward", "    import os.path\n    reward"), r"line 4 imports `os\.path`"),
        ("from . import x\n" + PROGRAM, r"line 1 imports `\.`"),
        ("return 1\n" + PROGRAM, "line 1: 'return' outside function"),
        (PROGRAM.replace("0", "\x00"), "line|can't be read"),
        (PROGRAM.replace("0", "(" * 5000 + ")" * 5000), "line|can't be read"),
        (PROGRAM + "x = 1\n" * 20_000, "longer than"),
    ],
)
def test_what_is_wrong_with_a_program_is_said(code: str, words: str) -> None:
    with pytest.raises(ParseError, match=words):
        read_reward(fenced(code))


@pytest.mark.parametrize("answer", ["", "<think>hm</think>", "I can't.", "```python\n```", "```json\n{}\n```"])
def test_an_answer_without_a_program_is_told_so(answer: str) -> None:
    with pytest.raises(ParseError, match=r"empty|no code was found"):
        read_reward(answer)


@pytest.mark.parametrize("more", [", scale=1.0", ", *rest", ", *, scale=1.0", ", **rest"])
def test_further_arguments_with_defaults_do_no_harm(more: str) -> None:
    assert more in read_reward(fenced(PROGRAM.replace("info)", f"info{more})"))).source


def outcome_of(answer: str) -> list[str] | str:
    """What the program defines; where there is none, why, said to be about the function."""
    try:
        return names(read_reward(answer).source)
    except ParseError as error:
        return f"no compute_reward: {error}"


PIECES = [
    "```",
    "```python\n",
    "\n",
    "def compute_reward(",
    "obs, action, next_obs, info):",
    "return 1",
    "    ",
    "x = 1",
]
PIECES += ["import ", "np", "(", '"""', "<think>", "</think>", "lambda", "...", "async ", "\\", "\ud800", "\x00", "- "]


@given(st.text() | st.lists(st.sampled_from(PIECES) | st.text(max_size=3)).map("".join))
def test_any_answer_is_a_program_that_parses_or_refused_in_words(answer: str) -> None:
    assert "compute_reward" in outcome_of(answer)


IDENTIFIERS = st.text("abcdefgh", min_size=1, max_size=4).map(lambda name: f"v_{name}")
PROSE = st.text(st.characters(exclude_characters="`~<", codec="utf-8"), max_size=40)


@given(st.lists(IDENTIFIERS, unique=True, min_size=1, max_size=6), st.data(), PROSE)
def test_functions_and_constants_survive_however_they_are_cut_into_blocks(
    chosen: list[str], data: st.DataObject, prose: str
) -> None:
    definitions = [
        f"def {name}(x):\n    return x" if data.draw(st.booleans()) else f"{name} = lambda x: 2 * x" for name in chosen
    ]
    used = " + ".join(f"{name}(obs[:, 0])" for name in chosen)
    parts = ["import numpy as np", *definitions, DEFINITION.replace("np.abs(obs[:, 0])", f"({used})")]
    cuts = [part + data.draw(st.sampled_from(["\n\n", f"\n```\n{prose}\n```python\n"])) for part in parts[:-1]]

    source = read_reward(f"{prose}\n```python\n{''.join(cuts)}{parts[-1]}\n```\n").source

    assert {*chosen, "compute_reward"} <= set(names(source))


def test_an_import_that_was_forgotten_comes_after_those_from_the_future() -> None:
    source = read_reward(fenced(f"from __future__ import annotations\n{DEFINITION}")).source

    compile(source, "reward", "exec")
    assert source.startswith("from __future__ import annotations\nimport numpy as np\n")
