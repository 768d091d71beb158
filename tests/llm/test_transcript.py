import json
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.llm.transcript import Transcript


def test_what_was_appended_is_found_again(tmp_path):
    Transcript(tmp_path / "t.jsonl").append({"key": "a", "text": "Grüße \u2028 \ud800 \n"})

    reopened = Transcript(tmp_path / "t.jsonl")

    assert reopened.find("a") == {"key": "a", "text": "Grüße \u2028 \ud800 \n"}
    assert reopened.find("b") is None


def test_a_line_that_a_kill_tore_is_cut_off_wherever_it_tore(tmp_path):
    whole = json.dumps({"key": "a", "text": "ä"}, ensure_ascii=False).encode() + b"\n"
    torn = json.dumps({"key": "b", "text": "ö" * 10}, ensure_ascii=False).encode()
    path = tmp_path / "t.jsonl"

    for length in range(1, len(torn)):
        path.write_bytes(whole + torn[:length])
        Transcript(path).append({"key": "c"})

        assert [record["key"] for record in Transcript(path).records] == ["a", "c"]


def test_a_last_line_that_lacks_only_its_newline_is_kept(tmp_path):
    path = tmp_path / "t.jsonl"
    path.write_bytes(b'{"key": "a"}\n{"key": "b"}')

    Transcript(path).append({"key": "c"})

    assert [record["key"] for record in Transcript(path).records] == ["a", "b", "c"]


@pytest.mark.parametrize("line", ['{"key": "b"', "[1]", '{"text": "no key"}'])
def test_a_bad_line_elsewhere_is_an_error_with_file_and_line(tmp_path, line):
    path = tmp_path / "t.jsonl"
    path.write_text('{"key": "a"}\n' + line + '\n{"key": "c"}\n')

    with pytest.raises(ConfigError, match=r"t\.jsonl, line 2"):
        Transcript(path)


def test_threads_append_whole_lines(tmp_path):
    transcript = Transcript(tmp_path / "t.jsonl")

    def write(writer):
        for number in range(50):
            transcript.append({"key": f"{writer}-{number}", "text": "x" * 5000})

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(Transcript(tmp_path / "t.jsonl").records) == len(transcript.records) == 400


def test_a_part_that_does_not_fit_on_the_disk_leaves_nothing(tmp_path, monkeypatch):
    transcript = Transcript(tmp_path / "t.jsonl")
    transcript.append({"key": "a"})
    real_write = __import__("os").write
    monkeypatch.setattr("os.write", lambda descriptor, data: real_write(descriptor, data[:3]))

    with pytest.raises(OSError, match="disk full"):
        transcript.append({"key": "b"})

    monkeypatch.undo()
    assert [record["key"] for record in Transcript(tmp_path / "t.jsonl").records] == ["a"]


@given(st.lists(st.dictionaries(st.sampled_from(["text", "note"]), st.text()), max_size=5), st.binary(max_size=20))
def test_any_records_come_back_whatever_was_torn_behind_them(tmp_path_factory, records, torn):
    path = tmp_path_factory.mktemp("t") / "t.jsonl"
    transcript = Transcript(path)
    for number, record in enumerate(records):
        transcript.append({"key": str(number), **record})
    with path.open("ab") as file:
        file.write(b'{"key": ' + torn.replace(b"\n", b""))

    assert Transcript(path).records == transcript.records
