import hashlib
import json
import os
import tarfile
from pathlib import Path

import pytest

from llmrl_runner.runs import packing
from scripts.archive import main
from tests.report.conftest import write_run

RUN = "tabular/cartpole/replay/seed3-0a1b2c3d"


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    run = tmp_path / "outputs" / RUN
    run.mkdir(parents=True)
    write_run(run)
    (run / ".lock").touch()
    (run / ".iteration_004.partial").mkdir()
    (run / ".iteration_004.partial" / "prompt.md").write_text("half")
    (run / "iteration_000" / "checkpoint.zip").write_bytes(b"weights")
    (run / "secret").symlink_to(tmp_path / ".env")
    (tmp_path / ".env").write_text("GOOGLE_API_KEY=nobody-may-see-this")
    return tmp_path / "outputs"


def pack(outputs: Path, to: Path, *more: str) -> dict[str, bytes]:
    """The archive's files by their names below its top folder."""
    assert main([str(outputs), "--to", str(to), *more]) == 0
    with tarfile.open(to) as archive:
        opened = {entry.name.partition("/")[2]: archive.extractfile(entry) for entry in archive}
        return {name: file.read() for name, file in opened.items() if file is not None}


def test_an_archive_holds_each_file_of_the_run_with_its_sum_and_nothing_else(outputs: Path, tmp_path: Path) -> None:
    files = pack(outputs, tmp_path / "a.tar.gz")

    manifest = json.loads(files.pop("manifest.json"))
    own = {path for path in (outputs / RUN).rglob("*") if path.is_file() and not path.is_symlink()}
    kept = {f"{RUN}/{path.relative_to(outputs / RUN)}" for path in own if "/." not in str(path.relative_to(outputs))}
    assert set(files) == kept == set(manifest["files"])
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    assert sums == {name: entry["sha256"] for name, entry in manifest["files"].items()}
    assert manifest["runs"][0]["config"]["method"]["name"] == "tabular"
    assert manifest["runs"][0]["versions"]["llmrl_runner"] == "0.1.0"


def test_the_same_runs_give_the_same_bytes_whenever_they_are_packed(outputs: Path, tmp_path: Path) -> None:
    pack(outputs, tmp_path / "one" / "a.tar.gz")
    for path in (outputs / RUN).rglob("*"):
        if not path.is_symlink():
            os.utime(path, (1e9, 1e9))
    pack(outputs, tmp_path / "two" / "a.tar.gz")

    assert (tmp_path / "one" / "a.tar.gz").read_bytes() == (tmp_path / "two" / "a.tar.gz").read_bytes()


def test_large_files_stay_out_when_asked_for(outputs: Path, tmp_path: Path) -> None:
    files = pack(outputs, tmp_path / "a.tar.gz", "--without", "checkpoints,gifs")

    assert not [name for name in files if name.endswith((".zip", ".gif"))]
    assert f"{RUN}/iteration_000/candidate.json" in files
    assert json.loads(files["manifest.json"])["without"] == ["checkpoints", "gifs"]


def test_an_unfinished_run_is_named_and_left_out(
    outputs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (outputs / RUN / "result.json").unlink()

    code = main([str(outputs), "--to", str(tmp_path / "a.tar.gz")])

    assert code == 2
    said = capsys.readouterr()
    assert f"left out, since it is not finished: {outputs / RUN}" in said.out
    assert "no finished run there" in said.err
    assert not (tmp_path / "a.tar.gz").exists()


def test_a_key_of_the_environment_in_a_file_keeps_everything_from_being_packed(
    outputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SOME_API_KEY", "sk-0123456789abcdef")
    (outputs / RUN / "iteration_002" / "prompt.md").write_text("my key is sk-0123456789abcdef")

    code = main([str(outputs), "--to", str(tmp_path / "a.tar.gz")])

    assert code == 2
    told = capsys.readouterr().err
    assert "iteration_002/prompt.md: holds the value of SOME_API_KEY" in told
    assert "0123456789" not in told
    assert not (tmp_path / "a.tar.gz").exists()


def test_a_file_that_changes_while_it_is_packed_leaves_no_archive(
    outputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written = packing._write

    def change_first(*arguments: object) -> None:
        path = outputs / RUN / "config.yaml"
        path.write_text(path.read_text().replace("seed: 3", "seed: 4"))
        written(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(packing, "_write", change_first)

    code = main([str(outputs), "--to", str(tmp_path / "a.tar.gz")])

    assert code == 2
    assert "config.yaml: changed while it was packed" in capsys.readouterr().err
    assert not list(tmp_path.glob("*.tar.gz*"))


@pytest.mark.parametrize("words", [("--without", "pictures"), ("--to", "a.zip")])
def test_bad_words_are_refused(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(list(words))

    assert ended.value.code == 2
    assert words[1] in capsys.readouterr().err
