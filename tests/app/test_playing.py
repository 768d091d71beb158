"""Runs whose best policy plays again: the same episodes as in their own final test, whatever the method."""

import shutil
from pathlib import Path

import pytest
from PIL import Image

from scripts.play import main
from tests.app.command import QUICK, CommandLine
from tests.app.conftest import CommandHere
from tests.app.rewarded import TINY
from tests.app.trained import SMALL
from tests.app.warm_start import WarmStart

pytestmark = pytest.mark.usefixtures("no_page")

TOLD = ("method=augmented", *(word for word in SMALL if not word.startswith("method")), "method.iterations=3")
SIZES = tuple(word for word in SMALL if word.startswith(("training.n_", "training.batch")))
PLAIN_PPO = ("method=ppo", "llm=none", "env=cartpole", *SIZES)
RUNS = {
    "tabular": QUICK,
    "linear": ("env=cartpole", "method.policy=linear", *QUICK[1:]),
    "heuristic": ("method=heuristic", "llm=none", "env=lunar_lander", "env.evaluation.held_out_episodes=4"),
    "ppo": (*PLAIN_PPO, "training.total_timesteps=800", "method.iterations=2", "env.evaluation.held_out_episodes=8"),
    "llmae_ppo": ("env=doorkey_5x5", *SMALL),
    "augmented": ("env=babyai_goto_local", "llm=random", *TOLD, "method.encoder=hash", "method.asking.lines=6"),
    "reward_gen": (*TINY, "llm=random"),
}
SLOW = {"llmae_ppo", "augmented", "reward_gen", "ppo"}


@pytest.mark.parametrize("kind", [pytest.param(k, marks=[pytest.mark.slow] if k in SLOW else []) for k in RUNS])
def test_every_episode_of_the_final_test_comes_out_the_same_again(
    kind: str, here: CommandHere, trainings_here: list[Path], capfd: pytest.CaptureFixture[str]
) -> None:
    ended = here.run(*RUNS[kind], "display.gif=false")
    assert ended.code == 0, ended.err
    before = contents(here.only_run())

    code = main([str(here.only_run()), "--episodes", "all", "--no-gif"])

    assert code == 0
    assert "came out as in the run's own held-out test" in capfd.readouterr().out
    assert contents(here.only_run()) == before


def contents(run: Path) -> dict[str, bytes]:
    return {str(path.relative_to(run)): path.read_bytes() for path in run.rglob("*") if path.is_file()}


# ---------------------------------------------------------------------------------------------------- one small run


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, warm: WarmStart | None) -> Path:
    """A run of three blind tables on a frozen lake."""
    command = CommandLine(tmp_path_factory.mktemp("kept"), warm)
    ended = command.run(*QUICK)
    assert ended.code == 0, ended.err
    return command.only_run()


def test_an_episode_becomes_a_gif_where_it_was_asked_for(
    kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main([str(kept), "--to", str(tmp_path / "lake.gif")])

    said = capsys.readouterr().out
    assert code == 0
    assert "all 1 came out as in the run's own held-out test" in said
    assert Image.open(tmp_path / "lake.gif").n_frames > 1


def test_another_iteration_and_another_seed_are_played_when_asked_for(
    kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main([str(kept), "--iteration", "2", "--seed", "5", "--episodes", "3", "--no-gif"])

    said = capsys.readouterr().out
    assert code == 0
    assert "iteration 2's policy" in said
    assert [line.split()[0] for line in said.splitlines() if line.strip()[:1].isdigit()] == ["5", "6", "7"]
    assert "the run has no held-out test of this" in said


def test_an_episode_that_comes_out_otherwise_is_said_and_ends_with_1(
    kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = copy(kept, tmp_path)
    lines = (run / "held_out.csv").read_text().splitlines()
    seed, _, length, _ = lines[1].split(",")
    (run / "held_out.csv").write_text("\n".join([lines[0], f"{seed},7.5,{length},no", *lines[2:]]) + "\n")

    code = main([str(run), "--episodes", "2", "--no-gif"])

    assert code == 1
    said = capsys.readouterr().out
    assert f"otherwise: return 7.500 in {length} steps" in said
    assert "1 of 2 came out otherwise" in said


def test_a_run_of_before_held_out_csv_is_held_to_its_mean(
    kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = copy(kept, tmp_path)
    (run / "held_out.csv").unlink()

    code = main([str(run), "--episodes", "all", "--no-gif"])

    assert code == 0
    assert "their mean return is the run's own held-out return" in capsys.readouterr().out


def test_the_best_so_far_of_a_run_under_way_is_played(
    kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = copy(kept, tmp_path)
    for name in ("result.json", "held_out.csv"):
        (run / name).unlink()

    code = main([str(run), "--no-gif"])

    assert code == 0
    assert "the run has no held-out test of this to hold them to" in capsys.readouterr().out


def test_what_can_not_be_played_is_told_in_a_line(
    kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    damaged, foreign = copy(kept, tmp_path / "damaged"), copy(kept, tmp_path / "foreign")
    for candidate in damaged.rglob("candidate.json"):
        candidate.write_text("{")
    config = foreign / "config.yaml"
    config.write_text(config.read_text().replace("patience:", "patients:"))

    told = {}
    for words in ([str(damaged)], [str(foreign)], [str(kept), "--window"], [str(kept), "--iteration", "7"]):
        assert main(words) == 2
        told[words[-1]] = capsys.readouterr().err.strip()

    assert all("\n" not in line for line in told.values())
    assert "candidate.json: can't be read" in told[str(damaged)]
    assert "another version" in told[str(foreign)]
    assert "there is no display here" in told["--window"]
    assert "there is no complete iteration 7 (there are: 0 to 2)" in told["7"]


def copy(run: Path, to: Path) -> Path:
    """At the same place below other outputs."""
    target = to / "outputs" / Path(*run.parts[-4:])
    shutil.copytree(run, target)
    return target


def test_of_a_model_that_acted_itself_the_kept_film_is_copied(
    here: CommandHere, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ended = here.run(
        "method=reflect", "env=frozen_lake", "llm=random", "env.acting.episodes=2", "env.acting.max_steps=5"
    )
    assert ended.code == 0, ended.err

    listed, copied = main([str(here.only_run())]), main([str(here.only_run()), "--to", str(tmp_path / "film.gif")])

    said = capfd.readouterr().out
    assert (listed, copied) == (0, 0)
    assert "episodes/000.gif (seed" in said
    assert (tmp_path / "film.gif").read_bytes() == (here.only_run() / "iteration_000" / "episode.gif").read_bytes()
