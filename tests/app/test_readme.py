"""README's examples, word for word: the files that it shows are written, the commands below them run."""

import re
import shlex
import textwrap
from pathlib import Path

import pytest

from tests.app.command import PROJECT, CommandLine

README = (PROJECT / "README.md").read_text(encoding="utf-8")
FAST = ("display.gif=false", "env.evaluation.held_out_episodes=20")


def section(title: str) -> str:
    """The text below a heading."""
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def examples(text: str) -> dict[str, str]:
    """What stands in each indented block that begins with a file's name, by that name."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in text.splitlines():
        if started := re.fullmatch(r"    # ([\w/]+\.\w+)", line):
            name = started[1]
            found[name] = []
        elif line and (not line.startswith("    ") or line.startswith("    python run.py ")):
            name = ""
        elif name:
            found[name].append(line)
    return {name: textwrap.dedent("\n".join(lines)).strip() + "\n" for name, lines in found.items()}


def write_examples(text: str, folder: Path) -> list[str]:
    """Write the examples into `folder`. Returns their names."""
    for name, body in examples(text).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(body)
    return list(examples(text))


def commands(text: str) -> list[list[str]]:
    """The arguments of each `python run.py` that stands on a line of its own."""
    return [shlex.split(line)[2:] for line in text.splitlines() if line.startswith("    python run.py ")]


@pytest.mark.parametrize(
    ("title", "files"),
    [
        ("Add an environment", ["mine/env/short_pole.yaml"]),
        ("Add a method", ["one_action.py", "mine/method/one_action.yaml"]),
    ],
)
def test_an_example_of_the_readme_works_as_it_stands(title: str, files: list[str], command: CommandLine) -> None:
    write_examples(section("Add an environment"), command.folder)

    assert write_examples(section(title), command.folder) == files
    [arguments] = commands(section(title))
    ended = command.run(*arguments, *FAST)

    assert ended.code == 0, ended.err
    assert "on short_pole" in ended.out
