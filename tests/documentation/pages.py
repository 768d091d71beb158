"""What README and docs/ show: the commands, and the files that are to be written."""

import re
import shlex
import shutil
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.app.command import PROJECT

PAGES = [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]
# Whatever begins with one of these is a command; what else begins like one is unknown, and fails the tests.
OURS = ("python", "make", "pip", "source", "export", "eval", "git", "cd", "cp")
OTHERS = ("ollama", "vllm", "squeue", "curl")  # programs of other projects: nothing of ours is run by them
FOREIGN = (
    "docker",
    "conda",
    "uv",
    "npm",
    "sudo",
    "apt-get",
    "apt",
    "sbatch",
    "srun",
    "scancel",
    "wget",
    "ssh",
    "llmrl",
)
ON_A_CLUSTER = "# on a cluster"  # a block's first line, where its commands want Slurm: tests/slurm runs what they do
FILE = re.compile(r"# ([\w/.-]+\.\w+)")
SCRIPT = re.compile(r"python [\w/]+\.py\b")  # which ends the file above it
ASSIGNED = re.compile(r"[A-Z_]+=\S*")
INLINE = re.compile(r"`((?:python|make|pip|source|export|eval|cp) [^`]+)`")


@dataclass(frozen=True)
class Command:
    """One command as it stands on a page. files: those that the page shows above it, by name."""

    page: str
    line: str
    block: str = ""
    files: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    @property
    def environment(self) -> dict[str, str]:
        """The variables that stand before it."""
        return dict(word.split("=", 1) for word in self._split()[0])

    @property
    def words(self) -> list[str]:
        """The program and its arguments."""
        return self._split()[1]

    @property
    def is_on_a_cluster(self) -> bool:
        """Whether it wants Slurm."""
        return self.block.startswith(ON_A_CLUSTER)

    @property
    def is_run(self) -> bool:
        """Whether it is `python run.py ...`."""
        return self.words[:2] == ["python", "run.py"]

    @property
    def is_known(self) -> bool:
        """Whether the tests know what to do with such a command."""
        return self.words[0] in (*OURS, *OTHERS)

    def __str__(self) -> str:
        return f"{self.page}: {self.line}"

    def _split(self) -> tuple[list[str], list[str]]:
        words = shlex.split(self.line, comments=True)
        count = next((k for k, word in enumerate(words) if not ASSIGNED.fullmatch(word)), len(words))
        return words[:count], words[count:]


def all_commands() -> list[Command]:
    """Every command of every page, each once."""
    found: dict[str, Command] = {}
    for page in PAGES:
        for command in commands(page.read_text(encoding="utf-8"), page.name):
            found.setdefault(" ".join([*command.environment, *command.words]), command)
    return list(found.values())


def commands(text: str, page: str) -> Iterator[Command]:
    """Those of one page: the lines of its blocks, then what stands between backticks in its prose."""
    files: dict[str, str] = {}
    for block in blocks(text):
        files |= files_of(block)
        for line in command_lines(block):
            yield Command(page, line, block, tuple(files.items()))
    for words in INLINE.findall(re.sub(r"(?m)^(    .*|```[\s\S]*?```)$", "", text)):
        yield Command(page, " ".join(words.split()), "", tuple(files.items()))


def blocks(text: str) -> list[str]:
    """The indented and the fenced ones, without their indentation."""
    found = re.findall(r"(?:^ {4}.*\n(?:[ ]*\n)*)+|^```\w*\n[\s\S]*?^```$", text + "\n", flags=re.MULTILINE)
    return [textwrap.dedent(re.sub(r"^```\w*\n|```$", "", block, flags=re.MULTILINE)).strip() for block in found]


def files_of(block: str) -> dict[str, str]:
    """What is to stand in each file that the block shows under `# its name`, by that name."""
    return {name: textwrap.dedent("\n".join(lines)).strip() + "\n" for name, lines in _parts(block) if name}


def command_lines(block: str) -> list[str]:
    """The lines of the block that are commands, known or not; what they print and what files hold is none."""
    return [line for name, lines in _parts(block) if not name for line in _commands_of(lines)]


def _commands_of(paragraph: list[str]) -> list[str]:
    first = next((line for line in paragraph if not line.startswith("#")), "")
    if looks_like_a_command(first):
        return [line for line in paragraph if not line.startswith((" ", "#"))]
    return [line for line in paragraph if _first_word(line) in OURS and not line.startswith(" ")]


def looks_like_a_command(line: str) -> bool:
    """Whether a block that begins with this line is one of commands, of whatever program."""
    word = _first_word(line)
    is_one_here = re.fullmatch(r"[a-z][\w.-]*", word) and shutil.which(word)
    return word in (*OURS, *OTHERS, *FOREIGN) or word.startswith("./") or bool(is_one_here)


def _first_word(line: str) -> str:
    return next((word for word in line.split() if not ASSIGNED.fullmatch(word)), "")


def _parts(block: str) -> list[tuple[str, list[str]]]:
    """The block's files with their names, and what is none in paragraphs, whose name is ""."""
    parts: list[tuple[str, list[str]]] = [("", [])]
    for line in block.splitlines():
        if named := FILE.fullmatch(line):
            parts.append((named[1], []))
        elif parts[-1][0] and SCRIPT.match(line):
            parts.append(("", [line]))
        elif not parts[-1][0] and not line.strip():
            parts.append(("", []))
        else:
            parts[-1][1].append(line)
    return parts


def write_files(command: Command, folder: Path) -> None:
    """Write the files that the command's page shows above it."""
    for name, body in command.files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(body)
