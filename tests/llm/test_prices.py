import pytest

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.llm.prices import Price, approximate_tokens, estimate_run, find_price, price_list, total


def test_what_the_person_wrote_comes_before_the_list(make_config):
    listed = next(name for name, entry in price_list().items() if name.startswith("gemini/gemini-2.5-flash"))
    known = {"provider": "gemini", "model": listed.removeprefix("gemini/")}

    assert find_price(make_config(**known)).completion > 0
    own = make_config(usd_per_million_prompt_tokens=1, usd_per_million_completion_tokens=2, **known)
    assert find_price(own) == Price(1.0, 2.0)


def test_a_price_that_nobody_knows_is_none(make_config):
    assert find_price(make_config(provider="gemini", model="no-such-model")) is None
    assert find_price(make_config(provider="openai_compatible", model="gpt-4o")) is None


@pytest.mark.parametrize(("provider", "model"), [("groq", "gpt-4o"), ("openrouter", "gpt-4o")])
def test_what_another_provider_takes_for_the_model_is_no_price(provider, model, make_config):
    assert find_price(make_config(provider="openai", model=model)) is not None

    assert find_price(make_config(provider=provider, model=model)) is None


def test_half_a_price_is_refused(make_config):
    with pytest.raises(ConfigError, match=r"^llm\.usd_per_million_prompt_tokens: needed"):
        find_price(make_config(usd_per_million_completion_tokens=2.0))


def test_an_estimate_says_calls_tokens_and_dollars(make_config):
    config = make_config(usd_per_million_prompt_tokens=1.0, usd_per_million_completion_tokens=10.0)

    estimate = estimate_run(100, 2000, 500, config)

    assert (estimate.calls, estimate.prompt_tokens, estimate.completion_tokens) == (100, 200_000, 50_000)
    assert estimate.cost_usd == pytest.approx(0.7)
    assert "100 calls" in estimate.text
    assert "0.7000 USD" in estimate.text
    assert "about" in estimate.text


@pytest.mark.parametrize(
    ("changes", "cost", "words"),
    [
        ({}, None, "cost unknown"),
        ({"backend": "manual"}, None, "cost unknown"),
        ({"backend": "replay", "name": "replay"}, 0.0, "llm=replay asks no model"),
        ({"backend": "random", "name": "random"}, 0.0, "llm=random asks no model"),
    ],
)
def test_an_estimate_says_what_it_does_not_know(make_config, changes, cost, words):
    estimate = estimate_run(10, 100, 100, make_config(**changes))

    assert estimate.cost_usd == cost
    assert words in estimate.text


def test_an_estimate_stops_at_the_budget(make_config):
    assert estimate_run(100, 10, 10, make_config(max_calls=7)).calls == 7


def test_a_sweep_costs_what_its_runs_cost_together(make_config):
    priced = make_config(usd_per_million_prompt_tokens=1.0, usd_per_million_completion_tokens=10.0)

    whole = total(estimate_run(calls, 2000, 500, priced) for calls in (100, 200))

    assert (whole.calls, whole.prompt_tokens, whole.completion_tokens) == (300, 600_000, 150_000)
    assert whole.cost_usd == pytest.approx(2.1)
    assert whole.text == (
        "2 runs, 300 calls, about 600000 prompt and 150000 completion tokens (4 characters a token), about 2.1000 USD"
    )


def test_a_sweep_with_a_run_of_unknown_cost_has_an_unknown_cost(make_config):
    priced = make_config(usd_per_million_prompt_tokens=1.0, usd_per_million_completion_tokens=10.0)

    whole = total([estimate_run(100, 2000, 500, priced), estimate_run(100, 2000, 500, make_config())])

    assert whole.cost_usd is None
    assert whole.text.endswith("cost unknown: no price for 1 of 2 runs, the others about 0.7000 USD")


def test_a_sweep_that_asks_no_model_costs_nothing(make_config):
    whole = total([estimate_run(10, 100, 100, make_config(backend="replay", name="replay"))])

    assert whole.cost_usd == 0.0
    assert whole.text.startswith("1 run, 10 calls, ")
    assert whole.text.endswith("no cost")


def test_four_characters_are_about_a_token():
    assert [approximate_tokens(text) for text in ("", "abc", "a" * 400)] == [0, 1, 100]
