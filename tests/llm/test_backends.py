import json
import threading
import time

import pytest

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.llm import AskingRun, LLMError, RecordingEnded, Usage, make_client, model_identity
from llmrl_runner.llm.backends import manual

HEADER = {"recording": 1, "method": "tabular", "env": "cartpole", "model": "a real model", "how": "by hand"}


@pytest.fixture
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


@pytest.fixture
def client(tmp_path, make_config, recordings):
    def make(folder="run", method="tabular", env="cartpole", seed=0, announce=print, **changes):
        run = AskingRun(method, env, seed, recordings)
        return make_client(make_config(**changes), run, tmp_path / folder, announce)

    return make


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


def test_blind_answers_are_the_same_for_the_same_seed_alone(client, make_request):
    def ask(folder, seed):
        request = make_request(samples=3, blind=lambda rng: str(rng.integers(1 << 30)))
        return [answer.text for answer in client(folder, seed=seed, backend="random").ask(request)]

    assert ask("a", 0) == ask("b", 0) != ask("c", 1)
    assert len(set(ask("a", 0))) == 3


def test_blind_answers_use_nothing_and_say_so(client, make_request):
    control = client(backend="random")
    control.ask(make_request(blind=lambda rng: "0"))

    assert control.usage == Usage(1, 0, 0, 0, 0.0, 0)
    assert control.backend.model == "random"


def test_a_method_without_a_blind_answer_has_no_control(client, make_request):
    with pytest.raises(LLMError, match="no blind answer"):
        client(backend="random").ask(make_request())


@pytest.fixture
def _quick(monkeypatch):
    monkeypatch.setattr(manual, "SETTLE_S", 0.1)
    monkeypatch.setattr(manual, "POLL_S", 0.01)


def by_hand(client, **changes):
    return client(backend="manual", model="a person", **changes)


@pytest.mark.usefixtures("_quick")
def test_a_person_finds_the_prompt_and_answers_in_the_file_beside_it(client, make_request, tmp_path):
    lines = []
    folder = tmp_path / "run" / "manual"
    answer = folder / "000-tabular-propose.answer.md"

    def person():
        while not lines:
            time.sleep(0.01)
        answer.write_text("  \n")  # an editor's empty file is no answer
        time.sleep(0.2)
        answer.write_text("go l")
        time.sleep(0.05)
        answer.write_text("go left\n")

    threading.Thread(target=person).start()
    model = by_hand(client, announce=lines.append)

    (given,) = model.ask(make_request())

    assert given.text == "go left\n"
    assert (given.model, given.prompt_tokens, given.cost_usd) == ("a person", None, None)
    assert (folder / "000-tabular-propose.prompt.md").read_text() == "You play.\n\nWhat now?\n"
    assert len(lines) == 1
    assert "000-tabular-propose.answer.md" in lines[0]
    assert "000-tabular-propose.prompt.md" in lines[0]


@pytest.mark.usefixtures("_quick")
def test_an_answer_that_came_while_nobody_waited_is_used(client, make_request, tmp_path):
    folder = tmp_path / "run" / "manual"
    folder.mkdir(parents=True)
    (folder / "002-tabular-propose.prompt.md").write_text("You play.\n\nWhat now?\n")
    (folder / "002-tabular-propose.answer.md").write_text("left")
    lines = []

    (given,) = by_hand(client, announce=lines.append).ask(make_request(iteration=2))

    assert given.text == "left"
    assert lines == []


@pytest.mark.usefixtures("_quick")
def test_the_answer_to_another_prompt_is_not_used(client, make_request, tmp_path):
    folder = tmp_path / "run" / "manual"
    folder.mkdir(parents=True)
    (folder / "000-tabular-propose.prompt.md").write_text("Something else\n")
    (folder / "000-tabular-propose.answer.md").write_text("stale")
    (folder / "000-tabular-propose-changed1.answer.md").write_text("fresh")

    (given,) = by_hand(client).ask(make_request())

    assert given.text == "fresh"


@pytest.mark.usefixtures("_quick")
def test_every_sample_and_turn_has_files_of_its_own(client, make_request, tmp_path):
    folder = tmp_path / "run" / "manual"
    folder.mkdir(parents=True)
    for name in ("000-tabular-propose", "000-tabular-propose-1", "000-tabular-propose-turn2"):
        (folder / f"{name}.answer.md").write_text(name)
    model = by_hand(client)

    texts = [answer.text for answer in model.ask(make_request(samples=2)) + model.ask(make_request())]

    assert texts == ["000-tabular-propose", "000-tabular-propose-1", "000-tabular-propose-turn2"]


@pytest.mark.usefixtures("_quick")
def test_waiting_for_a_person_can_be_stopped(client, make_request):
    model = by_hand(client)
    threading.Timer(0.1, model.backend.stop).start()

    with pytest.raises(LLMError, match=r"stopped while waiting for .*run the same command to go on"):
        model.ask(make_request())


def test_a_conversation_is_written_with_a_heading_a_turn(make_request):
    from llmrl_runner.llm import Message

    turns = (Message("user", "one"), Message("assistant", "two"), Message("user", "three"))

    text = manual.as_text(turns)

    assert text == "===== user =====\n\none\n\n===== assistant =====\n\ntwo\n\n===== user =====\n\nthree\n"
