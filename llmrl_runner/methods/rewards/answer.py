"""A reward in an LLM's answer: the whole program that it wrote, with its imports, constants and further functions.

What is checked here helps good code on its way, since a mistake is told before anything runs; what keeps bad code in
is the sandbox.
"""

import ast
import re
from dataclasses import dataclass
from textwrap import dedent
from typing import TypeGuard

from llmrl_runner.answers.errors import ParseError
from llmrl_runner.answers.fences import split_fences
from llmrl_runner.answers.thinking import strip_thinking
from llmrl_runner.methods.rewards.code import bound_names, missing_names, parse_code, without_function

FUNCTION = "compute_reward"
PARAMETERS = ("obs", "action", "next_obs", "info")
PYTHON = {"", "python", "python3", "py", "py3", "numpy"}
LONGEST = 60_000  # characters of code: a reward of a few pages is none
Function = ast.FunctionDef | ast.AsyncFunctionDef
# Modules that compute and do nothing else; the confined process may have few others.
PURE = {"numpy", "math", "cmath", "typing", "collections", "dataclasses", "enum", "functools", "itertools", "operator"}
PURE |= {"__future__", "abc", "numbers", "statistics", "types", "fractions", "decimal", "warnings"}
# What models forget to write because everybody does: the names, and the import that each stands for.
USUAL = {"np": "import numpy as np", "numpy": "import numpy", "math": "import math"}
DEFINITION = re.compile(rf"^[ \t]*(?:async[ \t]+)?def[ \t]+{FUNCTION}\b", re.MULTILINE)
CODE_LINE = re.compile(r"^(?:import |from \w|def |class |@|[A-Za-z_]\w*\s*(?::[^=\n]+)?=(?!=))")


@dataclass(frozen=True)
class RewardSource:
    """source: the program, ready to run. reasoning: what was said around it."""

    source: str
    reasoning: str


def read_reward(text: str) -> RewardSource:
    """The last complete program of an answer, with whatever it uses of the answer's other blocks of code.

    Raises ParseError, in a line for the LLM, where there is none that parses, has one `compute_reward` at the top level
    that takes four arguments, and imports nothing but numpy and what computes.
    """
    answer = strip_thinking(text)
    if not answer:
        raise ParseError("the answer was empty")
    fenced, outside = split_fences(answer)
    blocks = [_code(block.body) for block in fenced if block.language in PYTHON]
    if not any(DEFINITION.search(block) for block in blocks):
        blocks.append(_bare_code(_code(outside)))
    if sum(map(len, blocks)) > LONGEST:
        raise ParseError(f"the code is longer than {LONGEST} characters")
    source = _completed(blocks, _last_program(blocks))
    check_program(parse_code(source))
    return RewardSource(source.strip("\n") + "\n", outside.strip() if fenced else "")


def check_program(tree: ast.Module) -> None:
    """Raise ParseError where a program can't be a reward."""
    _check_imports(tree)
    found = [node for node in tree.body if _is_reward(node)]
    if not found:
        raise ParseError(_where_else(tree))
    if len(found) > 1:
        lines = ", ".join(str(node.lineno) for node in found)
        raise ParseError(f"`{FUNCTION}` is defined {len(found)} times (lines {lines}); exactly one is needed")
    _check_function(found[0])


def _code(text: str) -> str:
    """Code at the margin, its lines ended as Python counts them."""
    return dedent(text.replace("\r\n", "\n").replace("\r", "\n"))


def _bare_code(answer: str) -> str:
    """Code without fences: from the first line that looks like it to the last with which it parses."""
    lines = answer.split("\n")
    first = next((number for number, line in enumerate(lines) if CODE_LINE.match(line)), None)
    if first is None or not DEFINITION.search(answer):
        raise ParseError(f"no code was found; one fenced block of Python with `def {FUNCTION}(...)` is needed")
    whole = "\n".join(lines[first:])
    for end in _ends_of_code(lines, first):
        part = "\n".join(lines[first:end])
        if DEFINITION.search(part) and _parses(part):
            return part
    return whole


def _ends_of_code(lines: list[str], first: int) -> list[int]:
    """Where code may end and prose begin, the last first: before a line at the margin. A few dozen at most."""
    margins = [number for number in range(first + 1, len(lines)) if lines[number][:1].strip()]
    return [len(lines), *reversed(margins[-40:])]


def _last_program(blocks: list[str]) -> int:
    """Which block is the program: the last that says what to pay, else the last that has the function at all."""
    having = [number for number, block in enumerate(blocks) if DEFINITION.search(block)]
    return next((number for number in reversed(having) if not _is_sketch(blocks[number])), having[-1])


def _is_sketch(block: str) -> bool:
    """Whether its function says nothing yet: a signature, a docstring, dots. Code with a mistake in it is no sketch."""
    if not _parses(block):
        return not re.search(r"^\s*return\b", block, re.MULTILINE)
    bodies = [node.body for node in parse_code(block).body if _is_reward(node)]
    return all(_says_nothing(statement) for body in bodies for statement in body)


def _says_nothing(statement: ast.stmt) -> bool:
    is_constant = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return is_constant or isinstance(statement, ast.Pass | ast.Raise)


def _completed(blocks: list[str], chosen: int) -> str:
    """The chosen block after what it uses of the others: whole blocks, and of other versions all but the function."""
    program = blocks[chosen]
    if not _parses(program):
        return program  # its mistake is told
    others = [number for number, block in enumerate(blocks) if number != chosen and _parses(block)]
    used = _used_blocks(blocks, others, missing_names(parse_code(program)))
    parts = [without_function(blocks[number], FUNCTION) for number in sorted(used)]
    joined = "\n\n".join([*(part for part in parts if part), program])
    usual = [line for name, line in USUAL.items() if name in missing_names(parse_code(joined))]
    return _with_imports(usual, joined) if usual else joined


def _with_imports(usual: list[str], program: str) -> str:
    """The program after these imports, but for those from __future__, which have to stay first."""
    lines = program.split("\n")
    of_the_future = [
        node.end_lineno or 0
        for node in parse_code(program).body
        if isinstance(node, ast.ImportFrom) and node.module == "__future__"
    ]
    first = max(of_the_future, default=0)
    return "\n".join([*lines[:first], *usual, *lines[first:]])


def _used_blocks(blocks: list[str], others: list[int], missing: set[str]) -> set[int]:
    """Those of the `others` that bind a name that is missing, and then what these miss; the last binding counts."""
    used: set[int] = set()
    while missing:
        binding = [
            number for number in others if number not in used and bound_names(parse_code(blocks[number])) & missing
        ]
        if not binding:
            return used
        last = binding[-1]
        used.add(last)
        tree = parse_code(blocks[last])
        missing = (missing - bound_names(tree)) | missing_names(tree)
    return used


def _parses(source: str) -> bool:
    try:
        parse_code(source)
    except ParseError:
        return False
    return True


def _is_reward(node: ast.stmt) -> TypeGuard[Function]:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == FUNCTION


def _check_imports(tree: ast.Module) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            foreign = [name for name in _imported(node) if name.partition(".")[0] not in PURE]
            if foreign:
                raise ParseError(f"line {node.lineno} imports `{foreign[0]}`; only numpy, math and the like are there")


def _imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    """The modules that a line imports."""
    if isinstance(node, ast.ImportFrom):
        return ["." * node.level + (node.module or "")]
    return [alias.name for alias in node.names]


def _where_else(tree: ast.Module) -> str:
    """Why there is no function at the top level."""
    inside = [node.lineno for node in ast.walk(tree) if isinstance(node, Function) and node.name == FUNCTION]
    if inside:
        return f"`{FUNCTION}` (line {inside[0]}) must stand at the top level of the program, in no class or function"
    return f"no function `{FUNCTION}` was found in the answer's code"


def _check_function(function: Function) -> None:
    if isinstance(function, ast.AsyncFunctionDef):
        raise ParseError(f"`{FUNCTION}` must be a plain function, not an async one")
    if not _takes_four(function.args):
        raise ParseError(f"`{FUNCTION}` must take exactly these arguments, in this order: {', '.join(PARAMETERS)}")
    inside = list(ast.walk(function))
    if any(isinstance(node, ast.Yield | ast.YieldFrom) for node in inside):
        raise ParseError(f"`{FUNCTION}` must return its values, not yield them")
    if not any(isinstance(node, ast.Return) and node.value is not None for node in inside):
        raise ParseError(f"`{FUNCTION}` returns nothing; `return reward, components` is needed")


def _takes_four(args: ast.arguments) -> bool:
    """Whether it can be called with four arguments by position; further ones have defaults."""
    positional = len(args.posonlyargs) + len(args.args)
    needed = positional - len(args.defaults)
    is_called_by_position = None not in args.kw_defaults  # every keyword-only one has a default
    return is_called_by_position and needed <= len(PARAMETERS) and (positional >= len(PARAMETERS) or bool(args.vararg))
