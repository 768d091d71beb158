import json
import os
import threading
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.llm.transcript import Transcript, read_lines

WHOLE = {
    "key": "a",
    "purpose": "tabular/propose",
    "iteration": 0,
    "sample": 0,
    "occurrence": 0,
    "turn": 0,
    "messages": [{"role": "user", "content": "What now?"}],
    "text": "left",
    "model": "m",
    "prompt_tokens": None,
    "completion_tokens": 3,
    "cost_usd": 0.5,
    "finish_reason": None,
    "attempts": 1,
    "is_cached": False,
    "has_drifted": False,
    "latency_s": 1,
    "time": "2026-11-21T00:00:00+00:00",
}


def record(key, /, **changes):
    """A line of a transcript; `...` leaves a field out."""
    return {name: value for name, value in (WHOLE | {"key": key} | changes).items() if value is not ...}


def test_what_was_appended_is_found_again(tmp_path):
    line = record("a", text="Grüße \u2028 \ud800 \n")
    Transcript(tmp_path / "t.jsonl").append(line)

    reopened = Transcript(tmp_path / "t.jsonl")

    assert reopened.find("a") == line
    assert reopened.find("b") is None


def test_a_line_that_a_kill_tore_is_cut_off_wherever_it_tore(tmp_path):
    whole = json.dumps(record("a", text="ä"), ensure_ascii=False).encode() + b"\n"
    torn = json.dumps(record("b", text="ö" * 10), ensure_ascii=False).encode()
    path = tmp_path / "t.jsonl"

    for length in range(1, len(torn)):
        path.write_bytes(whole + torn[:length])
        Transcript(path).append(record("c"))

        assert [line["key"] for line in Transcript(path).records] == ["a", "c"]


def test_a_last_line_that_lacks_only_its_newline_is_kept(tmp_path):
    path = tmp_path / "t.jsonl"
    path.write_text(json.dumps(record("a")) + "\n" + json.dumps(record("b")))

    Transcript(path).append(record("c"))

    assert [line["key"] for line in Transcript(path).records] == ["a", "b", "c"]


def test_reading_the_lines_of_a_run_that_may_be_under_way_writes_nothing(tmp_path):
    path = tmp_path / "t.jsonl"
    path.write_text(json.dumps(record("a")) + "\n" + json.dumps(record("b"))[:-9])
    before = path.read_bytes()

    assert [line["key"] for line in read_lines(path)] == ["a"]
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"key": "b"', r"not JSON \("),
        ("[1]", "not a JSON object"),
        *[(json.dumps(record("b", **{name: ...})), f"`{name}` is missing") for name in WHOLE],
        (json.dumps(record("b", cost_usd="free")), "`cost_usd` must be a number or null"),
        (json.dumps(record("b", is_cached=None)), "`is_cached` must be true or false"),
        (json.dumps(record("b", completion_tokens=[])), "`completion_tokens` must be a whole number or null"),
    ],
)
@pytest.mark.parametrize("behind", ["\n" + json.dumps(record("c")) + "\n", "\n"])
def test_a_damaged_line_is_an_error_with_file_line_field_and_cure(tmp_path, line, problem, behind):
    path = tmp_path / "t.jsonl"
    path.write_text(json.dumps(record("a")) + "\n" + line + behind)

    with pytest.raises(ConfigError, match=rf"t\.jsonl, line 2: {problem}.*; mend the line, or .*rerun=true"):
        Transcript(path)


def test_a_last_line_that_is_no_torn_answer_is_an_error_and_stays(tmp_path):
    path = tmp_path / "t.jsonl"
    path.write_text(json.dumps(record("a")) + '\n{"key": "b"}')
    before = path.read_text()

    with pytest.raises(ConfigError, match=r"t\.jsonl, line 2: `purpose` is missing"):
        Transcript(path)

    assert path.read_text().rstrip("\n") == before


def test_threads_append_whole_lines(tmp_path):
    transcript = Transcript(tmp_path / "t.jsonl")

    def write(writer):
        for number in range(50):
            transcript.append(record(f"{writer}-{number}", text="x" * 5000))

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(Transcript(tmp_path / "t.jsonl").records) == len(transcript.records) == 400


def test_a_part_that_does_not_fit_on_the_disk_leaves_nothing(tmp_path, monkeypatch):
    transcript = Transcript(tmp_path / "t.jsonl")
    transcript.append(record("a"))
    real_write = os.write
    monkeypatch.setattr("os.write", lambda descriptor, data: real_write(descriptor, data[:3]))

    with pytest.raises(OSError, match="disk full"):
        transcript.append(record("b"))

    monkeypatch.undo()
    assert [line["key"] for line in Transcript(tmp_path / "t.jsonl").records] == ["a"]


@given(st.lists(st.dictionaries(st.sampled_from(["text", "note"]), st.text()), max_size=5), st.binary(max_size=20))
def test_any_records_come_back_whatever_was_torn_behind_them(records, torn):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "t.jsonl"
        transcript = Transcript(path)
        for number, changes in enumerate(records):
            transcript.append(record(str(number), **changes))
        with path.open("ab") as file:
            file.write(b'{"key": ' + torn.translate(None, b"\n}"))

        assert Transcript(path).records == transcript.records
