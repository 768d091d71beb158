"""llm=manual: a person answers in files."""

import threading
import time

import pytest

from llmrl_runner.llm import LLMError, Message
from llmrl_runner.llm.backends import manual


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
@pytest.mark.parametrize("text", ["one\r\ntwo\rthree", "half a character: \udc80"])
def test_a_prompt_of_any_characters_has_its_file(text, client, make_request, tmp_path):
    folder = tmp_path / "run" / "manual"
    folder.mkdir(parents=True)
    (folder / "000-tabular-propose.answer.md").write_text("fine")

    (given,) = by_hand(client).ask(make_request(text))

    assert given.text == "fine"
    assert [path.name for path in folder.glob("*.prompt.md")] == ["000-tabular-propose.prompt.md"]


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
    turns = (Message("user", "one"), Message("assistant", "two"), Message("user", "three"))

    text = manual.as_text(turns)

    assert text == "===== user =====\n\none\n\n===== assistant =====\n\ntwo\n\n===== user =====\n\nthree\n"
