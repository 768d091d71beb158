"""Rewards side by side: what `report --learning` makes of runs of reward_gen."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from llmrl_runner.report.__main__ import main
from llmrl_runner.report.comparison import compare
from tests.report.reward_runs import FakeRewardRun

ARMS = {"llm=replay": {}, "llm=random": {"llm": "random", "halfway": 2600.0}}
ARMS |= {name: {"reward": name, "llm": "none"} for name in ("native", "sparse", "her")}  # type: ignore[dict-item]


def write_arms(place: Path, **settings: object) -> list[Path]:
    return [FakeRewardRun(**{**arm, **settings}).write(place / name) for name, arm in ARMS.items()]  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_arms(tmp_path_factory.mktemp("arms"))


def rows_of(page: str) -> dict[str, list[str]]:
    lines = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| ")]
    return {cells[0]: cells[1:] for cells in lines}


def test_each_reward_is_an_arm_and_each_final_seed_one_of_its_runs(folders: list[Path]) -> None:
    [comparison] = compare(folders).of_envs

    assert [arm.title for arm in comparison.arms] == ["her", "llm=random", "llm=replay", "native", "sparse"]
    assert {len(arm.runs) for arm in comparison.arms} == {5}
    assert {len(arm.records) for arm in comparison.arms} == {1}
    assert (comparison.measure, comparison.threshold) == ("success", 0.95)


def test_one_table_compares_them_by_success_over_seeds(folders: list[Path], tmp_path: Path) -> None:
    assert main(["--learning", *map(str, folders), "--to", str(tmp_path), "--threshold", "0.9"]) == 0

    page = (tmp_path / "learning.md").read_text()
    rows = rows_of(page)
    assert rows["final seeds"] == ["5"] * 5
    assert rows["drafts a run, mean"] == ["-", "6", "6", "-", "-"]
    assert all(re.fullmatch(r"[\d.]+ % \[[\d., ]+\]", cell) for cell in rows["final success, greedy"])
    assert "steps to a success of 90 %: median (range)" in rows
    assert rows["runs that reach 90 %"][2].startswith("5 of 5")
    assert "held-out return, greedy: IQM" not in rows  # of all seeds in one: not what the other figures are of
    assert "![Success against environment steps](curves.png)" in page
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "llm_replay.gif").read_bytes() == (folders[0] / "final/seed_0/episode.gif").read_bytes()


@pytest.mark.parametrize(
    ("drift", "llm", "told"), [(0, "replay", ["0", "-"]), (8, "replay", ["8", "-"]), (0, "none", None)]
)
def test_answers_that_were_given_to_another_prompt_are_told(
    drift: int, llm: str, told: list[str] | None, tmp_path: Path
) -> None:
    run = FakeRewardRun(llm=llm, drift=drift).write(tmp_path / "run")
    other = FakeRewardRun(reward="native", llm="none").write(tmp_path / "other")

    assert main(["--learning", str(run), str(other), "--to", str(tmp_path)]) == 0

    assert rows_of((tmp_path / "learning.md").read_text()).get("answers given to another prompt a run, mean") == told


def test_the_median_counts_seeds_that_never_got_there_as_later_than_any(tmp_path: Path) -> None:
    run = FakeRewardRun().write(tmp_path / "run")
    for number in range(3):
        path = run / "final" / f"seed_{number}" / "evaluations.npz"
        with np.load(path) as file:
            arrays = {name: np.zeros_like(a) if name == "greedy_successes" else a for name, a in file.items()}
        np.savez_compressed(path, **arrays)

    main(["--learning", str(run), "--to", str(tmp_path / "to")])

    rows = rows_of((tmp_path / "to" / "learning.md").read_text())
    assert rows["steps to a success of 95 %: median (range)"][0].startswith("never (")
    assert rows["runs that reach 95 %"][0].startswith("2 of 5")


def test_without_a_definition_of_success_they_are_compared_by_return(tmp_path: Path) -> None:
    folders = write_arms(tmp_path, has_success=False)

    [comparison] = compare(folders, -10.0).of_envs

    assert (comparison.measure, comparison.threshold) == ("return", -10.0)


def test_several_runs_of_an_arm_put_their_seeds_together(tmp_path: Path) -> None:
    folders = [FakeRewardRun(seed=seed).write(tmp_path / f"seed{seed}-ab") for seed in (0, 1)]

    [comparison] = compare(folders).of_envs
    [arm] = comparison.arms

    assert (len(arm.runs), len(arm.records)) == (10, 2)
    assert len(arm.figures_of_seeds("held_out_success_rates")) == 10


def test_a_run_that_was_made_again_counts_once(tmp_path: Path) -> None:
    folders = [FakeRewardRun().write(tmp_path / name) for name in ("seed0-ab", "seed0-ab-2")]

    comparisons = compare(folders)

    [arm] = comparisons.of_envs[0].arms
    assert {run.record.folder.name for run in arm.runs} == {"seed0-ab-2"}
    assert len(comparisons.left_out) == 1


def test_a_reward_that_broke_on_a_seed_is_left_out_and_not_judged_by_the_others(tmp_path: Path) -> None:
    run = FakeRewardRun().write(tmp_path / "run")
    result = json.loads((run / "result.json").read_text())
    result["final"]["broken"] = ["it paid nan"]
    (run / "result.json").write_text(json.dumps(result))
    (run / "final" / "seed_2" / "evaluations.npz").unlink()

    comparisons = compare([run])

    assert not comparisons.of_envs
    assert "the reward broke in 1 of 5 final trainings" in comparisons.left_out[0]
