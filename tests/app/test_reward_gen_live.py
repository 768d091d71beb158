"""A live model that writes rewards, asked over a real socket: whatever it writes is told in a line and ends nothing."""

import json
import runpy
from pathlib import Path

import pytest

from tests.app.command import PROJECT, CommandLine, transcript_of
from tests.app.rewarded import LIVE, SHORT, TINY, UPRIGHT, RewardRun, answer, later, only_rewarded, paying, write
from tests.llm import misbehaving_server as does
from tests.llm.misbehaving_server import MisbehavingServer

pytestmark = pytest.mark.usefixtures("no_page", "trainings_here")

# No field has this number: both fall with the same words, and each has to be shown its own program again.
MISREAD = paying("pay = np.abs(next_obs[:, 9])")
MISREAD_TOO = paying("height = next_obs[:, 9]\npay = -np.square(height)")
PROSE = "I would reward the rod for being upright."
OF_THE_NATIVE_REWARD = ("theta^2", "-9.87", "0.001 * torque", "0.1 * angular")


def asked(server: MisbehavingServer) -> list[str]:
    """The last turn of every request, as it came over the socket."""
    return [request["body"]["messages"][-1]["content"] for request in server.requests]


# --------------------------------------------------------------------------------------------- what can go wrong


FIRST = [answer(UPRIGHT), answer(MISREAD), answer(MISREAD_TOO), PROSE, ""]
LATE = ("raise ValueError('not yet')", "while True: pass", "pay = pay * np.nan", "pay = pay * 1e30")
FIRST += [answer(later(line)) for line in LATE]
REPAIRS = [answer(paying("pay = -np.abs(next_obs[:, 1])")), answer(MISREAD_TOO), PROSE, ""]


def test_drafts_that_go_wrong_in_every_way_are_told_in_a_line_each_and_the_run_goes_on(
    here: CommandLine, server: MisbehavingServer
) -> None:
    server.script = [does.says(text) for text in [*FIRST, *REPAIRS]]
    server.otherwise = does.says(answer(UPRIGHT))

    ended = write(
        here,
        server,
        "method.samples=9",
        "method.final_seeds=1",
        "method.program.call_seconds=2",
        "llm.max_calls=14",
        "training.total_timesteps=240",
    )

    run = only_rewarded(here)
    assert ended.code == 0, ended.err
    assert_each_is_told(run)
    assert_files_are_in_step(run)
    repairs, later_one = asked(server)[9:13], asked(server)[13]
    assert [source in repair for source, repair in zip((MISREAD, MISREAD_TOO), repairs[:2], strict=True)] == [True] * 2
    assert MISREAD_TOO not in repairs[0]
    assert_shows_what_was_tried(later_one, run)
    assert (run.result["drafts"]["usable"], run.result["drafts"]["repaired"]) == (6, 1)
    assert run.result["invalid_rate"] == pytest.approx(3 / 9)
    assert run.result["held_out"]["return_mean"] is not None


def assert_each_is_told(run: RewardRun) -> None:
    drafts = run.drafts
    told = {draft.number: (draft.status, draft.reason) for draft in drafts}
    assert [status for status, _ in told.values()] == [*["trained"] * 2, *["rejected"] * 3, *["failed"] * 4]
    words = {
        3: "out of bounds",
        4: "no code",
        5: "empty",
        6: "not yet",
        7: "no answer within 2 s",
        8: "nan",
        9: "within +-1e+09",
    }
    for number, word in words.items():
        assert word in told[number][1]
        assert "\n" not in told[number][1]
    assert [len(draft.rungs) for draft in drafts[2:]] == [0] * 7


def assert_files_are_in_step(run: RewardRun) -> None:
    said = {line["text"] for line in transcript_of(run.path)}
    for number, first in enumerate(FIRST, start=1):
        folder, draft = run.folder(f"0.{number}"), run.draft(f"0.{number}")
        response = folder / "response.md"
        assert not first or response.read_text().startswith(first)
        assert not draft.source or draft.source in response.read_text()
        assert not draft.source or (folder / "reward.py").read_text() == draft.source
        assert (folder / "checkpoint.zip").exists() == (draft.status in ("trained", "let go"))
    assert said == {*FIRST, *REPAIRS, answer(UPRIGHT)}


def assert_shows_what_was_tried(prompt: str, run: RewardRun) -> None:
    for draft in run.drafts:
        assert f"draft {draft.name}: " in prompt
        assert draft.reason in prompt
    best = run.draft(run.metrics(0)["best_draft"])
    assert best.source in prompt
    assert "What it paid a step in training" in prompt


# ------------------------------------------------------------------------------------- what the model is not told


def test_no_prompt_tells_what_the_environment_itself_pays(here: CommandLine, server: MisbehavingServer) -> None:
    server.script = [does.says(answer(MISREAD))]
    server.otherwise = does.says(answer(UPRIGHT))

    ended = write(here, server, "training.total_timesteps=120")

    assert ended.code == 0, ended.err
    sent = json.dumps([request["body"] for request in server.requests])
    assert len(server.requests) == 5
    assert [words for words in OF_THE_NATIVE_REWARD if words in sent] == []


# -------------------------------------------------------------------------------------------------------- budgets


def test_a_budget_reached_among_the_drafts_ends_the_run_and_a_larger_one_goes_on_without_asking_again(
    here: CommandLine, server: MisbehavingServer
) -> None:
    # What it pays is another number each time, and so is what is wrong with it.
    drawn = answer(paying("pay = np.random.rand(len(obs))"))
    server.script = [does.says(text) for text in (drawn, drawn, answer(UPRIGHT), answer(UPRIGHT))]
    server.otherwise = does.says("the run asked again")
    wanted = (*SHORT, "method.samples=2")

    limited = write(here, server, *wanted, "llm.max_calls=3")
    stopped = only_rewarded(here).result
    whole = write(here, server, *wanted, "llm.max_calls=4")

    run = only_rewarded(here)
    assert (limited.code, whole.code) == (0, 0), limited.err + whole.err
    assert (stopped["ended_by"], stopped["iterations"]) == ("budget reached: llm.max_calls=3", 0)
    assert (stopped["final"], stopped["held_out"]["return_mean"]) == (None, None)
    assert len(server.requests) == len(transcript_of(run.path)) == 4
    assert (run.result["iterations"], run.result["ended_by"], run.result["repaired_rate"]) == (1, None, 1)


def test_an_estimate_counts_every_draft_and_its_repair(here: CommandLine) -> None:
    ended = here.run(*TINY, *LIVE, "llm.api_base=http://127.0.0.1:9/v1", "estimate=true", "method.oversample=3")

    assert ended.code == 0, ended.err
    assert f"at most {2 * 2 * 3 * 2} calls" in ended.out
    assert not (here.folder / "outputs").exists()


# ---------------------------------------------------------------------------------------------------- recordings


def test_a_recording_of_a_run_replays_without_drift_to_the_same_result(
    here: CommandLine, server: MisbehavingServer, tmp_path: Path
) -> None:
    smaller = ("training.total_timesteps=120", "method.iterations=1", "method.final_seeds=1")
    server.script = [does.says(text) for text in (answer(paying("pay = next_obs[:, 0]")), PROSE)]
    server.otherwise = does.says(answer(UPRIGHT))
    live = write(here, server, *smaller)
    asked_for = only_rewarded(here)
    recording = tmp_path / "recordings" / "reward_gen" / "pendulum.jsonl"

    record = runpy.run_path(str(PROJECT / "scripts" / "record.py"))["main"]
    code = record([str(asked_for.path), "--to", str(recording), "--how", "by a test"])
    ended = here.run(*TINY, *smaller, "llm=replay", f"paths.recordings={tmp_path / 'recordings'}")

    [replayed] = [RewardRun(path) for path in here.runs() if path != asked_for.path]
    header = json.loads(recording.read_text().splitlines()[0])
    assert (live.code, code, ended.code) == (0, 0, 0), live.err + ended.err
    assert replayed.result["llm"]["replay_drift"] == 0
    assert replayed.result["llm"]["calls"] == len(server.requests) == 3
    assert [draft.source for draft in replayed.drafts] == [draft.source for draft in asked_for.drafts]
    for name in ("held_out", "final", "search", "drafts", "best_iteration", "invalid_rate"):
        assert replayed.result[name] == asked_for.result[name]
    assert header["final"]["held_out_return_means"] == asked_for.result["final"]["held_out_return_means"]
    assert (header["how"], header["final"]["env_steps_each"]) == ("by a test", [120])
