"""llm=replay: answers of a recording, and recordings that can't be used."""

import json

import pytest

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.llm import AskingRun, RecordingEnded, Usage, model_identity

HEADER = {"recording": 1, "method": "tabular", "env": "cartpole", "model": "a real model", "how": "by hand"}


@pytest.fixture(autouse=True)
def recordings(tmp_path, make_request):
    """A folder with one recording: two iterations, the first with two samples."""
    path = tmp_path / "recordings" / "tabular" / "cartpole.jsonl"
    path.parent.mkdir(parents=True)
    messages = [vars(message) for message in make_request().messages]
    line = {"purpose": "tabular/propose", "iteration": 0, "sample": 0, "occurrence": 0, "turn": 0, "messages": messages}
    spent = {"model": "a real model", "prompt_tokens": 100, "completion_tokens": None}
    lines = [line | spent | {"text": "first"}, line | spent | {"text": "second", "sample": 1}]
    lines.append(line | spent | {"text": "third", "iteration": 1})
    path.write_text("".join(json.dumps(entry) + "\n" for entry in [HEADER, *lines]))
    return tmp_path / "recordings"


def test_a_recording_answers_the_same_words_at_no_cost(client, make_request):
    replay = client(backend="replay")

    answers = replay.ask(make_request(samples=2))

    assert [answer.text for answer in answers] == ["first", "second"]
    assert all(answer.is_cached and not answer.has_drifted for answer in answers)
    assert replay.usage == Usage(2, 2, 200, None, 0.0, 0)
    assert replay.backend.model == answers[0].model == "a real model"


def test_other_words_get_the_answer_of_their_place_and_are_counted(client, make_request):
    replay = client(backend="replay")

    (first,) = replay.ask(make_request("Other words"))
    (third,) = replay.ask(make_request(iteration=1))

    assert (first.text, first.has_drifted) == ("first", True)
    assert (third.text, third.has_drifted) == ("third", False)
    assert replay.usage.replay_drift == 1
    assert client(backend="replay").usage == replay.usage


@pytest.mark.parametrize("change", [{"iteration": 2}, {"purpose": "tabular/critic"}, {"samples": 3}])
def test_a_recording_ends_where_it_has_no_answer(client, make_request, change):
    with pytest.raises(RecordingEnded, match=r"cartpole\.jsonl has no answer for tabular/"):
        client(backend="replay").ask(make_request(**change))


def test_a_place_is_answered_once(client, make_request):
    replay = client(backend="replay")
    replay.ask(make_request())

    with pytest.raises(RecordingEnded, match="turn 1"):
        replay.ask(make_request())


def test_the_recording_belongs_to_the_model_that_answers(make_config, recordings):
    path = recordings / "tabular" / "cartpole.jsonl"
    config = make_config(backend="replay", provider=None, model=None)
    run = AskingRun("tabular", "cartpole", 0, recordings)
    before = model_identity(config, run)
    path.write_text(path.read_text().replace("first", "1st"))

    after = model_identity(config, run)

    assert before.model == after.model == "a real model"
    assert before.digest != after.digest


def test_a_missing_recording_is_told_with_those_that_there_are(client):
    with pytest.raises(
        ConfigError, match=r"^llm\.recording: no recording for method reflect on env taxi at .*taxi"
    ) as e:
        client(backend="replay", method="reflect", env="taxi")

    assert "there are: tabular/cartpole; record one with llm=manual" in str(e.value)


@pytest.mark.parametrize("content", ["", "{}\n", '{"key": "a transcript"}\n', "not json\n", "[]\n"])
def test_a_file_that_is_no_recording_is_refused(client, tmp_path, content):
    (tmp_path / "mine.jsonl").write_text(content)

    with pytest.raises(ConfigError, match=r"^llm\.recording: .*mine\.jsonl"):
        client(backend="replay", recording=str(tmp_path / "mine.jsonl"))


@pytest.mark.parametrize(
    ("header", "run"),
    [({"env": "taxi"}, "method=tabular env=cartpole"), ({"method": "reflect"}, "method=tabular env=cartpole")],
)
def test_a_recording_of_something_else_is_refused_and_says_what_it_is(client, tmp_path, header, run):
    path = tmp_path / "mine.jsonl"
    path.write_text(json.dumps(HEADER | header) + "\n")
    theirs = HEADER | header

    with pytest.raises(ConfigError, match=r"^llm\.recording: .*mine\.jsonl was made with ") as caught:
        client(backend="replay", recording=str(path))

    assert f"method={theirs['method']} env={theirs['env']}, and this run has {run}; " in str(caught.value)


def test_a_recording_that_does_not_say_what_it_is_of_is_taken(client, tmp_path, recordings, make_request):
    lines = (recordings / "tabular" / "cartpole.jsonl").read_text().splitlines()[1:]
    path = tmp_path / "mine.jsonl"
    path.write_text("\n".join(['{"recording": 1, "model": "someone"}', *lines]))

    (answer,) = client(backend="replay", recording=str(path), env="taxi").ask(make_request())

    assert answer.text == "first"


def test_what_a_recordings_line_may_leave_out_is_filled_in(client, tmp_path, make_request):
    line = {"purpose": "tabular/propose", "iteration": 0, "sample": 0, "messages": [], "text": "hi"}
    path = tmp_path / "mine.jsonl"
    path.write_text(json.dumps(HEADER) + "\n" + json.dumps(line) + "\n")

    (answer,) = client(backend="replay", recording=str(path)).ask(make_request())

    assert (answer.text, answer.model, answer.prompt_tokens, answer.has_drifted) == ("hi", "a real model", None, True)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"text": None}, "`text` must be text"),
        ({"iteration": "0"}, "`iteration` must be a whole number"),
        ({"messages": [{"role": "user"}]}, "`messages` must be a list of messages"),
        ({"messages": None}, "`messages` must be a list of messages"),
        ({"prompt_tokens": "many"}, "`prompt_tokens` must be a whole number or null"),
    ]
    + [({name: ...}, f"`{name}` is missing") for name in ("purpose", "iteration", "sample", "messages", "text")],
)
def test_a_damaged_line_of_a_recording_is_told_with_its_number_and_field(client, recordings, change, problem):
    path = recordings / "tabular" / "cartpole.jsonl"
    header, whole, line, *_ = path.read_text().splitlines()
    damaged = {name: value for name, value in (json.loads(line) | change).items() if value is not ...}
    path.write_text("\n".join([header, whole, "", json.dumps(damaged)]))

    with pytest.raises(ConfigError, match=rf"^llm\.recording: .*cartpole\.jsonl, line 4: {problem}.*; mend the line"):
        client(backend="replay")
