"""Episodes as a prompt shows them: state, action and reward, a line a step."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from llmrl_runner.envs.environment import Environment
from llmrl_runner.envs.observe import number_text
from llmrl_runner.rl.rollout import Episode
from llmrl_runner.rl.summary import CellVisits, EpisodesSummary

END = "end"


@dataclass(frozen=True)
class EpisodeText:
    """A title, and the rows of a table."""

    title: str
    rows: str


def episode_text(
    name: str, episode: Episode, environment: Environment, max_rows: int, shows_cells: bool
) -> EpisodeText:
    """`episode` in at most `max_rows` steps: its beginning and its end, and how many are left out between them.

    shows_cells: whether each state's bins stand beside its values, where they are not the values themselves.
    """
    ending = "ended by the rules" if episode.terminated else "stopped at the step limit"
    title = f"{name}: return {number_text(episode.episode_return)}, {episode.length} steps, {ending}"
    shows_cells = shows_cells and not _cells_are_values(environment)
    header = ["step", *environment.observations.names, *(["bins"] if shows_cells else []), "action", "reward"]
    lines = [" | ".join(header), *_lines(episode, environment, max_rows, shows_cells)]
    return EpisodeText(title, "\n".join(lines))


def _lines(episode: Episode, environment: Environment, max_rows: int, shows_cells: bool) -> Iterator[str]:
    head, tail = (max_rows + 1) // 2, max_rows // 2
    states = _states(episode, environment, shows_cells)
    for step in range(episode.length):
        if episode.length > max_rows and head <= step < episode.length - tail:
            if step == head:
                yield f"... {episode.length - head - tail} steps left out ..."
            continue
        action, reward = _numbers(episode.actions[step]), number_text(float(episode.rewards[step]))
        yield f"{step} | {states[step]} | {action} | {reward}"
    yield f"{END} | {states[episode.length]} | - | -"


def _states(episode: Episode, environment: Environment, shows_cells: bool) -> list[str]:
    """Every state as text (T + 1)."""
    texts = [" | ".join(number_text(float(value)) for value in row) for row in episode.observations]
    if not shows_cells:
        return texts
    bins = environment.cells.unravel(environment.cells.cells(episode.observations))
    return [f"{text} | {' '.join(str(index) for index in row)}" for text, row in zip(texts, bins, strict=True)]


def _cells_are_values(environment: Environment) -> bool:
    return all(field.values is not None for field in environment.config.observation)


def _numbers(action: object) -> str:
    return " ".join(number_text(float(value)) for value in np.atleast_1d(np.asarray(action)))


def summary_text(found: EpisodesSummary) -> str:
    """Aggregates of episodes in a few lines."""
    lowest, median, highest, mean = (number_text(value) for value in found.returns)
    lines = [
        f"{found.episodes} episodes: return mean {mean}, lowest {lowest}, median {median}, highest {highest}; "
        f"mean length {number_text(found.lengths.mean)} steps",
        f"{found.terminated} ended by the rules, {found.truncated} stopped at the step limit"
        + ("" if found.success_rate is None else f"; {found.success_rate:.0%} were successes"),
    ]
    if found.action_shares:
        lines.append("Actions taken: " + ", ".join(f"{name} {share:.0%}" for name, share in found.action_shares))
    for name, spread in found.action_spreads:
        ends = f"from {number_text(spread.low)} to {number_text(spread.high)}"
        lines.append(f"{name}: mean {number_text(spread.mean)}, {ends}")
    if found.cells_visited is not None:
        busiest = "; ".join(_busy(cell) for cell in found.busiest)
        lines.append(f"{found.cells_visited} of {found.n_cells} cells were visited")
        lines.append(f"The busiest (bins: share of steps, mean return of episodes through it): {busiest}")
    return "\n".join(f"- {line}" for line in lines)


def _busy(cell: CellVisits) -> str:
    return f"{' '.join(map(str, cell.bins))}: {cell.share:.0%}, {number_text(cell.return_mean)}"
