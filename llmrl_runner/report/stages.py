"""A run in stages (demonstrations, cloning, PPO): what each stage came to, as tiles of the page."""

from collections.abc import Iterator, Sequence

from llmrl_runner.report.reading import RunRecord
from llmrl_runner.report.tiles import Tile
from llmrl_runner.runs.lookup import interval, number, section, word
from llmrl_runner.runs.wording import count_words, percent_scored, percent_words, score_words

MODES = ("sampled", "greedy")
HELD_OUT = ("held_out_sampled", "held_out")
WAYS = "sampled · greedy"


def stage_tiles(run: RunRecord) -> list[Tile]:
    """Demonstrations, the clone alone, and the network at the end, as far as result.json tells of them."""
    return [*_demonstration_tiles(run), *_cloning_tiles(run), *_final_tiles(run)]


def _demonstration_tiles(run: RunRecord) -> Iterator[Tile]:
    demos = section(run.result, "demos")
    if not demos:
        return
    kept, attempted = (count_words(number(demos, key)) for key in ("kept", "attempted"))
    yield Tile("Demonstrations", f"{kept} of {attempted}", _source_words(run))
    rate = number(demos, "success_rate")
    if rate is not None:
        note = f"of those asked for{_price_words(run)}"
        yield Tile("They succeed", percent_scored(rate, interval(demos, "success_ci95")), note)


def _price_words(run: RunRecord) -> str:
    """What a success took, where it is known."""
    calls, tokens = (number(run.result, "demos", f"{what}_per_success") for what in ("calls", "tokens"))
    counts = [f"{calls:,.1f} calls" if calls is not None else "", f"{tokens:,.0f} tokens" if tokens is not None else ""]
    told = ", ".join(filter(None, counts))
    return f"; {told} a success" if told else ""


def _source_words(run: RunRecord) -> str:
    """`kept, of those asked for: plan, by claude-x`."""
    demos = section(run.result, "demos")
    by = word(demos, "model") or word(demos, "source")
    kind = word(demos, "kind")
    told = ", ".join(part for part in (kind, f"by {by}" if by else "") if part)
    return f"kept, of those asked for{f': {told}' if told else ''}"


def _cloning_tiles(run: RunRecord) -> Iterator[Tile]:
    cloning = section(run.result, "cloning")
    pairs, epochs = (number(cloning, key) for key in ("pairs", "epochs"))
    if pairs is not None:
        why = word(cloning, "why_stopped")
        note = f"steps, {count_words(epochs)} epochs{f'; ended by {why}' if why else ''}"
        yield Tile("Cloned from", count_words(pairs), note)
    rates = [number(cloning, f"{mode}_success_rate") for mode in MODES]
    means = [number(cloning, f"{mode}_return_mean") for mode in MODES]
    yield from _both_ways("The clone alone", rates, means, "before PPO")


def _final_tiles(run: RunRecord) -> Iterator[Tile]:
    """Success at the end, both ways of acting, where the run was tested in both."""
    if section(run.result, "held_out_sampled"):
        rates = [number(run.result, key, "success_rate") for key in HELD_OUT]
        means = [number(run.result, key, "return_mean") for key in HELD_OUT]
        yield from _both_ways("At the end", rates, means, "held-out")


def _both_ways(label: str, rates: Sequence[float | None], means: Sequence[float | None], when: str) -> Iterator[Tile]:
    """Success with sampled and with the most likely actions, and their returns; these alone where it isn't defined."""
    returns = " · ".join(map(score_words, means)) if any(mean is not None for mean in means) else ""
    if any(rate is not None for rate in rates):
        note = f"success, {WAYS}, {when}" + (f"; return {returns}" if returns else "")
        yield Tile(label, " · ".join(map(percent_words, rates)), note)
    elif returns:
        yield Tile(label, returns, f"return, {WAYS}, {when}")
