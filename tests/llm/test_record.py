import importlib.util
import json
import shutil
from pathlib import Path

import pytest
import yaml

from llmrl_runner.llm import AskingRun, make_client

SCRIPT = Path(__file__).parents[2] / "scripts" / "record.py"


@pytest.fixture(scope="module")
def record():
    spec = importlib.util.spec_from_file_location("record", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.main


@pytest.fixture
def run(tmp_path, scripted, make_request):
    """The folder of a run that ended, with three answers."""
    client = scripted(lambda question: f"Grüße {question.iteration}.{question.sample}")
    client.ask(make_request(samples=2))
    client.ask(make_request(iteration=1))
    write_config(tmp_path, backend="live")
    (tmp_path / "result.json").write_text("{}")
    return tmp_path


def write_config(folder, backend):
    llm = {"name": "gemini", "backend": backend, "temperature": 0.7}
    config = {"method": {"name": "tabular"}, "env": {"name": "cartpole"}, "llm": llm, "seed": 3}
    (folder / "config.yaml").write_text(yaml.safe_dump(config))


def test_a_recording_replays_the_run_word_for_word(record, run, make_config, make_request, tmp_path):
    target = tmp_path / "recordings" / "tabular" / "cartpole.jsonl"

    assert record([str(run), "--to", str(target), "--how", "over the API"]) == 0
    asking = AskingRun("tabular", "cartpole", 0, tmp_path / "recordings")
    replay = make_client(make_config(backend="replay"), asking, tmp_path / "new")
    answers = replay.ask(make_request(samples=2)) + replay.ask(make_request(iteration=1))

    assert [answer.text for answer in answers] == ["Grüße 0.0", "Grüße 0.1", "Grüße 1.0"]
    assert replay.usage.replay_drift == 0
    header = json.loads(target.read_text().splitlines()[0])
    assert (header["recording"], header["method"], header["env"]) == (1, "tabular", "cartpole")
    assert (header["model"], header["how"]) == ("scripted", "over the API")
    assert header["command"] == "python run.py method=tabular env=cartpole llm=gemini seed=3"
    assert len(header["date"]) == 10


def test_the_command_is_told_as_it_was_typed_without_where_its_results_went(record, run, tmp_path):
    (run / "command.txt").write_text("python run.py env=taxi 'llm.model=a model' paths.outputs=/home/me seed=3\n")

    record([str(run), "--to", str(tmp_path / "r.jsonl")])

    header = json.loads((tmp_path / "r.jsonl").read_text().splitlines()[0])
    assert header["command"] == "python run.py env=taxi 'llm.model=a model' seed=3"


def test_only_what_a_replay_needs_is_kept(record, run, tmp_path):
    record([str(run), "--to", str(tmp_path / "r.jsonl")])

    line = json.loads((tmp_path / "r.jsonl").read_text().splitlines()[1])

    assert not {"cost_usd", "latency_s", "time", "attempts", "parameters", "key"} & line.keys()


def test_another_recording_is_not_overwritten_unasked(record, run, tmp_path, capsys):
    target = tmp_path / "r.jsonl"
    target.write_text("precious\n")

    assert record([str(run), "--to", str(target)]) == 2
    assert "--force" in capsys.readouterr().err
    assert target.read_text() == "precious\n"
    assert record([str(run), "--to", str(target), "--force"]) == 0
    assert record([str(run), "--to", str(target)]) == 0  # the same content again is no loss


@pytest.mark.parametrize("backend", ["replay", "random"])
def test_answers_that_no_model_gave_are_refused(record, run, backend, capsys, tmp_path):
    write_config(run, backend)

    assert record([str(run), "--to", str(tmp_path / "r.jsonl")]) == 2
    assert f"llm={backend}" in capsys.readouterr().err
    assert not (tmp_path / "r.jsonl").exists()


@pytest.mark.parametrize(
    ("models", "words"),
    [(["random", "random"], "blind answers"), (["random", "Claude"], "answers of random and of Claude")],
)
def test_blind_answers_in_a_run_that_went_on_from_another_are_refused(record, run, models, words, capsys, tmp_path):
    lines = [json.loads(line) for line in (run / "transcript.jsonl").read_text().splitlines()]
    changed = [{**line, "model": model} for line, model in zip(lines, models, strict=False)]
    (run / "transcript.jsonl").write_text("".join(json.dumps(line) + "\n" for line in changed))

    assert record([str(run), "--to", str(tmp_path / "r.jsonl")]) == 2

    assert words in capsys.readouterr().err
    assert not (tmp_path / "r.jsonl").exists()


def test_an_unfinished_run_is_recorded_with_a_warning(record, run, capsys, tmp_path):
    (run / "result.json").unlink()

    assert record([str(run), "--to", str(tmp_path / "r.jsonl")]) == 0
    assert "isn't finished" in capsys.readouterr().err


def test_a_folder_that_is_no_run_is_told_so(record, tmp_path, capsys):
    assert record([str(tmp_path)]) == 2
    assert "no run's folder" in capsys.readouterr().err


def test_a_run_is_found_by_the_beginning_of_its_name(record, run, tmp_path, capsys):
    named = tmp_path / "outputs" / "tabular" / "seed3-1a2b3c4d"
    shutil.copytree(run, named, ignore=shutil.ignore_patterns("outputs"))

    assert record(["seed3-1a2b", "--outputs", str(tmp_path / "outputs"), "--to", str(tmp_path / "r.jsonl")]) == 0
    assert "3 answers of scripted" in capsys.readouterr().out
