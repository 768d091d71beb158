import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from llmrl_runner.report.__main__ import main
from llmrl_runner.report.comparison import Comparisons, compare
from llmrl_runner.report.learning import write_learning
from llmrl_runner.report.learning_table import learning_table
from llmrl_runner.report.visits import visit_row
from tests.report.learning_runs import FakeRun, Learner, greedy_alone, write_sweep

REPS = 50
SMALL = {"total": 40_000, "every": 10_000, "episodes": 6, "parts": 2}
QUICK = Learner(before=0.0, halfway=15_000, after=1.0)


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three arms of three seeds, which no test changes."""
    return write_sweep(tmp_path_factory.mktemp("sweep"), 3, **SMALL)


def rows_of(comparisons: Comparisons) -> dict[str, list[str]]:
    lines = learning_table(comparisons.of_envs[0], REPS).splitlines()
    cells = [line.strip("|").split("|") for line in lines]
    return {row[0].strip(): [cell.strip() for cell in row[1:]] for row in cells}


def write(place: Path, **settings: object) -> Path:
    run = FakeRun(**{"learner": QUICK, **SMALL, **settings})  # type: ignore[arg-type]
    return run.write(place)


def test_the_arms_are_told_by_what_they_began_with(sweep: list[Path]) -> None:
    [comparison] = compare(sweep).of_envs

    assert [arm.title for arm in comparison.arms] == ["demos", "scratch", "transfer"]
    assert [len(arm.runs) for arm in comparison.arms] == [3, 3, 3]
    assert comparison.threshold == 0.8


def test_arms_that_began_alike_are_told_by_their_model(tmp_path: Path) -> None:
    folders = [write(tmp_path / name, llm=name) for name in ("claude", "random")]
    folders.append(write(tmp_path / "scratch", init="scratch"))

    [comparison] = compare(folders).of_envs

    assert [arm.title for arm in comparison.arms] == ["demos llm=claude", "demos llm=random", "scratch"]


def test_the_table_says_what_an_arm_came_to(tmp_path: Path) -> None:
    demos = [write(tmp_path / f"demos{seed}", seed=seed, learner=Learner(1.0, after=1.0)) for seed in (0, 1, 2)]
    failed = [
        write(tmp_path / f"scratch{seed}", seed=seed, init="scratch", learner=Learner(after=0.0)) for seed in (0, 4)
    ]
    transfer = [write(tmp_path / "transfer", init="transfer", learner=Learner(1.0, after=1.0))]

    rows = rows_of(compare([*demos, *failed, *transfer]))

    assert rows["runs (seeds)"] == ["3 (0 to 2)", "2 (0, 4)", "1 (0)"]
    assert rows["final success, sampled"] == ["100 % [100.0, 100.0]", "0 % [0.0, 0.0]", "100 %"]
    assert rows["final return, greedy: IQM"][1] == "0.0000 [0.0000, 0.0000]"
    assert rows["steps to a return of 0.8: median (range)"] == ["0 (0 to 0)", "never", "0"]
    assert rows["runs that reach 0.8"][:2] == ["3 of 3, 100 % [43.9, 100.0]", "0 of 2, 0 % [0.0, 65.8]"]
    assert rows["environment steps at the last evaluation"] == ["40,000", "40,000", "40,000"]
    assert rows["steps in another environment before"] == ["-", "-", "100,000"]
    assert rows["demonstrations kept a run, mean"] == ["26 of 30 (86.7 %)", "-", "-"]
    assert rows["tokens a run, mean: in, out"] == ["61,000, 14,200", "-", "-"]


def test_a_final_return_is_the_last_evaluations_mean(tmp_path: Path) -> None:
    folder = write(tmp_path / "run")
    with np.load(folder / "iteration_003" / "evaluations.npz") as file:
        last = file["sampled_returns"][-1].mean()

    assert rows_of(compare([folder]))["final return, sampled: IQM"] == [f"{last:.4f}"]


def test_runs_that_were_played_greedily_alone_are_compared_by_that(tmp_path: Path) -> None:
    alone = greedy_alone(write(tmp_path / "alone", init="scratch"))
    both = write(tmp_path / "both", init="transfer")

    [of_one, of_both] = [compare(folders) for folders in ([alone], [alone, both])]
    write_learning(of_one, tmp_path / "page", REPS)

    words = (tmp_path / "page" / "learning.md").read_text()
    assert "final return, sampled: IQM" not in rows_of(of_one)
    assert rows_of(of_one)["steps to a return of 0.8: median (range)"] != ["never"]
    assert rows_of(of_both)["final return, sampled: IQM"][0] == "-"
    assert rows_of(of_both)["final return, greedy: IQM"][0] != "-"
    assert "sampled" not in words
    assert "most likely actions (greedy)" in " ".join(words.split())


def test_a_run_that_never_learns_shows_in_the_range(tmp_path: Path) -> None:
    folders = [write(tmp_path / f"run{seed}", seed=seed, init="scratch") for seed in (0, 1)]
    folders.append(write(tmp_path / "run2", seed=2, init="scratch", learner=Learner(after=0.0)))

    rows = rows_of(compare(folders))

    assert rows["steps to a return of 0.8: median (range)"][0].endswith("to never)")
    assert rows["runs that reach 0.8"][0].startswith("2 of 3, 66.7 %")


def test_arms_stand_on_the_steps_that_all_their_runs_have(tmp_path: Path) -> None:
    folders = [
        write(tmp_path / "often", seed=0, init="scratch", every=5_000),
        write(tmp_path / "seldom", seed=1, init="scratch", every=20_000),
    ]

    [comparison] = compare(folders).of_envs

    [arm] = comparison.arms
    visits = arm.visits()
    assert arm.steps.tolist() == [0, 20_000, 40_000]
    assert arm.scores("sampled").shape == (2, 3)
    assert visits is not None
    assert visits.shape == (3, 8, 8)


def test_no_run_is_left_out_without_a_word(tmp_path: Path) -> None:
    good = write(tmp_path / "seed0")
    failed, running, cut, damaged, bare = (write(tmp_path / name, seed=k) for k, name in enumerate("abcde", start=1))
    (failed / "result.json").unlink()
    (failed / "status.json").write_text('{"state": "failed", "reason": "out of memory"}')
    (running / "result.json").unlink()
    (running / "status.json").write_text('{"state": "running"}')
    result = json.loads((cut / "result.json").read_text())
    (cut / "result.json").write_text(json.dumps({**result, "ended_by": "llm.max_calls=5"}))
    (damaged / "iteration_003" / "evaluations.npz").write_bytes(b"PK")
    for file in bare.glob("*/evaluations.npz"):
        file.unlink()

    comparisons = compare([good, failed, running, cut, damaged, bare])

    assert len(comparisons.of_envs[0].arms[0].runs) == 1
    assert [line.removeprefix(f"{tmp_path}/") for line in comparisons.left_out] == [
        "a: failed (out of memory)",
        "b: unfinished",
        "c: ended before its last iteration: llm.max_calls=5",
        "d: iteration_003/evaluations.npz is left out: it is no whole file of arrays",
        "e: no evaluations",
    ]


def test_a_seed_that_was_run_again_counts_once(tmp_path: Path) -> None:
    first, again = write(tmp_path / "seed0-ab"), write(tmp_path / "seed0-ab-r2")

    comparisons = compare([first, again])

    [run] = comparisons.of_envs[0].arms[0].runs
    assert run.record.folder == again
    assert comparisons.left_out == [f"{first}: made again in seed0-ab-r2"]


def test_the_command_writes_table_pictures_and_an_episode_of_each_arm(
    sweep: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("llmrl_runner.report.__main__.REPS", REPS)

    code = main(["--learning", str(sweep[0].parent), "--to", str(tmp_path / "new" / "folder"), "--threshold", "0.5"])

    written = [Path(line) for line in capsys.readouterr().out.splitlines()]
    page = written[0].read_text()
    assert code == 0
    assert [path.name for path in written] == [
        "learning.md", "curves.png", "visits.png", "demos.gif", "scratch.gif", "transfer.gif"
    ]  # fmt: skip
    assert all(path.name in page for path in written[1:])
    assert "runs that reach 0.5" in page
    assert "50 bootstrap" in " ".join(page.split())
    assert written[3].read_bytes() == (sweep[0] / "iteration_003" / "episode.gif").read_bytes()
    assert Image.open(written[1]).size[0] > 1500


def test_several_environments_stand_below_one_another(sweep: list[Path], tmp_path: Path) -> None:
    other = write(tmp_path / "unlock", env="unlock", init="scratch", has_grid=False)

    written = write_learning(compare([*sweep, other]), tmp_path / "to", REPS)

    page = written[0].read_text()
    assert page.index("## doorkey_8x8") < page.index("## unlock")
    assert "unlock_scratch.gif" in {path.name for path in written}
    height = {name: Image.open(tmp_path / "to" / f"{name}.png").size[1] for name in ("curves", "visits")}
    assert height["curves"] > 1200
    assert height["visits"] < height["curves"]


def test_without_a_grid_there_are_no_maps(tmp_path: Path) -> None:
    written = write_learning(compare([write(tmp_path / "run", has_grid=False)]), tmp_path / "to", REPS)

    assert [path.name for path in written] == ["learning.md", "curves.png", "demos.gif"]
    assert "visits" not in written[0].read_text()


def test_where_no_bound_is_known_the_threshold_must_be_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("llmrl_runner.report.__main__.REPS", REPS)
    folder = write(tmp_path / "run")
    result = json.loads((folder / "result.json").read_text())
    (folder / "result.json").write_text(json.dumps({**result, "return_max": None}))

    code = main(["--learning", str(folder), "--to", str(tmp_path / "to")])

    assert code == 0
    assert "say --threshold" in capsys.readouterr().err
    assert "runs that reach" not in (tmp_path / "to" / "learning.md").read_text()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--learning"], "--learning needs --to DIR"),
        (["--to", "x"], "belong to --learning"),
        (["--table", "--learning", "--to", "x"], "not allowed with"),
        (["--learning", "--to", "x", "--threshold", "high"], "a number is needed, got 'high'"),
    ],
)
def test_words_that_do_not_go_together_are_refused(
    words: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(words)

    assert why in capsys.readouterr().err


def test_runs_without_evaluations_are_no_comparison(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path / "run")
    for file in folder.glob("*/evaluations.npz"):
        file.unlink()

    code = main(["--learning", str(folder), "--to", str(tmp_path / "to")])

    assert code == 1
    assert "no finished run with evaluations" in capsys.readouterr().err
    assert not (tmp_path / "to").exists()


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path / "run")
    (tmp_path / "to").write_text("a file")

    code = main(["--learning", str(folder), "--to", str(tmp_path / "to")])

    assert code == 1
    assert capsys.readouterr().err.strip().splitlines() == [f"{tmp_path / 'to'}: File exists"]


@given(count=st.integers(1, 300))
@settings(max_examples=40, deadline=None)
def test_maps_are_of_the_first_and_the_last_evaluation_and_some_between(count: int) -> None:
    steps = 10_000 * np.arange(count)

    row = visit_row("arm", steps, np.arange(count)[:, None, None] * np.ones((1, 2, 3), dtype=np.int64))

    assert row.steps[0] == 0
    assert row.steps[-1] == steps[-1]
    assert sorted(set(row.steps)) == list(row.steps)
    assert len(row.steps) == min(count, 5)
    assert row.maps[:, 0, 0].tolist() == [step // 10_000 for step in row.steps]
