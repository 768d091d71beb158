"""What the iteration of the demonstrations keeps: figures, a page of each episode, films, and the demonstrations."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from llmrl_runner.envs.arrays import BoolArray, IntArray
from llmrl_runner.envs.captions import Decision
from llmrl_runner.envs.observe import number_text
from llmrl_runner.llm.request import known_sum
from llmrl_runner.methods.base import MethodRunner
from llmrl_runner.methods.demonstrated import Demonstrated
from llmrl_runner.methods.episode_files import FOLDER, episode_file
from llmrl_runner.methods.episode_pages import YES_NO, Film, make_films
from llmrl_runner.rl.demonstration_files import write_demonstrations
from llmrl_runner.rl.demonstrations import Demonstrations
from llmrl_runner.rl.intervals import wilson_interval
from llmrl_runner.runs.iteration import Iteration

FIGURES = "demos.json"
DIGITS = 4
HEAD = [
    "| episode | seed | attempts | steps | return | success | why not |",
    "| --- | --- | --- | --- | --- | --- | --- |",
]


def asked_figures(tried: Sequence[Demonstrated], reached: BoolArray | None, kept: Demonstrations) -> dict[str, Any]:
    """demos.json of episodes that an LLM was asked for: how many succeeded, what they took, what is cloned of them."""
    calls = sum(len(each.answers) for each in tried)
    tokens = known_sum(each.tokens for each in tried)
    kinds = Counter(kind for each in tried for kind in each.invalid)
    return {
        **_success(len(tried), None if reached is None else int(reached.sum())),
        **_kept(kept),
        "calls": calls,
        "prompt_tokens": known_sum(each.prompt_tokens for each in tried),
        "completion_tokens": known_sum(each.completion_tokens for each in tried),
        "calls_per_success": _share(calls, reached),
        "tokens_per_success": _share(tokens, reached),
        "first_try_successes": _first_try(tried, reached),
        "invalid_answers": sum(kinds.values()),
        "invalid_rate": sum(kinds.values()) / calls if calls else None,
        "invalid_kinds": dict(sorted(kinds.items())),
    }


def stored_figures(found: Demonstrations, kept: Demonstrations) -> dict[str, Any]:
    """The same of a file's episodes: what it doesn't say is not known."""
    reached = None if found.successes is None else int(found.successes.sum())
    return {
        **_success(found.attempted, reached),
        **_kept(kept),
        "calls": _total(found.calls),
        "prompt_tokens": _total(found.prompt_tokens),
        "completion_tokens": _total(found.completion_tokens),
    }


def asked_page(tried: Sequence[Demonstrated], reached: BoolArray | None, figures: dict[str, Any]) -> str:
    """The episodes for people, a row each."""
    flags = [None] * len(tried) if reached is None else reached.tolist()
    rows = [
        _row(number, each.seed, each.attempts, len(each.actions), each.episode_return, flag, each.failure)
        for number, (each, flag) in enumerate(zip(tried, flags, strict=True))
    ]
    return "\n".join([*HEAD, *rows, "", _summary(figures)]) + "\n"


def stored_page(found: Demonstrations, figures: dict[str, Any]) -> str:
    """The same of a file's episodes."""
    flags = [None] * len(found) if found.successes is None else found.successes.tolist()
    scores = zip(found.seeds.tolist(), found.lengths.tolist(), found.returns.tolist(), flags, strict=True)
    rows = [_row(number, seed, None, steps, paid, flag, "") for number, (seed, steps, paid, flag) in enumerate(scores)]
    origin = " ".join(part for part in (found.model, f"({found.how})" if found.how else "") if part)
    return "\n".join([f"From a file: {origin or 'of unknown origin'}", "", *HEAD, *rows, "", _summary(figures)]) + "\n"


def keep_demonstrations(iteration: Iteration, kept: Demonstrations, figures: dict[str, Any]) -> None:
    """demonstrations.npz, demonstrations.json and demos.json."""
    write_demonstrations(iteration.path, kept)
    iteration.write_json(FIGURES, figures)


def keep_answers(iteration: Iteration, tried: Sequence[Demonstrated]) -> None:
    """A file an episode, and prompt and answers of the first for people."""
    (iteration.path / FOLDER).mkdir(exist_ok=True)
    for number, each in enumerate(tried):
        lines = [json.dumps(line, ensure_ascii=False) for line in each.lines]
        iteration.write_text(str(episode_file(Path(), number)), "".join(f"{line}\n" for line in lines))
    iteration.write_text("prompt.md", tried[0].prompt)
    iteration.write_text("response.md", tried[0].page)


def keep_films(method: MethodRunner, iteration: Iteration, films: Iterable[Film]) -> None:
    """GIFs of the first few of `films`; where nothing can be drawn, a note says why."""
    if method.config.display.gif:
        (iteration.path / FOLDER).mkdir(exist_ok=True)
        if problem := make_films(method.config, iteration, islice(films, method.method.demos.gifs)):
            method.progress.note(f"no GIF: {problem}")


def asked_films(tried: Sequence[Demonstrated], reached: BoolArray | None) -> Iterator[Film]:
    """The successes; where there are none, whatever was played."""
    for number, each in enumerate(tried):
        if each.actions and (reached is None or not reached.any() or reached[number]):
            yield Film(number, each.seed, each.decisions)


def stored_films(found: Demonstrations, names: Mapping[int, str]) -> Iterator[Film]:
    """Demonstrations without words, an action a frame. names: of the actions, as far as they have any."""
    pieces = zip(found.seeds, found.of_episodes(found.actions), found.of_episodes(found.rewards), strict=True)
    for number, (seed, actions, rewards) in enumerate(pieces):
        steps = enumerate(zip(actions.tolist(), rewards.tolist(), strict=True))
        taken = [Decision(step, [each], names.get(each, str(each)), "", "", paid) for step, (each, paid) in steps]
        yield Film(number, int(seed), taken)


def _success(attempted: int | None, succeeded: int | None) -> dict[str, Any]:
    is_known = attempted is not None and succeeded is not None and succeeded <= attempted
    interval = wilson_interval(succeeded, attempted) if is_known and succeeded is not None and attempted else None
    return {
        "attempted": attempted,
        "succeeded": succeeded,
        "success_rate": succeeded / attempted if succeeded is not None and interval and attempted else None,
        "success_ci95": None if interval is None else list(interval),
    }


def _kept(kept: Demonstrations) -> dict[str, Any]:
    """What is cloned."""
    return {
        "kept_episodes": len(kept),
        "kept_steps": len(kept.actions),
        "kept_chosen_steps": int(kept.is_chosen.sum()),
        "kept_length_mean": float(kept.lengths.mean()) if len(kept) else None,
        "kept_return_mean": float(kept.returns.mean()) if len(kept) else None,
    }


def _share(total: int | None, reached: BoolArray | None) -> float | None:
    """So much a success."""
    return None if total is None or reached is None or not reached.any() else total / int(reached.sum())


def _first_try(tried: Sequence[Demonstrated], reached: BoolArray | None) -> int | None:
    """How many succeeded without a repair."""
    flags = None if reached is None else zip(tried, reached, strict=True)
    return None if flags is None else sum(bool(flag) and each.attempts == 1 for each, flag in flags)


def _total(column: IntArray | None) -> int | None:
    return None if column is None else int(column.sum())


def _row(number: int, seed: int, attempts: int | None, steps: int, paid: float, flag: bool | None, failure: str) -> str:
    success = "-" if flag is None else YES_NO[flag]
    why = "" if flag else " ".join(failure.replace("|", "/").split())
    tries = "-" if attempts is None else attempts
    return f"| {number} | {seed} | {tries} | {steps} | {number_text(paid, DIGITS)} | {success} | {why} |"


def _summary(figures: dict[str, Any]) -> str:
    """The figures in a few sentences."""
    said = []
    if figures["succeeded"] is not None:
        of = "" if figures["attempted"] is None else f" of {figures['attempted']}"
        said.append(f"{figures['succeeded']}{of} episodes succeeded.")
    kept = (
        f"{figures['kept_episodes']} with {figures['kept_steps']} steps are" if figures["kept_episodes"] else "None is"
    )
    said.append(f"{kept} kept for cloning.")
    if figures.get("calls_per_success") is not None:
        tokens = figures["tokens_per_success"]
        tokens_words = "" if tokens is None else f", {tokens:,.0f} tokens"
        calls = "a call" if figures["calls_per_success"] == 1 else f"{figures['calls_per_success']:.3g} calls"
        said.append(f"A success took {calls}{tokens_words}.")
    if figures.get("invalid_answers"):
        kinds = ", ".join(f"{count} {kind}" for kind, count in figures["invalid_kinds"].items())
        said.append(f"{figures['invalid_answers']} of {figures['calls']} answers were invalid ({kinds}).")
    return " ".join(said)
