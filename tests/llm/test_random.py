"""llm=random: the control."""

import pytest

from llmrl_runner.llm import LLMError, Usage


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
