"""The purse that the jobs of a sweep share."""

import json
import os
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.llm.errors import BudgetReached
from llmrl_runner.llm.purse import SharedPurse, forget_what_is_under_way, read_accounts

CALL_USD = 0.25


def answer(cost_usd: float | None = CALL_USD, is_cached: bool = False) -> dict[str, Any]:
    return {"cost_usd": cost_usd, "is_cached": is_cached}


def purse(folder: Path, run: str, limit_usd: float = 1.0, records: tuple[dict[str, Any], ...] = ()) -> SharedPurse:
    return SharedPurse(folder, run, limit_usd, records)


def calls_until_it_is_empty(purse: SharedPurse, made: list[str], run: str) -> None:
    while True:
        call = f"{run} {len(made)}"
        try:
            purse.begin(call)
        except BudgetReached:
            return
        made.append(call)
        purse.settle(call, answer())


def test_runs_side_by_side_spend_the_whole_purse_and_not_a_call_more(tmp_path: Path) -> None:
    first = purse(tmp_path, "first", 25.0)
    first.begin("what a call costs")
    first.settle("what a call costs", answer())
    made: list[list[str]] = [[] for _ in range(4)]
    runs = [
        threading.Thread(target=calls_until_it_is_empty, args=(purse(tmp_path, f"run {i}", 25.0), made[i], f"run {i}"))
        for i in range(4)
    ]

    for run in runs:
        run.start()
    for run in runs:
        run.join()

    assert 1 + sum(len(calls) for calls in made) == 100
    assert sum(account["cost_usd"] for account in read_accounts(tmp_path).values()) == pytest.approx(25.0)


def test_a_call_that_is_under_way_elsewhere_counts_as_the_dearest_answer_so_far(tmp_path: Path) -> None:
    ours, theirs = purse(tmp_path, "ours", 0.5), purse(tmp_path, "theirs", 0.5)
    ours.begin("a")
    ours.settle("a", answer())

    theirs.begin("b")

    with pytest.raises(BudgetReached, match=r"sweep\.max_cost_usd=0\.5"):
        ours.begin("c")
    theirs.give_up("b")
    ours.begin("c")


def test_a_call_that_would_pass_the_limit_is_not_made(tmp_path: Path) -> None:
    ours = purse(tmp_path, "ours", 0.6, (answer(), answer()))

    with pytest.raises(BudgetReached):
        ours.begin("a third")


@pytest.mark.parametrize("text", ["{", "[]", "3", '{"ours": {}}', '{"ours": 3}'])
def test_accounts_that_are_damaged_are_named_and_not_taken_for_nothing_spent(text: str, tmp_path: Path) -> None:
    (tmp_path / "spending.json").write_text(text)

    with pytest.raises(ConfigError, match=r"spending\.json: what the sweep has spent can't be read"):
        purse(tmp_path, "ours")


def test_what_earlier_tries_of_the_sweep_have_spent_counts(tmp_path: Path) -> None:
    purse(tmp_path, "finished long ago", records=(answer(), answer(), answer()))

    resumed = purse(tmp_path, "resumed", records=(answer(),))

    with pytest.raises(BudgetReached):
        resumed.begin("one more")


def test_recorded_answers_spend_nothing(tmp_path: Path) -> None:
    replaying = purse(tmp_path, "replaying", records=tuple(answer(None, is_cached=True) for _ in range(9)))

    replaying.begin("another")

    assert read_accounts(tmp_path)["replaying"]["cost_usd"] == 0


def test_a_killed_run_has_nothing_under_way_once_the_sweep_starts_again(tmp_path: Path) -> None:
    killed = purse(tmp_path, "killed", 0.5, (answer(),))
    killed.begin("never answered")
    other = purse(tmp_path, "other", 0.5)
    with pytest.raises(BudgetReached):
        other.begin("a")
    somebody_else(tmp_path, "killed", ended_process())

    forget_what_is_under_way(tmp_path)

    other.begin("a")


def test_calls_of_processes_that_are_still_at_work_stay_under_way(tmp_path: Path) -> None:
    busy = purse(tmp_path, "busy", 0.5, (answer(),))
    busy.begin("not answered yet")
    other = purse(tmp_path, "other", 0.5)
    somebody_else(tmp_path, "busy", os.getppid())

    forget_what_is_under_way(tmp_path)

    with pytest.raises(BudgetReached):
        other.begin("a")


def somebody_else(folder: Path, run: str, pid: int) -> None:
    accounts = read_accounts(folder)
    accounts[run]["pid"] = pid
    (folder / "spending.json").write_text(json.dumps(accounts))


def ended_process() -> int:
    ended = subprocess.Popen(["true"])
    ended.wait()
    return ended.pid


def test_an_answer_of_unknown_cost_ends_the_asking_with_the_key_that_cannot_be_kept(tmp_path: Path) -> None:
    ours = purse(tmp_path, "ours")
    ours.begin("a")
    ours.settle("a", answer(None))

    with pytest.raises(ConfigError, match=r"sweep\.max_cost_usd"):
        ours.begin("b")
