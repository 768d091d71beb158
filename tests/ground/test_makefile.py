import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROMISED = {
    *("install", "sync", "demo", "test", "test-all", "test-slurm", "check", "format", "pre-commit"),
    *("doctor", "bench", "tensorboard", "report", "study", "clean"),
    *("show", "play", "diff", "archive", "clean-failed"),
}


def make(*words: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = ["make", "--no-print-directory", "-f", str(ROOT / "Makefile"), *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("words", [(), ("help",)])
def test_make_alone_and_make_help_list_every_target_with_a_line(words: tuple[str, ...]) -> None:
    listed = dict(line.strip().split(maxsplit=1) for line in make(*words).stdout.splitlines())

    assert set(listed) >= PROMISED
    assert all(len(text) > 10 for text in listed.values())


def test_every_target_is_phony_and_listed() -> None:
    text = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z][a-z-]*):", text, flags=re.MULTILINE))

    (phony,) = re.findall(r"^\.PHONY: (.*)$", text, flags=re.MULTILINE)

    assert targets == set(phony.split())
    assert targets == {line.split()[0] for line in make("help").stdout.splitlines()}


def test_a_missing_python_is_said_in_words_and_leaves_nothing(tmp_path: Path) -> None:
    done = make("sync", "PYTHON=python-that-is-not-there", folder=tmp_path)

    assert done.returncode == 2
    assert "'python-that-is-not-there' is no Python 3.11 or 3.12" in done.stderr
    assert "make sync PYTHON=" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_clean_keeps_the_runs_and_the_environment(tmp_path: Path) -> None:
    for folder in ("outputs/tabular", ".venv/bin", ".mypy_cache", "build", "llmrl_runner/__pycache__"):
        (tmp_path / folder).mkdir(parents=True)
    for folder in ("scripts", "tests"):
        (tmp_path / folder).mkdir()
    (tmp_path / "run.py").touch()

    done = make("clean", folder=tmp_path)

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "outputs/tabular").is_dir()
    assert (tmp_path / ".venv/bin").is_dir()
    assert not any((tmp_path / gone).exists() for gone in (".mypy_cache", "build", "llmrl_runner/__pycache__"))


def test_torch_index_is_handed_to_pip_only_when_asked_for(tmp_path: Path) -> None:
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / name).touch()

    plain = make("--dry-run", "sync", folder=tmp_path).stdout
    asked = make("--dry-run", "sync", "TORCH_INDEX=https://example.org/cpu", folder=tmp_path).stdout

    assert "--extra-index-url" not in plain
    assert "--extra-index-url https://example.org/cpu -r requirements.lock" in asked


@pytest.mark.parametrize("target", ["show", "play", "diff"])
def test_a_run_is_named_by_a_word_and_the_interpreter_stays_what_it_is(target: str) -> None:
    done = make("--dry-run", "--old-file", ".venv/.synced", target, "RUN=seed0-85b2", "ARGS=--full")

    assert f".venv/bin/python -m scripts.{target} seed0-85b2 --outputs" in done.stdout
    assert done.stdout.rstrip().endswith("--full")


def test_ci_runs_check_and_test_and_stops_at_the_first_failure() -> None:
    script = ROOT / ".ci" / "run"
    lines = script.read_text().splitlines()

    assert script.stat().st_mode & 0o111
    assert "set -euo pipefail" in lines
    assert lines[-2:] == ["make check", "make test"]
