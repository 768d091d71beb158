import json
import threading
import time
from collections import Counter

import pytest

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.llm import BudgetReached, CallsEnded, LLMError, RecordingEnded, Usage
from llmrl_runner.llm.request import Reply

PRICES = {"usd_per_million_prompt_tokens": 1.0, "usd_per_million_completion_tokens": 2.0}


def read_transcript(folder):
    return [json.loads(line) for line in (folder / "transcript.jsonl").read_text().splitlines()]


def test_every_sample_is_answered_and_written_with_a_key_of_its_own(scripted, make_request, tmp_path):
    client = scripted(lambda question: f"answer {question.sample}")

    answers = client.ask(make_request(samples=3))

    assert [answer.text for answer in answers] == ["answer 0", "answer 1", "answer 2"]
    assert {line["key"] for line in read_transcript(tmp_path)} == {answer.key for answer in answers}
    assert len({answer.key for answer in answers}) == 3


def test_a_line_of_the_transcript_says_all_there_is(scripted, make_request, tmp_path):
    scripted().ask(make_request(iteration=4))

    (line,) = read_transcript(tmp_path)

    assert line["purpose"] == "tabular/propose"
    assert (line["iteration"], line["sample"], line["occurrence"], line["turn"]) == (4, 0, 0, 0)
    assert line["messages"][1] == {"role": "user", "content": "What now?"}
    assert line["parameters"] == {"temperature": 0.7, "max_output_tokens": 100}
    assert (line["text"], line["model"], line["prompt_tokens"], line["cost_usd"]) == ("hello", "scripted", 10, 0.001)
    assert {"completion_tokens", "latency_s", "attempts", "is_cached", "has_drifted", "time"} <= line.keys()


def test_a_resumed_run_asks_nothing_twice(scripted, make_request):
    first = scripted(lambda question: f"first {question.sample}")
    before = first.ask(make_request(samples=2)) + first.ask(make_request(samples=2))
    resumed = scripted(lambda question: "asked again")

    after = resumed.ask(make_request(samples=2)) + resumed.ask(make_request(samples=2))

    assert after == before
    assert resumed.backend.asked == []
    assert resumed.usage == first.usage == Usage(4, 0, 40, 20, pytest.approx(0.004), 0)


def test_the_same_words_asked_twice_are_two_questions(scripted, make_request):
    numbers = iter(range(10))
    client = scripted(lambda question: str(next(numbers)))

    texts = [client.ask(make_request())[0].text for _ in range(3)]

    assert texts == ["0", "1", "2"]
    assert [(q.occurrence, q.turn) for q in client.backend.asked] == [(0, 0), (1, 1), (2, 2)]


def test_keys_change_with_iteration_purpose_words_and_parameters(scripted, make_request, tmp_path):
    requests = [
        make_request(),
        make_request(iteration=1),
        make_request(purpose="tabular/critic"),
        make_request("Other?"),
    ]

    keys = [scripted().ask(request)[0].key for request in requests]
    keys.append(scripted(temperature=0.1).ask(make_request())[0].key)

    assert len(set(keys)) == 5


def test_samples_are_asked_at_once_and_no_more_than_allowed(scripted, make_request):
    lock, now, most = threading.Lock(), Counter(), Counter()

    def slow(question):
        with lock:
            now["asking"] += 1
            most["asking"] = max(most["asking"], now["asking"])
        time.sleep(0.03)
        with lock:
            now["asking"] -= 1
        return "done"

    scripted(slow, samples_in_flight=3).ask(make_request(samples=9))

    assert most["asking"] == 3


def test_one_failure_raises_and_keeps_what_arrived(scripted, make_request, tmp_path):
    def fails_once(question):
        if question.sample == 1:
            time.sleep(0.05)
            raise LLMError("model x: no")
        return "fine"

    with pytest.raises(LLMError, match="model x: no"):
        scripted(fails_once).ask(make_request(samples=3))
    resumed = scripted()
    resumed.ask(make_request(samples=3))

    assert {line["sample"] for line in read_transcript(tmp_path)} == {0, 1, 2}
    assert [question.sample for question in resumed.backend.asked] == [1]


def test_after_a_failure_nothing_new_is_begun(scripted, make_request):
    def refuse(question):
        raise LLMError("bad key")

    client = scripted(refuse, samples_in_flight=1, max_calls=10)
    with pytest.raises(LLMError):
        client.ask(make_request(samples=10))

    assert len(client.backend.asked) < 10
    client.backend.say = lambda question: "better"
    assert len(client.ask(make_request(samples=10, iteration=1))) == 10  # no call of the budget was lost


def test_the_number_of_calls_never_passes_its_limit(scripted, make_request, tmp_path):
    client = scripted(max_calls=5, samples_in_flight=4)
    client.ask(make_request(samples=3))

    with pytest.raises(BudgetReached, match=r"llm\.max_calls=5"):
        client.ask(make_request(samples=4, iteration=1))

    assert client.usage.calls == len(client.backend.asked) == 5
    assert [line["sample"] for line in read_transcript(tmp_path)[3:]] in ([0, 1], [1, 0])


def test_many_threads_together_keep_the_limit(scripted, make_request):
    client = scripted(lambda question: time.sleep(0.005) or "x", max_calls=10)

    def ask_until_the_end(iteration):
        try:
            for _ in range(10):
                client.ask(make_request(iteration=iteration))
        except BudgetReached:
            pass

    threads = [threading.Thread(target=ask_until_the_end, args=(iteration,)) for iteration in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert client.usage.calls == len(client.backend.asked) == 10


def test_a_resumed_run_counts_what_was_spent_before(scripted, make_request):
    scripted(max_calls=2).ask(make_request(samples=2))
    resumed = scripted(max_calls=2)

    assert len(resumed.ask(make_request(samples=2))) == 2  # the answers that are there are free
    with pytest.raises(BudgetReached):
        resumed.ask(make_request(iteration=1))


@pytest.mark.parametrize(("key", "limit"), [("max_tokens", 30), ("max_cost_usd", 0.002)])
def test_tokens_and_dollars_end_the_asking(scripted, make_request, key, limit):
    client = scripted(**{key: limit}, **PRICES)
    client.ask(make_request(samples=2))

    with pytest.raises(BudgetReached, match=f"llm.{key}={limit}"):
        client.ask(make_request(iteration=1))

    assert client.usage.calls == 2


def test_a_limit_in_dollars_without_a_price_is_refused_before_anything_is_asked(scripted, make_request):
    client = scripted(max_cost_usd=1.0)

    with pytest.raises(ConfigError, match=r"llm\.max_cost_usd: .*unknown"):
        client.ask(make_request())

    assert client.backend.asked == []


@pytest.mark.parametrize("key", ["max_tokens", "max_cost_usd"])
def test_a_limit_that_an_answer_makes_uncheckable_is_said_to_be_so(scripted, make_request, key):
    client = scripted(lambda question: Reply("x", "scripted"), **{key: 100}, **PRICES)
    client.ask(make_request())

    with pytest.raises(ConfigError, match=rf"^llm\.{key}: can't be kept.*; set llm\.max_calls instead, and run"):
        client.ask(make_request(iteration=1))


def test_what_is_unknown_is_none_and_never_zero(scripted, make_request):
    client = scripted(lambda question: Reply("x", "scripted", *((None,) * 3 if question.sample else (1, 2, 0.5))))

    client.ask(make_request(samples=2))

    assert client.usage == Usage(2, 0, None, None, None, 0)


def test_the_end_of_a_recording_keeps_the_samples_that_it_had(scripted, make_request):
    def two_recorded(question):
        if question.sample > 1:
            raise RecordingEnded("recording ended")
        return Reply("x", "m", is_cached=True)

    client = scripted(two_recorded)
    with pytest.raises(CallsEnded, match="recording ended"):
        client.ask(make_request(samples=4))

    assert client.usage.calls == client.usage.cached_calls == 2


def test_recorded_answers_spend_no_tokens(scripted, make_request):
    client = scripted(lambda question: Reply("x", "m", 100, 80, 0.0, is_cached=True), max_tokens=100)

    for iteration in range(3):
        client.ask(make_request(iteration=iteration))

    assert client.usage.calls == 3


def test_an_interrupt_stops_the_backend_and_loses_nothing(scripted, make_request, monkeypatch):
    client = scripted()
    stopped = []
    client.backend.stop = lambda: stopped.append(True)
    client.ask(make_request())
    monkeypatch.setattr(
        "llmrl_runner.llm.client.wait", lambda *args, **kwargs: (_ for _ in ()).throw(KeyboardInterrupt)
    )

    with pytest.raises(KeyboardInterrupt):
        client.ask(make_request(iteration=1))

    assert stopped
    assert scripted().transcript.records


def test_importing_the_room_imports_nothing_heavy():
    import subprocess
    import sys

    heavy = ("litellm", "openai", "numpy", "pydantic")
    code = f"import llmrl_runner.llm, sys; print([name for name in {heavy} if name in sys.modules])"

    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert printed.strip() == "[]"
