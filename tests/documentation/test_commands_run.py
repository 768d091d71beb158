"""Every command of README and docs/, truly run, made small. What is not run for real is listed in NOT_RUN."""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.app.command import PROJECT, QUICK, CommandLine
from tests.documentation.filling import Runs, filled
from tests.documentation.making_small import answer_to, sensible, small
from tests.documentation.pages import Command, all_commands, write_files
from tests.llm.misbehaving_server import MisbehavingServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

COMMANDS = all_commands()
PATIENCE_S = 280
KEY = "sk-none-needed"
# What a command line of ours can't be run with here, and what is run or looked at instead.
NOT_RUN = {
    "install": "it wants the network: `make -n`",
    "sync": "it wants the network: `make -n`",
    "lock": "it wants the network: `make -n`",
    "demo TORCH_INDEX": "it wants the network: `make demo` is run",
    "test": "it would run itself: `make -n`",
    "test-all": "it would run itself: `make -n`",
    "test-slurm": "it wants a machine to set up Slurm on, and root: `make -n`; tests/slurm is what it runs",
    "check": "the pre-commit hook runs it: `make -n`",
    "format": "it would change files of this checkout: `make -n`",
    "bench": "it takes minutes: `make -n`; tests/ground runs the benchmarks' own tests",
    "study": "its runs take minutes to hours: `make study NAME=tabular` is run small below",
}
# Of the scripts, in the place of what would serve until somebody ends it, or open a window.
WITHOUT_END = {"tensorboard": "--to board", "board": "--to board", "prefer": "--scores", "preference": "--scores"}


@dataclass(frozen=True)
class Kinds:
    """Runs of all the kinds that the tools want."""

    tabular: Runs
    live: Path


@pytest.fixture(scope="module")
def api_base() -> Iterator[str]:
    server = MisbehavingServer()
    server.otherwise = sensible()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield server.api_base
    server.stopping.set()
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory, api_base: str) -> Kinds:
    """A sweep of two runs, a run of a live model, a failed one, demonstrations, lines, and drafts of rewards."""
    command = CommandLine(tmp_path_factory.mktemp("kinds"))
    sweep = ["-m", *QUICK, "method.iterations=1", "seed=0,1", "display.gif=true"]
    demos, told = ["method=llmae_ppo", "env=doorkey_5x5"], ["method=augmented", "env=babyai_goto_local"]
    drafts = ["method=reward_gen", "env=pendulum", "llm=random"]
    for words in (sweep, *(small(each, api_base) for each in (["llm=gemini"], demos, told, drafts))):
        ended = command.run(*words, OPENAI_API_KEY=KEY)
        assert ended.code == 0, ended.err
    nobody = ["llm=openai_compatible", "llm.model=x", "llm.api_base=http://127.0.0.1:9", "llm.max_retries=0"]
    assert command.run("env=acrobot", *nobody, OPENAI_API_KEY=KEY).code == 1
    outputs = command.folder / "outputs"
    first, second = sorted(outputs.glob("tabular/frozen_lake/random/seed*"))
    [demonstrations] = outputs.glob("llmae_ppo/**/iteration_000/demonstrations.json")
    [table] = outputs.glob("augmented/**/iteration_000/lines.json")
    [live] = outputs.glob("tabular/cartpole/openai_compatible/seed*")
    return Kinds(Runs(first, second, demonstrations, table), live)


@pytest.fixture
def house(tmp_path: Path, kinds: Kinds) -> Path:
    """A folder with the project in it, and the runs as its outputs."""
    for name in ("run.py", "Makefile", "llmrl_runner", "scripts", "conf", "hydra_plugins", "pyproject.toml", ".venv"):
        (tmp_path / name).symlink_to(PROJECT / name)
    (tmp_path / "requirements.lock").symlink_to(PROJECT / "requirements.lock")
    shutil.copytree(kinds.tabular.outputs, tmp_path / "outputs")
    return tmp_path


@contextmanager
def somebody_answering(folder: Path) -> Iterator[None]:
    """Who writes the answers of `llm=manual` into their files, until the block ends."""
    is_over = threading.Event()

    def answer_all() -> None:
        while not is_over.wait(0.2):
            for prompt in folder.glob("outputs/*/*/manual/*/manual/*.prompt.md"):
                path = prompt.with_name(prompt.name.replace(".prompt.md", ".answer.md"))
                if not path.exists():
                    path.write_text(answer_to(prompt.read_text()))

    thread = threading.Thread(target=answer_all, daemon=True)
    thread.start()
    yield
    is_over.set()
    thread.join()


def moved(runs: Kinds, house: Path) -> Runs:
    """The runs as they lie in that folder."""
    there = [
        house / path.relative_to(runs.tabular.outputs.parent)
        for path in (runs.tabular.first, runs.tabular.second, runs.tabular.demonstrations, runs.tabular.table)
    ]
    return Runs(*there)


def is_left_out(command: Command) -> bool:
    """Whether it can't be run here: see NOT_RUN."""
    targets = [word for word in command.words[1:] if "=" not in word]
    has_index = any(word.startswith("TORCH_INDEX") for word in command.words)
    is_study = "study" in targets and any(word.startswith("NAME=") for word in command.words)
    return has_index or is_study or bool({*targets} & {*NOT_RUN} - {"study"})


def those(chosen: Callable[[Command], bool]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("shown", [*filter(chosen, COMMANDS)], ids=str)


@those(lambda command: command.is_run and not command.is_on_a_cluster)
def test_a_run_does_what_the_page_says(shown: Command, command: CommandLine, kinds: Kinds, api_base: str) -> None:
    write_files(shown, command.folder)
    words = filled(shown, kinds.tabular)[2:]
    is_told = {"--help", "--cfg", "estimate=true"} & {*words}
    goes_on = any(word.startswith("continue_from=") for word in words)
    few = words if is_told else [*QUICK, *words] if goes_on else small(words, api_base)

    with somebody_answering(command.folder):
        process = command.start(*few, **shown.environment, OPENAI_API_KEY=KEY)
        out, err = process.communicate(timeout=PATIENCE_S)

    assert process.returncode == 0, out + err
    assert is_told or command.in_runs("result.json")


@those(lambda command: command.words[0] == "python" and not command.is_run and "scripts.bench" not in command.words)
def test_a_tool_does_what_the_page_says(shown: Command, house: Path, kinds: Kinds) -> None:
    words = [word for word in filled(shown, moved(kinds, house))[1:] if word != "--window"]
    name = (words[1] if words[0] == "-m" else words[0].removesuffix(".py")).rpartition(".")[2].rpartition("/")[2]
    if name == "record":
        words = [words[0], str(kinds.live), "--to", "made.jsonl"]

    write_files(shown, house)
    program = words[:2] if words[0] == "-m" else words[:1]
    rest = [word for word in words[len(program) :] if word != "--scores"]
    done = told([sys.executable, *program, *WITHOUT_END.get(name, "").split(), *rest], house)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout or name == "clean_failed"


@those(lambda command: command.words[0] == "make" and not is_left_out(command))
def test_a_target_does_what_the_page_says(shown: Command, house: Path, kinds: Kinds) -> None:
    words = filled(shown, moved(kinds, house))
    more = [f"ARGS={WITHOUT_END[words[1]]}"] if words[1] in WITHOUT_END else []
    kept = [word for word in words if not (more and word.startswith("ARGS=")) and word != "ARGS=--window"]

    done = told([*kept, *more, "-o", ".venv/.synced"], house, said="y\n")

    assert done.returncode == 0, done.stdout + done.stderr


def test_a_study_runs_and_writes_its_page(house: Path) -> None:
    small_words = " ".join(word for word in QUICK if not word.startswith(("env=", "llm=")))
    words = f"experiment=tabular/llm,tabular/random env=frozen_lake seed=0 {small_words} hydra/launcher=basic"

    done = told(["make", "study", "NAME=tabular", f"ARGS={words}", "-o", ".venv/.synced"], house)

    assert done.returncode == 0, done.stdout + done.stderr
    assert (house / "outputs" / "studies" / "tabular" / "README.md").is_file()


@those(lambda command: command.words[0] == "eval")
def test_tab_completion_is_a_script_that_bash_takes(shown: Command, house: Path) -> None:
    made = subprocess.run(
        [sys.executable, "run.py", "-sc", "install=bash"], cwd=house, capture_output=True, text=True, check=True
    )

    assert subprocess.run(["bash", "-n"], input=made.stdout, text=True, check=False).returncode == 0
    assert "complete" in made.stdout


def told(words: list[str], house: Path, said: str = "") -> "subprocess.CompletedProcess[str]":
    """A program run there, with the project of these tests."""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    return subprocess.run(
        words, cwd=house, env=environment, input=said, capture_output=True, text=True, check=False, timeout=PATIENCE_S
    )


def test_the_failed_run_of_these_tests_is_one(kinds: Kinds) -> None:
    [failed] = kinds.tabular.outputs.glob("tabular/acrobot/openai_compatible/seed*")

    assert json.loads((failed / "status.json").read_text())["state"] == "failed"
