"""Tiles of a run that told its network more than the state: what, who advised, and whether it did as it was told."""

from collections.abc import Iterator

from llmrl_runner.report.reading import RunRecord
from llmrl_runner.report.tiles import Tile
from llmrl_runner.runs.lookup import interval, number, section, word
from llmrl_runner.runs.wording import count_words, percent_scored, percent_words

WORDS = {
    "text": {"instruction": "the instruction", "state": "the state in words", "both": "instruction and state in words"},
    "memory": {"gru": "a GRU over the last steps", "lstm": "an LSTM"},
    "reward": {"similarity": "a reward on likeness to the instruction", "potential": "a reward on scored potentials"},
    "warm_start": {"advice": "a warm start on the advice"},
}
ADVICE = {"hint": "shown to the network", "guide": "followed now and then", "kl": "the policy is pulled to it"}


def told_tiles(run: RunRecord) -> list[Tile]:
    """Empty where a run told nothing."""
    return [*_switches(run), *_advice(run), *_alignment(run)] if section(run.result, "told") else []


def _switches(run: RunRecord) -> Iterator[Tile]:
    told = section(run.result, "told")
    named = [words.get(word(told, switch) or "", "") for switch, words in WORDS.items()]
    encoder = f", read by {word(told, 'encoder')}, {word(told, 'combine')}" if word(told, "text") != "none" else ""
    yield Tile("Beside the state", "; ".join(filter(None, named)) or "nothing", encoder.removeprefix(", "))


def _advice(run: RunRecord) -> Iterator[Tile]:
    told, last = section(run.result, "told"), run.iterations[-1].metrics if run.iterations else {}
    kind = word(told, "advice") or "none"
    if kind != "none":
        share = number(last, "advised_share")
        on = f"on {percent_words(share)} of the steps of the last part" if share is not None else ""
        yield Tile(
            "Advice", f"{kind}, by {word(told, 'advice_source')}", "; ".join(filter(None, [ADVICE.get(kind, ""), on]))
        )
    if (agreement := number(last, "advice_agreement")) is not None:
        yield Tile("Advice heeded", percent_words(agreement), "how often what was done was advised, in the last part")
    if (lines := number(last, "lines")) is not None:
        yield Tile("Lines", count_words(lines), "under which all states of the last part fell")


def _alignment(run: RunRecord) -> Iterator[Tile]:
    own, other = (section(run.result, "alignment", which) for which in ("own", "another"))
    rates = [number(each, "success_rate") for each in (own, other)]
    if rates[0] is not None and rates[1] is not None:
        misled = percent_scored(rates[1], interval(other, "success_ci95"))
        note = f"success with drawn actions; told another episode's instruction: {misled}"
        yield Tile("Does as it is told", percent_scored(rates[0], interval(own, "success_ci95")), note)
