"""A backend of one's own, named by its import path."""

import json
import sys

import pytest

from tests.app.command import CommandLine
from tests.app.conftest import CommandHere

SMALL = ("env=frozen_lake", "method.iterations=2", "display.gif=false", "env.evaluation.held_out_episodes=20")
SMALL += ("env.evaluation.collect_episodes=2", "env.evaluation.selection_episodes=[2,4]")
MODULE = '''
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.llm import LLMError, Reply


class Own:
    """Answers with a table, at the length of its reply in tokens."""

    is_immediate = True
    more = {}

    def __init__(self, config, run, tell):
        self.model, self.identity = config.model or "own", "1"
        self.tell = tell

    def check(self):
        pass

    def answer(self, question):
        self.tell(f"asked for {question.purpose}")
        text = "```\\nrow | column | action\\n* | * | 2\\n```"
        return Reply(text, self.model, **{"prompt_tokens": 1000, "completion_tokens": 500, **self.more})

    def stop(self):
        pass


class Version2(Own):
    def __init__(self, *given):
        super().__init__(*given)
        self.identity = "2"


class Uncounted(Own):
    more = {"prompt_tokens": None, "completion_tokens": None}


class PaidBefore(Uncounted):
    more = {"prompt_tokens": None, "completion_tokens": None, "is_cached": True}


class Billed(Own):
    more = {"cost_usd": 0.25}


class SaysText(Own):
    def answer(self, question):
        return "push left"


class SaysFractions(Own):
    more = {"prompt_tokens": 0.5}


class GivesUp(Own):
    def answer(self, question):
        raise LLMError("own: the machine room is closed; try again at 9")


class Refuses(Own):
    def check(self):
        raise ConfigError("llm.model", "which one?")


class Breaks(Own):
    def __init__(self, *given):
        raise RuntimeError("no room\\nfor weights")


class Nameless(Own):
    def __init__(self, *given):
        self.model = None


class Dumb:
    model, identity, is_immediate = "dumb", "1", True

    def __init__(self, *given):
        pass

    check = stop = __init__


NOT_A_CLASS = 3
'''
PRICES = ("llm.usd_per_million_prompt_tokens=10", "llm.usd_per_million_completion_tokens=20")


@pytest.fixture
def own(here: CommandHere, no_page: None, monkeypatch: pytest.MonkeyPatch) -> CommandHere:
    (here.folder / "own.py").write_text(MODULE)
    (here.folder / "broken.py").write_text("import own\nthis is no Python")
    llm = here.folder / "mine" / "llm"
    llm.mkdir(parents=True)
    (llm / "own.yaml").write_text("name: own\nbackend: own.Own\n")
    monkeypatch.delitem(sys.modules, "own", raising=False)
    return here


def run(own: CommandHere, name: str, *overrides: str) -> tuple[int, str, str]:
    ended = own.run("--config-dir", "mine", "llm=own", f"llm.backend=own.{name}", *SMALL, *overrides)
    return ended.code, ended.out, ended.err


def llm_of(command: CommandLine) -> dict[str, object]:
    found: dict[str, object] = json.loads((command.only_run() / "result.json").read_text())["llm"]
    return found


def test_a_class_of_ones_own_answers_and_is_asked_once(own: CommandHere) -> None:
    code, out, err = run(own, "Own", "llm.model=mine-7b")
    again = run(own, "Own", "llm.model=mine-7b", "method.iterations=2")

    assert code == 0, err
    assert (llm_of(own)["backend"], llm_of(own)["model"], llm_of(own)["calls"]) == ("own.Own", "mine-7b", 2)
    assert out.count("asked for tabular/propose") == 2
    assert again[0] == 0
    assert "finished before" in again[1]


def test_a_cost_that_nobody_knows_is_unknown(own: CommandHere) -> None:
    run(own, "Own")

    assert (llm_of(own)["prompt_tokens"], llm_of(own)["cost_usd"]) == (2000, None)


@pytest.mark.parametrize(
    ("name", "prices", "cost"),
    [("Own", PRICES, 0.04), ("Uncounted", PRICES, None), ("PaidBefore", (), 0.0), ("Billed", PRICES, 0.5)],
)
def test_an_answers_cost_is_its_own_else_follows_from_the_prices(
    own: CommandHere, name: str, prices: tuple[str, ...], cost: float | None
) -> None:
    code, _, err = run(own, name, *prices)

    assert code == 0, err
    assert llm_of(own)["cost_usd"] == (None if cost is None else pytest.approx(cost))


def test_a_budget_in_dollars_is_kept_or_refused(own: CommandHere) -> None:
    refused = run(own, "Own", "llm.max_cost_usd=0.01")
    uncounted = run(own, "Uncounted", *PRICES, "llm.max_cost_usd=0.01")
    kept = run(own, "Own", "seed=1", *PRICES, "llm.max_cost_usd=0.01")

    assert (refused[0], refused[2].strip()[:36]) == (2, "llm.max_cost_usd: the price of own i")
    assert uncounted[0] == 1
    assert "can't be kept" in uncounted[2]
    assert kept[0] == 0
    assert "budget reached: llm.max_cost_usd=0.01" in kept[1]


def test_what_it_may_cost_is_told_beforehand(own: CommandHere) -> None:
    unknown = run(own, "Own", "estimate=true")
    known = run(own, "Own", "estimate=true", *PRICES)

    assert "cost unknown: no price for own" in unknown[1]
    assert " USD" in known[1]
    assert "asked for" not in unknown[1] + known[1]


def test_model_class_and_its_own_identity_make_another_run(own: CommandHere) -> None:
    for name, model in (("Own", "a"), ("Own", "b"), ("Version2", "a")):
        run(own, name, f"llm.model={model}")

    assert len(own.runs()) == 3


@pytest.mark.parametrize(
    ("path", "complaint"),
    [
        ("nowhere.Own", "llm.backend: can't import `nowhere.Own` (No module named 'nowhere')"),
        ("broken.Own", "llm.backend: can't import `broken.Own` (invalid syntax (broken.py, line 2))"),
        ("own.Owm", "llm.backend: can't import `own.Owm` (module 'own' has no attribute 'Owm')"),
        ("own.NOT_A_CLASS", "llm.backend: `own.NOT_A_CLASS` is no class"),
        ("own.Breaks", "llm.backend: `own.Breaks` can't be made (RuntimeError: no room)"),
        ("own.Nameless", "llm.backend: `own.Nameless` needs `model`, a text (llmrl_runner/llm/backends/base.py)"),
        ("own.Dumb", "llm.backend: `own.Dumb` needs a method `answer` (llmrl_runner/llm/backends/base.py)"),
        ("lives", "llm.backend: 'lives' is not one of replay, random, manual, live, none or the import path"),
    ],
)
def test_a_class_that_is_no_backend_is_refused_in_a_line(own: CommandHere, path: str, complaint: str) -> None:
    ended = own.run("--config-dir", "mine", "llm=own", f"llm.backend={path}", *SMALL)

    assert ended.code == 2
    assert ended.err.startswith(complaint)
    assert ended.err.count("\n") == 1
    assert own.runs() == []


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("SaysText", "llm.backend: `own.SaysText` answered with a str; a Reply is needed"),
        (
            "SaysFractions",
            "own.SaysFractions` answered with a Reply whose `prompt_tokens` is not a whole number",
        ),
        ("GivesUp", "own: the machine room is closed; try again at 9"),
        ("Refuses", "llm.model: which one?"),
    ],
)
def test_an_answer_that_is_none_fails_the_run_in_a_line(own: CommandHere, name: str, complaint: str) -> None:
    code, _, err = run(own, name)

    assert code == 1
    assert complaint in err
    assert not (own.only_run() / "transcript.jsonl").exists()
