"""Files and folders are whole or not there, whatever happens to their writer."""

import multiprocessing
import os
import shutil
from pathlib import Path

import pytest

from llmrl_runner.files.whole import copy_folder, leftovers, read_json, replacing, write_bytes, write_json, write_text


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_is_written_is_read_and_nothing_else_is_left(tmp_path: Path) -> None:
    write_text(tmp_path / "a.md", "ä\n")
    write_bytes(tmp_path / "b.bin", b"\x00\r\n")
    write_json(tmp_path / "c.json", {"ö": None})

    assert names(tmp_path) == ["a.md", "b.bin", "c.json"]
    assert (tmp_path / "a.md").read_text(encoding="utf-8") == "ä\n"
    assert (tmp_path / "b.bin").read_bytes() == b"\x00\r\n"
    assert read_json(tmp_path / "c.json") == {"ö": None}


def test_half_a_character_of_a_model_can_be_written(tmp_path: Path) -> None:
    write_text(tmp_path / "answer.md", "left \ud83d")

    assert (tmp_path / "answer.md").read_text(encoding="utf-8") == "left \\ud83d"


def test_a_number_that_json_has_no_word_for_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "result.json", {"return_mean": float("nan")})

    assert names(tmp_path) == []


def test_a_file_that_is_no_json_is_named(tmp_path: Path) -> None:
    (tmp_path / "metrics.json").write_text("{")

    with pytest.raises(ValueError, match=r"metrics\.json: not JSON"):
        read_json(tmp_path / "metrics.json")


def test_while_a_writer_is_at_work_the_old_file_stands_and_the_temporary_one_says_whose_it_is(tmp_path: Path) -> None:
    path = tmp_path / "policy.png"
    path.write_text("old")

    with replacing(path) as temporary:
        temporary.write_text("new")
        seen = path.read_text()

    assert seen == "old"
    assert path.read_text() == "new"
    assert temporary == tmp_path / f".policy.png.{os.getpid()}.tmp"
    assert names(tmp_path) == ["policy.png"]


def test_a_writer_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "policy.png"
    path.write_text("old")

    def write_half() -> None:
        with replacing(path) as temporary:
            temporary.write_text("ha")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()

    assert path.read_text() == "old"
    assert names(tmp_path) == ["policy.png"]


def test_a_copy_takes_the_place_of_what_was_there(tmp_path: Path) -> None:
    for folder, name in (("iteration_001", "new"), ("best", "old")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).touch()

    copy_folder(tmp_path / "iteration_001", tmp_path / "best")

    assert names(tmp_path) == ["best", "iteration_001"]
    assert names(tmp_path / "best") == names(tmp_path / "iteration_001") == ["new"]


def test_a_copy_that_fails_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(source: Path, target: Path) -> None:
        Path(target).mkdir()
        raise OSError("disk full")

    monkeypatch.setattr(shutil, "copytree", fail)
    (tmp_path / "best").mkdir()

    with pytest.raises(OSError, match="disk full"):
        copy_folder(tmp_path / "iteration_001", tmp_path / "best")

    assert names(tmp_path) == ["best"]


def test_leftovers_of_a_killed_writer_are_found_and_those_of_other_names_are_not(tmp_path: Path) -> None:
    for name in (".best.17.tmp", ".best.18.tmp", ".result.json.17.tmp", "best.17.tmp"):
        (tmp_path / name).touch()

    assert [path.name for path in leftovers(tmp_path / "best")] == [".best.17.tmp", ".best.18.tmp"]


def write_often(path: Path, letter: str) -> None:
    for _ in range(200):
        write_text(path, letter * 10_000)


def test_processes_that_write_the_same_file_never_mix_their_halves(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    write_text(path, "a" * 10_000)
    fork = multiprocessing.get_context("fork")
    writers = [fork.Process(target=write_often, args=(path, letter)) for letter in "ab"]
    for writer in writers:
        writer.start()

    seen = set()
    while any(writer.is_alive() for writer in writers):
        seen.add(path.read_text())

    assert {writer.exitcode for writer in writers} == {0}
    assert seen <= {"a" * 10_000, "b" * 10_000}


def test_a_folder_that_cannot_be_copied_is_one_plain_error_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    for name in ("one", "two"):
        (tmp_path / "source" / name).symlink_to("nowhere")

    with pytest.raises(OSError, match="No such file") as caught:
        copy_folder(tmp_path / "source", tmp_path / "target")

    assert not isinstance(caught.value, shutil.Error)
    assert names(tmp_path) == ["source"]
