"""The command's outside: help, completion, its exit codes, and what it must not import."""

import json
import shlex
import subprocess
import sys
from pathlib import Path

from tests.app.command import PROJECT, QUICK, CommandLine
from tests.app.conftest import CommandHere

HEAVY = ("torch", "stable_baselines3", "litellm", "mujoco", "matplotlib")


def test_help_lists_every_group_its_options_and_five_examples(command: CommandLine) -> None:
    ended = command.run("--help")

    assert ended.code == 0
    for group in ("env:", "llm:", "method:", "training:", "experiment/tabular:", "hydra/launcher:"):
        assert group in ended.out
    assert "cartpole" in ended.out
    assert ended.out.count("  python run.py") == 5


def test_help_may_go_unread() -> None:
    piped = f"{shlex.quote(sys.executable)} run.py --help | true; exit ${{PIPESTATUS[0]}}"

    ended = subprocess.run(["bash", "-c", piped], cwd=PROJECT, capture_output=True, text=True)

    assert (ended.returncode, ended.stderr) == (0, "")


def test_help_and_printing_the_configuration_import_nothing_heavy() -> None:
    code = f"""
import sys
sys.argv = ["run.py", "--cfg", "job"]
from llmrl_runner.app import main
main()
print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)
"""
    ended = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)

    assert ended.stderr.strip() == "[]"


def test_tab_completion_offers_groups_options_and_keys(command: CommandLine) -> None:
    def offered(line: str) -> list[str]:
        ended = command.run("-sc", "query=bash", COMP_LINE=f"python run.py {line}", COMP_POINT=str(len(line) + 14))
        return ended.out.split()

    assert "env=cartpole" in offered("env=ca")
    assert "llm=replay" in offered("llm=re")
    assert any(word.startswith("method.iterations=") for word in offered("method.iter"))


def test_a_training_free_run_with_its_pictures_and_page_never_imports_torch(tmp_path: Path) -> None:
    arguments = ["run.py", *QUICK, "method.iterations=1", "display.gif=true", f"paths.outputs={tmp_path}"]
    code = f"""
import sys
sys.argv = {arguments!r}
from llmrl_runner.app import main
main()
print("torch" in sys.modules, file=sys.stderr)
"""
    ended = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)

    assert ended.stderr.strip() == "False"
    assert len(list(tmp_path.rglob("episode.gif"))) == 2


def test_a_study_s_arm_is_chosen_with_or_without_a_plus(here: CommandHere) -> None:
    plain, with_plus = (here.run(f"{sign}experiment=tabular/random", "--cfg", "job") for sign in ("", "+"))

    assert (plain.code, with_plus.code) == (0, 0)
    assert with_plus.out == plain.out
    assert "backend: random" in plain.out


def test_a_sweep_s_arms_are_chosen_with_a_plus_too(here: CommandHere) -> None:
    ended = here.run("-m", "+experiment=tabular/random,reflect/random", "env=frozen_lake", "estimate=true")

    assert ended.code == 0
    for method in ("tabular", "reflect"):
        assert f"{method}/frozen_lake/random/seed0: at most" in ended.out
    assert "the sweep: at most 2 runs" in ended.out


ECHO = """
import json, os
from llmrl_runner.methods.base import IterationResult, MethodRunner


class Echo(MethodRunner):
    def run_iteration(self, iteration):
        iteration.write_json("environment.json", dict(os.environ))
        return IterationResult(None, is_best=False)

    def blind_answer(self, purpose, rng):
        return ""
"""


def test_a_command_of_the_quick_tests_runs_in_the_environment_of_a_fresh_one(
    command: CommandLine, fresh_command: CommandLine
) -> None:
    (command.folder / "method").mkdir()
    (command.folder / "method" / "echo.yaml").write_text("name: echo\nrunner: echo.Echo\niterations: 1\n")
    (command.folder / "echo.py").write_text(ECHO)
    arguments = ("--config-dir", ".", "method=echo", "env=frozen_lake", "llm=random", "rerun=true")
    # What earlier commands had imported beforehand is not for the next to find.
    training = ("method=llmae_ppo", "env=cartpole", "training.n_envs=8")
    assert command.run("--cfg", "job", *training, OPENAI_API_KEY="none").code == 0

    for each in (command, fresh_command):
        assert each.run(*arguments).code == 0

    found = [json.loads(path.read_text()) for path in command.in_runs("iteration_000/environment.json")]
    assert len(found) == 2
    assert found[0] == found[1]
    assert found[0]["OMP_NUM_THREADS"] == "1"
