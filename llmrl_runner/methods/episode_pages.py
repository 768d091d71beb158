"""Acted episodes for people: a page of one, a table of a round, and GIFs that show the frame beside the thought."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from llmrl_runner.config.schema import Config
from llmrl_runner.envs.captions import Decision, record_captioned_gif
from llmrl_runner.envs.observe import number_text
from llmrl_runner.files.whole import write_bytes
from llmrl_runner.methods.acting import Acting, Move
from llmrl_runner.methods.episode_files import FOLDER
from llmrl_runner.methods.episode_totals import Totals
from llmrl_runner.runs.iteration import Iteration

DIGITS = 4
GIF = "episode.gif"
YES_NO = {True: "yes", False: "no"}


def round_page(totals: Totals) -> str:
    """What a round came to: a row an episode, then what was wrong with answers."""
    scores = totals.scores
    reached = ["-"] * len(scores) if scores.successes is None else [YES_NO[bool(each)] for each in scores.successes]
    rows = zip(totals.seeds, scores.returns, scores.lengths, reached, strict=True)
    table = [
        f"| {number} | {seed} | {number_text(total, DIGITS)} | {length} | {success} |"
        for number, (seed, total, length, success) in enumerate(rows)
    ]
    head = ["| episode | seed | return | steps | success |", "| --- | --- | --- | --- | --- |"]
    return "\n".join([*head, *table, "", answers_line(totals)]) + "\n"


def answers_line(totals: Totals) -> str:
    """`145 answers, 2 of them invalid (1 empty, 1 out of range)`."""
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(totals.invalid.items()))
    invalid = f"{totals.invalid_answers} of them invalid ({kinds})" if kinds else "all of them valid"
    cut = f" {totals.cut_short} of {len(totals.scores)} episodes were cut off by max_steps." if totals.cut_short else ""
    return f"{totals.answers} answers, {invalid}.{cut}"


def episode_page(number: int, episode: Acting) -> str:
    """One episode, an answer a paragraph."""
    title = f"Episode {number}, seed {episode.seed}: return {number_text(episode.episode_return, DIGITS)}"
    return "\n\n".join([title, *(move_text(move) for move in episode.moves)]) + "\n"


def move_text(move: Move) -> str:
    """What was seen, thought, done and paid in one step."""
    thought = f"  {move.thought}\n" if move.thought else ""
    fault = "" if move.is_valid else f"  Invalid: {move.problem}\n"
    done = f"  {headline(move)}, reward {number_text(move.reward, DIGITS)}"
    return f"Step {move.step + 1}: {move.in_brief}\n{thought}{fault}{done}"


def headline(move: Move) -> str:
    """The action that was taken."""
    return f"Action: {move.choice.name}" if move.is_valid else f"Instead: {move.choice.name}"


@dataclass(frozen=True)
class Film:
    """An episode to be filmed: its number, its seed, and what was decided in it."""

    number: int
    seed: int
    decisions: list[Decision]


def film_episodes(config: Config, iteration: Iteration, episodes: Sequence[Acting]) -> str | None:
    """GIFs of `episodes`, the first also as episode.gif; None, or one line that says why there are none."""
    films = (Film(number, each.seed, list(decisions(each))) for number, each in enumerate(episodes))
    return make_films(config, iteration, films)


def make_films(config: Config, iteration: Iteration, films: Iterable[Film]) -> str | None:
    """The GIFs, in episodes/ beside the other files; the first also as episode.gif. As `film_episodes`."""
    display = config.display
    for index, film in enumerate(films):
        path = iteration.path / FOLDER / f"{film.number:03d}.gif"
        shape = display.gif_frames, display.gif_width, display.gif_fps
        if problem := record_captioned_gif(config.env, film.seed, film.decisions, path, *shape):
            return problem
        if index == 0:
            write_bytes(iteration.path / GIF, path.read_bytes())
    return None


def decisions(episode: Acting) -> Iterator[Decision]:
    """The moves of an episode as a film shows them."""
    for move in episode.moves:
        yield Decision(
            step=move.step,
            actions=[move.choice.native] * len(move.rewards),
            headline=move.choice.name,
            thought=move.thought,
            note="" if move.is_valid else f"invalid answer ({move.kind}): {move.choice.name} instead",
            reward=move.reward,
        )
