"""Every command of README and docs/: it is known, composes, and asks what it says; sweeps in a few of their jobs."""

import contextlib
import io
import json
import runpy
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.app.command import PROJECT, QUICK, CommandLine
from tests.app.conftest import CommandHere
from tests.app.warm_start import WarmStart
from tests.documentation.filling import Runs, filled, jobs
from tests.documentation.pages import PAGES, Command, all_commands, commands, write_files

COMMANDS = all_commands()
# Of a sweep as a whole, which is left out where each of its jobs is looked at alone.
OF_A_SWEEP = ("hydra/launcher=", "hydra.launcher.", "hydra/sweeper=", "hydra.sweeper.", "sweep.")
# Of the scripts, in the place of what would serve until somebody ends it, or open a window.
WITHOUT_END = {"board": ["--to", "board"], "preference": ["--scores"], "play": ["--no-gif"]}
LOOKS_ONLY = {"bench": ["--help"], "doctor": ["--help"]}  # they measure for minutes: tests/ground runs them
# What is said where there is no run of the kind that is wanted; the slow tests have some.
REFUSALS = {
    "record": "only answers that a model gave itself are recorded",
    "--learning": "no finished run with evaluations found there",
    "--checks": "no run of method=reward_gen with drafts found there",
}
DEMONSTRATIONS = {
    "env_id": "MiniGrid-DoorKey-5x5-v0",
    "kwargs": {},
    "model": "somebody",
    "trajectories": [{"seed": 284457150, "actions": [1, 1, 3, 2, 2, 1, 5, 2, 2, 1, 2, 2]}],
}


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory, warm: WarmStart | None) -> Runs:
    """A sweep of two small runs, one more that failed, and what others would have left."""
    folder = tmp_path_factory.mktemp("documentation")
    command = CommandLine(folder, warm)
    assert command.run("-m", *QUICK, "method.iterations=1", "seed=0,1").code == 0
    first, second = command.runs()
    failed = folder / "outputs" / "tabular" / "cartpole" / "gemini" / "seed0-00000000"
    failed.mkdir(parents=True)
    (failed / "status.json").write_text('{"state": "failed", "why": "no key"}')
    demonstrations, table = folder / "demonstrations.json", folder / "lines.json"
    demonstrations.write_text(json.dumps(DEMONSTRATIONS))
    actions = ["turn left", "turn right", "move forward", "pick up", "drop", "toggle", "done"]
    table.write_text(json.dumps({"env": "babyai_goto_local", "actions": actions, "lines": {}}))
    return Runs(first, second, demonstrations, table)


def those(chosen: Callable[[Command], bool]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("shown", [*filter(chosen, COMMANDS)], ids=str)


def starts(*words: str) -> Callable[[Command], bool]:
    return lambda command: tuple(command.words[: len(words)]) == words


def forget_modules(shown: Command) -> None:
    """Another page, or another folder, may have had modules of the same names."""
    for name, _ in shown.files:
        sys.modules.pop(name.removesuffix(".py"), None)


def test_every_page_has_commands_and_every_command_is_known() -> None:
    unknown = [str(command) for command in COMMANDS if not command.is_known]

    assert unknown == []
    assert {page.name for page in PAGES} - {command.page for command in COMMANDS} <= {"ARCHITECTURE.md"}


@pytest.mark.parametrize("block", ["docker run llmrl", "./start.sh --all", "FOO=1 conda activate llmrl", "ls outputs"])
def test_a_command_of_another_kind_would_be_noticed(block: str) -> None:
    [found] = commands(f"So:\n\n    {block}\n\nand then\n", "a page")

    assert not found.is_known


def test_what_a_command_prints_and_what_a_file_holds_are_no_commands() -> None:
    file, printed = (
        "    # mine/a.py\n    make = 1\n\n    python = 1\n\n",
        "    run    tabular on cartpole\n    sort   5\n",
    )
    text = f"{file}    python run.py\n\n{printed}"

    assert [command.line for command in commands(text, "a page")] == ["python run.py"]


@those(lambda command: command.is_run and "--help" not in command.words and "--cfg" not in command.words)
def test_a_run_composes_and_can_be_estimated(shown: Command, here: CommandHere, runs: Runs) -> None:
    write_files(shown, here.folder)
    forget_modules(shown)
    words = [word for word in filled(shown, runs)[2:] if not word.startswith(OF_A_SWEEP)]
    folders = words[: words.index("--config-dir") + 2] if "--config-dir" in words else []

    for job in jobs(words):
        overrides = [word for word in job if word not in folders]
        ended = here.run(*folders, *overrides, "rerun=false", "continue_from=null", "estimate=true")

        assert ended.code == 0, ended.err
        assert " at most " in ended.out


def test_a_run_of_the_pages_own_method_plays_again(
    here: CommandHere, no_page: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = next(command for command in COMMANDS if "method=rhythm" in command.words)
    write_files(shown, here.folder)
    forget_modules(shown)
    small = ("display.gif=false", "env.evaluation.held_out_episodes=5", "method.iterations=1")
    assert here.run(*shown.words[2:], *small).code == 0
    forget_modules(shown)

    code, told = tool("scripts.play", ["seed0", "--no-gif"], here.folder, monkeypatch)

    assert code == 0, told
    assert "came out as in the run's own held-out test" in told


@those(lambda command: command.is_run and {"--help", "--cfg"} & {*command.words} != set())
def test_what_tells_of_the_command_tells_it(shown: Command, here: CommandHere) -> None:
    ended = here.run(*shown.words[2:])

    assert ended.code == 0, ended.err
    assert "method" in ended.out


@those(lambda command: command.words[0] == "python" and not command.is_run)
def test_a_tool_does_what_it_is_told(shown: Command, runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(shown, runs.outputs.parent)
    words = filled(shown, runs)[1:]
    module = words[1] if words[0] == "-m" else words[0].removesuffix(".py").replace("/", ".")
    name = module.rpartition(".")[2]
    rest = [word for word in words[2 if words[0] == "-m" else 1 :] if word != "--window"]

    code, told = tool(module, [*arguments_of(name, rest), *rest], runs.outputs.parent, monkeypatch)

    refusal = next((REFUSALS[word] for word in (name, *rest) if word in REFUSALS), None)
    assert (refusal or "") in told, told
    assert code == 0 or refusal, told


def arguments_of(name: str, given: list[str]) -> list[str]:
    """What is added, so that the tool comes to an end by itself and soon."""
    added = WITHOUT_END.get(name) or LOOKS_ONLY.get(name) or []
    return [] if {*added} & {*given} else added


def tool(module: str, arguments: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    """`python -m module ...` in this process: its exit code, and what it said."""
    said = io.StringIO()
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", [module, *arguments])
    monkeypatch.setattr(sys, "path", [*sys.path, str(folder)])
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            runpy.run_module(module, run_name="__main__", alter_sys=True)
        except SystemExit as ended:
            return int(ended.code or 0), said.getvalue()
    return 0, said.getvalue()


@those(starts("make"))
def test_a_target_is_there_and_its_words_arrive(shown: Command, runs: Runs) -> None:
    words = filled(shown, runs)

    done = subprocess.run(
        [*words, "-n", "--no-print-directory", "-o", ".venv/.synced", "-f", str(PROJECT / "Makefile")],
        cwd=PROJECT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    given = [word.partition("=")[2] for word in words if "=" in word and not word.startswith(("PYTHON", "TORCH_INDEX"))]
    assert all(value in done.stdout for value in given)


@those(starts("pip"))
def test_an_extra_is_one_of_the_package(shown: Command) -> None:
    extras = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["optional-dependencies"]

    assert shown.words[1] == "install"
    assert shown.words[2] in {f".[{extra}]" for extra in extras}


@those(starts("export"))
def test_a_variable_is_one_that_something_reads(shown: Command) -> None:
    keys = [yaml.safe_load(path.read_text()).get("api_key_env") or [] for path in (PROJECT / "conf/llm").glob("*.yaml")]
    read = {name for names in keys for name in names} | {"OLLAMA_API_BASE"}

    assert shown.words[1].partition("=")[0] in read


@those(lambda command: command.words[0] in ("source", "eval", "git", "cd", "cp"))
def test_what_is_the_shells_own_is_right(shown: Command) -> None:
    kind, *rest = shown.words

    if kind == "source":
        assert rest[0] in (".venv/bin/activate", "/opt/conda/bin/activate")
    elif kind == "eval":
        assert rest == ["$(python run.py -sc install=bash)"]
    elif kind == "cp":
        assert (PROJECT / rest[0]).is_file()
    else:
        assert (kind, *rest[:1]) in {("git", "clone"), ("cd", "llmrl"), ("cd", "mine")}
