import subprocess
import sys
from pathlib import Path

import pytest

from scripts import study
from scripts.benchmarks import pairs, startup

ROOT = Path(__file__).resolve().parents[2]


def test_pairs_alternate_and_the_warm_up_does_not_count() -> None:
    order: list[str] = []

    def timed(name: str, seconds: list[float]) -> float:
        order.append(name)
        return seconds.pop(0)

    a, b = [99.0, 1.0, 5.0, 2.0], [99.0, 3.0, 1.0, 2.0]

    medians = pairs.paired_medians(lambda: timed("a", a), lambda: timed("b", b), repeats=3)

    assert medians == (2.0, 2.0)
    assert order == ["a", "b"] * 4


def test_the_bare_application_has_our_groups_and_runs(tmp_path: Path) -> None:
    script = startup.write_bare_application(tmp_path, ROOT / "conf")

    done = subprocess.run([sys.executable, str(script), "--help"], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert "env: " in done.stdout
    assert "cartpole" in done.stdout
    assert "method: " in done.stdout


@pytest.fixture
def studies(tmp_path: Path) -> Path:
    """Two studies: a file, and a folder of two arms."""
    (tmp_path / "doorkey").mkdir()
    for name in ("quick", "doorkey/scratch", "doorkey/demos"):
        (tmp_path / f"{name}.yaml").touch()
    return tmp_path


def test_a_study_is_a_file_or_a_folder_of_arms(studies: Path) -> None:
    assert study.arms_of(studies) == {"quick": ["quick"], "doorkey": ["doorkey/demos", "doorkey/scratch"]}
    assert study.arms_of(studies / "none") == {}


def test_a_study_runs_as_one_sweep_over_its_arms() -> None:
    words = study.command(["doorkey/demos", "doorkey/scratch"], ["seed=range(3)"])

    assert words[1:] == [
        str(ROOT / "run.py"),
        "-m",
        "experiment=doorkey/demos,doorkey/scratch",
        "seed=range(3)",
    ]


def test_an_unknown_study_names_the_ones_there_are(
    studies: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(study, "STUDIES", studies)

    code = study.main(["dorkey"])

    assert code == 2
    assert capsys.readouterr().err == "NAME: no study 'dorkey' (there are: quick, doorkey)\n"
