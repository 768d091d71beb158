"""Python that somebody wrote, read and never run: which names it binds, and which it uses without binding them."""

import ast
import builtins
import warnings

from llmrl_runner.answers.errors import ParseError

SHOWN = 120  # characters of a line
# What Python raises for text that is no program, besides SyntaxError: zero bytes, half characters, too deep a nesting.
UNREADABLE = (ValueError, RecursionError, MemoryError, OverflowError)
# What has names of its own inside.
OWN_NAMES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.comprehension)
BUILTIN = {*dir(builtins), "__name__", "__file__", "__doc__"}


def parse_code(source: str) -> ast.Module:
    """The program as a tree. Raises ParseError with the line that is wrong."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as of a backslash in a docstring
            tree = ast.parse(source)
            compile(source, "<reward>", "exec", dont_inherit=True)  # finds a `return` outside of a function, say
    except SyntaxError as error:
        raise ParseError(_syntax_words(source, error)) from error
    except UNREADABLE as error:
        raise ParseError(f"the code can't be read as Python ({type(error).__name__})") from error
    return tree


def bound_names(tree: ast.Module) -> set[str]:
    """The names that the program's top level binds, in a loop or a condition, too, but not inside of a function."""
    names: set[str] = set()
    nodes: list[ast.AST] = list(tree.body)
    while nodes:
        node = nodes.pop()
        names.update(_binds(node))
        nodes += [] if isinstance(node, OWN_NAMES) else ast.iter_child_nodes(node)
    return names


def missing_names(tree: ast.Module) -> set[str]:
    """The names that are used somewhere and bound nowhere, be it in another function; builtins left out."""
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    return used - {name for node in ast.walk(tree) for name in _binds(node)} - BUILTIN


def without_function(source: str, name: str) -> str:
    """The program without its top-level function `name`."""
    lines = source.split("\n")
    for node in reversed(parse_code(source).body):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name:
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            del lines[first - 1 : node.end_lineno]
    return "\n".join(lines).strip("\n")


def _binds(node: ast.AST) -> list[str]:
    """The names that a node binds by itself."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return [alias.asname or alias.name.partition(".")[0] for alias in names]
        case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
            return [name]
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            return [name]
        case _:
            return []


def _syntax_words(source: str, error: SyntaxError) -> str:
    """`line 3: invalid syntax: x = = 1`."""
    number = error.lineno or 0
    lines = source.split("\n")
    text = lines[number - 1].strip()[:SHOWN] if 0 < number <= len(lines) else ""
    return f"line {number}: {error.msg}" + (f": `{text}`" if text else "")
