"""A run through the public command: what it leaves behind, and how it is skipped, resumed, repeated and continued."""

import html
import json
import random
import re
import shlex
import shutil
import signal
import threading
from pathlib import Path

import pytest
import yaml

from tests.app.command import QUICK, CommandLine, Ended, result_of, transcript_of, wait_until
from tests.app.warm_start import WarmStart

ITERATION_FILES = {
    "prompt.md",
    "response.md",
    "candidate.json",
    "policy.csv",
    "policy.png",
    "feedback.md",
    "metrics.json",
}


@pytest.fixture(scope="module")
def first_time(tmp_path_factory: pytest.TempPathFactory) -> tuple[CommandLine, Ended]:
    """A run that nothing happened to, started from nothing, and what the command said."""
    command = CommandLine(tmp_path_factory.mktemp("undisturbed"))
    return command, command.run(*QUICK)


@pytest.fixture(scope="module")
def undisturbed(first_time: tuple[CommandLine, Ended]) -> Path:
    """The folder of that run; to be read alone."""
    return first_time[0].only_run()


@pytest.fixture
def finished(command: CommandLine, undisturbed: Path) -> Path:
    """A copy of that folder where the command finds it."""
    copied = command.folder / undisturbed.relative_to(undisturbed.parents[4])
    shutil.copytree(undisturbed, copied)
    return copied


def test_a_run_leaves_the_whole_folder_and_a_table_with_the_page(
    first_time: tuple[CommandLine, Ended], undisturbed: Path
) -> None:
    command, ended = first_time

    run = undisturbed
    assert ended.code == 0
    assert run.parent == command.folder / "outputs" / "tabular" / "frozen_lake" / "random"
    assert str(run.relative_to(command.folder) / "report.html") in ended.out
    for name in ("config.yaml", "status.json", "transcript.jsonl", "metrics.jsonl", "result.json", "report.html"):
        assert (run / name).stat().st_size > 0
    for index in range(3):
        assert {path.name for path in (run / f"iteration_{index:03d}").iterdir()} == ITERATION_FILES
    assert {path.name for path in (run / "best").iterdir()} == ITERATION_FILES
    assert json.loads((run / "status.json").read_text())["state"] == "finished"
    assert not list(run.rglob("*.tmp"))
    assert not list(run.glob(".iteration*"))


def test_result_json_keeps_its_contract_and_says_null_for_what_is_unknown(command: CommandLine) -> None:
    command.run("llm=random", "env=mountain_car", *QUICK[2:])

    result = json.loads((command.only_run() / "result.json").read_text())
    assert {"method", "env", "llm", "seed", "best_iteration", "iterations", "search", "held_out"} < set(result)
    assert {"optimum", "budget", "wall_seconds", "versions"} < set(result)
    assert set(result["llm"]) == {
        *("backend", "model", "calls", "cached_calls", "prompt_tokens", "completion_tokens", "cost_usd", "replay_drift")
    }
    assert set(result["held_out"]) == {
        *("episodes", "return_mean", "return_std", "return_ci95", "success_rate", "success_ci95", "length_mean"),
        *("seeds_first", "seeds_last"),
    }
    assert result["optimum"] is None
    assert result["held_out"]["episodes"] == 20
    assert result["held_out"]["seeds_last"] - result["held_out"]["seeds_first"] == 19
    assert result["llm"]["calls"] == 3


def test_the_same_command_again_shows_the_finished_run_and_asks_nothing(command: CommandLine, finished: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in finished.rglob("*") if path.is_file() and path.name != ".lock"}

    again = command.run(*QUICK)

    assert again.code == 0
    assert "finished before" in again.out
    assert "held-out return" in again.out
    assert before == {p: p.stat().st_mtime_ns for p in finished.rglob("*") if p.is_file() and p.name != ".lock"}


def test_paths_display_and_budgets_find_the_same_run(command: CommandLine, finished: Path) -> None:
    same = command.run(*QUICK, "llm.max_calls=50", "llm.timeout_s=7", "display.progress=plain")

    assert "finished before" in same.out
    assert command.runs() == [finished]


def test_rerun_starts_afresh_beside_the_old_folder_and_comes_to_the_same(command: CommandLine, finished: Path) -> None:
    command.run(*QUICK, "rerun=true")

    first, second = command.runs()
    assert (first.name, second.name) == (finished.name, f"{finished.name}-r2")
    assert len(transcript_of(second)) == 3
    assert result_of(first) == result_of(second)


@pytest.mark.parametrize("moment", ["transcript.jsonl", "iteration_000", ".iteration_001.partial", "iteration_002"])
def test_a_run_killed_at_a_moment_resumes_to_the_same_result_without_asking_twice(
    moment: str, command: CommandLine, undisturbed: Path
) -> None:
    process = command.start(*QUICK)
    wait_until(lambda: command.in_runs(moment))
    command.kill(process)

    ended = command.run(*QUICK)

    run = command.only_run()
    assert ended.code == 0
    assert result_of(run) == result_of(undisturbed)
    keys = [record["key"] for record in transcript_of(run)]
    assert keys == [record["key"] for record in transcript_of(undisturbed)]
    assert (run / "metrics.jsonl").read_text().count("\n") == 3
    assert len(list((run / "tensorboard").glob("*iteration_*"))) == 3


def test_a_kill_after_the_result_leaves_nothing_undone(command: CommandLine, finished: Path) -> None:
    (finished / "report.html").unlink()
    (finished / "status.json").write_text('{"state": "running", "pid": 1}')

    command.run(*QUICK)

    assert (finished / "report.html").exists()
    assert json.loads((finished / "status.json").read_text())["state"] == "finished"


CRITIC = (*QUICK, "method.iterations=2", "method.critic=true")


@pytest.fixture(scope="module")
def never_limited(tmp_path_factory: pytest.TempPathFactory, warm: WarmStart | None) -> Path:
    """A run of two iterations with a critic between them, three calls in all."""
    command = CommandLine(tmp_path_factory.mktemp("never_limited"), warm)
    command.run(*CRITIC)
    return command.only_run()


@pytest.mark.parametrize("limit", [pytest.param(1, marks=pytest.mark.slow), 2])
def test_a_limit_on_calls_changes_nothing_once_it_is_raised(
    limit: int, command: CommandLine, never_limited: Path
) -> None:
    command.run(*CRITIC, f"llm.max_calls={limit}")
    run = command.only_run()
    calls = len(transcript_of(run))

    command.run(*CRITIC)

    assert (calls, len(transcript_of(run))) == (limit, 3)
    assert result_of(run) == result_of(never_limited)
    assert not list(run.glob(".*partial"))


@pytest.mark.slow
def test_a_run_killed_at_many_random_moments_comes_to_the_same_result(
    fresh_command: CommandLine, undisturbed: Path
) -> None:
    command = fresh_command
    rng = random.Random(0)
    for _ in range(12):
        process = command.start(*QUICK)
        try:
            process.wait(timeout=rng.uniform(0.8, 3.5))
        except Exception:
            command.kill(process)

    ended = command.run(*QUICK)

    run = command.only_run()
    assert ended.code == 0
    assert result_of(run) == result_of(undisturbed)
    keys = [record["key"] for record in transcript_of(run)]
    assert len(set(keys)) == len(keys) == 3


def test_a_second_process_waits_for_the_one_at_work_and_then_shows_its_result(command: CommandLine) -> None:
    first = command.start(*QUICK)
    wait_until(lambda: command.in_runs("status.json"))
    first.send_signal(signal.SIGSTOP)  # or it may be over before the second one looks
    threading.Timer(4, lambda: first.send_signal(signal.SIGCONT)).start()

    second = command.run(*QUICK)
    first.communicate()

    assert first.returncode == second.code == 0
    assert f"process {first.pid}" in second.out
    assert "finished before" in second.out
    assert len(transcript_of(command.only_run())) == 3


def test_a_run_that_reached_its_budget_is_finished_and_goes_on_with_a_larger_one(
    command: CommandLine, undisturbed: Path
) -> None:
    limited = command.run(*QUICK, "llm.max_calls=2")
    run = command.only_run()
    stopped = json.loads((run / "result.json").read_text())

    command.run(*QUICK, "llm.max_calls=10")

    assert limited.code == 0
    assert (stopped["ended_by"], stopped["iterations"]) == ("budget reached: llm.max_calls=2", 2)
    assert result_of(run) == result_of(undisturbed)


DEAD_SERVER = ("llm=openai_compatible", "llm.model=m", "llm.api_base=http://127.0.0.1:9/v1", "llm.max_retries=0")


@pytest.mark.parametrize(
    ("llm", "more", "code"),
    [
        (("llm=manual", "llm.model=me"), ("llm.max_calls=2", "llm.max_tokens=5"), 2),  # counts no tokens: refused
        (DEAD_SERVER, ("llm.max_calls=2",), 1),
    ],
)
def test_a_result_stays_where_going_on_with_a_larger_budget_fails(
    llm: tuple[str, ...], more: tuple[str, ...], code: int, command: CommandLine
) -> None:
    arguments = (QUICK[0], *llm, *QUICK[2:])
    command.run(*arguments, "llm.max_calls=0")
    run = command.only_run()
    result = (run / "result.json").read_text()

    ended = command.run(*arguments, *more)

    assert ended.code == code
    assert (run / "result.json").read_text() == result


def test_what_went_wrong_once_is_not_told_of_a_run_that_went_on(command: CommandLine, finished: Path) -> None:
    (finished / "result.json").unlink()
    (finished / "error.txt").write_text("Traceback: of yesterday")

    command.run(*QUICK)

    assert not (finished / "error.txt").exists()
    assert "of yesterday" not in (finished / "report.html").read_text()


def test_the_command_that_a_page_tells_finds_the_same_run(command: CommandLine, finished: Path) -> None:
    [told] = re.findall(r"<pre>python run.py (.*?)</pre>", (finished / "report.html").read_text())

    ended = command.run(*shlex.split(html.unescape(told)))

    assert ended.code == 0
    assert command.runs() == [finished]


def test_continue_from_takes_over_the_finished_iterations_and_adds_more(
    command: CommandLine, undisturbed: Path
) -> None:
    first = [argument for argument in QUICK if not argument.startswith("method.iterations")]
    command.run(*first, "method.iterations=2")
    source = command.only_run()

    ended = command.run(*QUICK, f"continue_from={source}")

    [longer] = [run for run in command.runs() if run != source]
    assert ended.code == 0
    assert result_of(longer) == result_of(undisturbed)
    assert (longer / "iteration_000" / "response.md").read_text() == (
        source / "iteration_000" / "response.md"
    ).read_text()


def test_a_run_interrupted_as_it_went_on_is_not_shown_with_its_old_result(
    command: CommandLine, undisturbed: Path
) -> None:
    command.run(*QUICK, "llm.max_calls=1")
    run = command.only_run()
    old = (run / "result.json").read_text()
    command.run(*QUICK, "llm.max_calls=3")
    (run / "result.json").write_text(old)  # as an interrupt before the new one leaves it

    command.run(*QUICK, "llm.max_calls=1")

    assert json.loads((run / "result.json").read_text())["iterations"] == 3
    assert result_of(run) == result_of(undisturbed)


def test_what_another_run_does_later_is_not_taken_over(command: CommandLine, finished: Path, undisturbed: Path) -> None:
    later = command.folder / "iteration_002"
    (finished / "iteration_002").rename(later)
    command.run(*QUICK, f"continue_from={finished}", "llm.max_calls=2")
    [other] = [run for run in command.runs() if run != finished]
    later.rename(finished / "iteration_002")
    (finished / "iteration_002" / "feedback.md").write_text("of the other run")

    ended = command.run(*QUICK, f"continue_from={finished}")

    assert ended.code == 0
    assert (other / "iteration_002" / "feedback.md").read_text() != "of the other run"
    assert result_of(other) == result_of(undisturbed)


def test_continue_from_more_iterations_than_are_asked_for_is_refused(command: CommandLine, finished: Path) -> None:
    fewer = [argument for argument in QUICK if not argument.startswith("method.iterations")]

    ended = command.run(*fewer, "method.iterations=2", f"continue_from={finished}")

    assert ended.code == 2
    assert ended.err.strip() == f"method.iterations: must be at least 3: so many are in '{finished}' already"


def test_continue_from_an_unfinished_run_takes_over_what_is_complete(
    command: CommandLine, finished: Path, undisturbed: Path
) -> None:
    (finished / "result.json").unlink()
    shutil.rmtree(finished / "iteration_002")

    ended = command.run(*QUICK, f"continue_from={finished}")

    [other] = [run for run in command.runs() if run != finished]
    assert ended.code == 0
    assert result_of(other) == result_of(undisturbed)


def test_continue_from_something_that_is_no_finished_run_is_refused_in_one_line(command: CommandLine) -> None:
    ended = command.run(*QUICK, "continue_from=nowhere")

    assert ended.code == 2
    assert ended.err.startswith("continue_from: nowhere: no such path, and no run below ")
    assert len(ended.err.splitlines()) == 1
    assert not command.runs()


def test_continue_from_finds_a_run_by_the_beginning_of_its_name(command: CommandLine, finished: Path) -> None:
    shutil.rmtree(finished / "iteration_002")

    ended = command.run(*QUICK, f"continue_from={finished.name[:-2]}")

    assert ended.code == 0
    [other] = [run for run in command.runs() if run != finished]
    assert json.loads((other / "continued_from.json").read_text())["from"] == str(finished.relative_to(command.folder))


def test_continue_from_another_environment_is_refused(command: CommandLine, undisturbed: Path) -> None:
    ended = command.run("env=taxi", *QUICK[1:], f"continue_from={undisturbed}")

    assert ended.code == 2
    assert "had another env.id" in ended.err


@pytest.mark.parametrize(
    ("overrides", "key"),
    [
        (["env=cartpole", "llm=random", "env.discretise.bins=[3,3]"], "env.discretise.bins"),
        (["env=cartpole", "llm=random", "method.default_action=9"], "method.default_action"),
        (["env=cartpole", "llm=random", "env.discretise.bins=[1000,1000,1000,1000]"], "env.discretise.bins"),
        (["env=cartpole", "llm=random", "env.batch=nowhere.Batch"], "env.batch"),
        (["env=cartpole", "llm=random", "env.batch=math.pi"], "env.batch"),
        (["env=cartpole", "llm=random", "env.optimum=nowhere.optimum"], "env.optimum"),
        (["env=cartpole", "llm=random", "env.optimum=math.pi"], "env.optimum"),
        (["env=cartpole", "llm=random", "env.optimum=model"], "env.optimum"),
        (["llm=random", "method.policy=linear", "method.tune=cma", "method.cma.episodes=50"], "method.cma.episodes"),
        (["llm=openai_compatible", "llm.model=m"], "llm.api_base"),
        (["llm=manual", "llm.model=me", "llm.max_cost_usd=1"], "llm.max_cost_usd"),
        (["llm=manual"], "llm.model"),
    ],
)
def test_what_can_be_known_to_be_wrong_is_found_before_a_folder_is_made(
    overrides: list[str], key: str, command: CommandLine
) -> None:
    ended = command.run(*overrides)

    assert ended.code == 2
    assert ended.err.startswith(f"{key}: ")
    assert ended.err.strip().count("\n") == 0
    assert not command.runs()


def test_other_words_in_a_prompt_make_another_run(command: CommandLine) -> None:
    prompts = command.folder / "prompts"
    prompts.mkdir()
    for words in ("One.", "Two."):
        (prompts / "system.md").write_text(words)
        command.run(*QUICK, "method.iterations=1", "method.prompts=prompts")

    assert len(command.runs()) == 2


def test_estimate_says_calls_tokens_and_cost_and_writes_nothing(command: CommandLine) -> None:
    ended = command.run("env=frozen_lake", "llm=openai_compatible", "llm.model=m", "llm.api_base=x", "estimate=true")

    assert ended.code == 0
    assert "at most 10 calls" in ended.out
    assert "cost unknown" in ended.out
    assert not (command.folder / "outputs").exists()


def test_a_missing_recording_is_one_line_that_says_how_to_make_one(command: CommandLine) -> None:
    ended = command.run("env=pendulum", "method.policy=table")

    assert ended.code == 2
    assert ended.err.startswith("llm.recording: ")
    assert ended.err.strip().count("\n") == 0
    assert not command.runs()


def test_a_users_own_environment_and_method_work_from_any_config_dir(command: CommandLine) -> None:
    group = command.folder / "mine" / "env"
    group.mkdir(parents=True)
    environment = {
        "name": "short_pole",
        "id": "CartPole-v1",
        "max_episode_steps": 20,
        "goal": "Keep the pole upright.",
        "reward": "+1 a step.",
        "observation": [{"name": name} for name in ("x", "v", "angle", "w")],
        "actions": [{"name": "left"}, {"name": "right"}],
        "discretise": {"fields": ["angle", "w"], "bins": [3, 3], "low": [-0.2, -1.0], "high": [0.2, 1.0]},
    }
    (group / "short_pole.yaml").write_text(yaml.safe_dump(environment))
    method = command.folder / "mine" / "method"
    method.mkdir()
    (method / "still.yaml").write_text("name: still\nrunner: still.Still\niterations: 1\nchoice: 1\n")
    (command.folder / "still.py").write_text(STILL)

    own_env = command.run("--config-dir", "mine", "env=short_pole", *QUICK[1:])
    own_method = command.run("--config-dir", "mine", "method=still", *QUICK)

    assert own_env.code == 0, own_env.err
    assert own_method.code == 0, own_method.err
    [still] = (command.folder / "outputs" / "still" / "frozen_lake" / "random").iterdir()
    again = command.run(*shlex.split((still / "command.txt").read_text())[2:])
    assert again.code == 0, again.err
    assert len(command.runs()) == 2


STILL = '''
from llmrl_runner.methods.base import IterationResult, MethodRunner


class Still(MethodRunner):
    """Asks for nothing that it uses."""

    def run_iteration(self, iteration):
        [answer] = self.llm.ask(self.request("choose", "0 or 1?", iteration))
        return IterationResult(None, is_best=False, metrics={"answer": answer.text}, feedback="none")

    def blind_answer(self, purpose, rng):
        return str(rng.integers(2))
'''
