"""Episodes as a prompt shows them: state, action and reward, a line a step; and what many have in common."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from llmrl_runner.envs.environment import Environment
from llmrl_runner.envs.observe import number_text
from llmrl_runner.rl.rollout import Episode
from llmrl_runner.rl.summary import CellVisits, EpisodesSummary, best_and_worst, episodes_summary, median_episode

END = "end"


@dataclass(frozen=True)
class EpisodeText:
    """A title, and the rows of a table."""

    title: str
    rows: str


@dataclass(frozen=True)
class EpisodeWords:
    """How prompts tell of one environment's episodes.

    max_rows: the most steps that are shown of one, its beginning and its end. shows_cells: whether the policy is a
    table, so that its cells are told, too.
    """

    environment: Environment
    max_rows: int
    shows_cells: bool

    def summary(self, episodes: Sequence[Episode]) -> str:
        """Aggregates in a few lines."""
        environment, cells = self.environment, self.environment.cells if self.shows_cells else None
        return summary_text(episodes_summary(episodes, environment.actions, environment.config.success, cells))

    def best_and_worst(self, episodes: Sequence[Episode], best: int, worst: int) -> list[EpisodeText]:
        """The `best` few by their return, best first, then the `worst` few of the others, worst first."""
        top, bottom = best_and_worst(episodes, best, worst)
        names = [*_numbered("best", len(top)), *_numbered("worst", len(bottom))]
        if len(bottom) == 1:
            names[-1] = "The worst episode"
        return [self.text(name, episode) for name, episode in zip(names, [*top, *bottom], strict=True)]

    def median(self, episodes: Sequence[Episode]) -> EpisodeText:
        """The one in the middle by its return."""
        return self.text("The median episode", median_episode(episodes))

    def text(self, name: str, episode: Episode) -> EpisodeText:
        """`episode` under the title `name`, with how many steps are left out where it is longer than `max_rows`."""
        ending = "ended by the rules" if episode.terminated else "stopped at the step limit"
        title = f"{name}: return {number_text(episode.episode_return)}, {episode.length} steps, {ending}"
        header = [
            "step",
            *self.environment.observations.names,
            *(["bins"] if self._has_bins else []),
            "action",
            "reward",
        ]
        return EpisodeText(title, "\n".join([" | ".join(header), *self._lines(episode)]))

    @property
    def _has_bins(self) -> bool:
        """Whether each state's bins stand beside its values: not where they are the values themselves."""
        return self.shows_cells and any(field.values is None for field in self.environment.config.observation)

    def _lines(self, episode: Episode) -> Iterator[str]:
        head, tail = (self.max_rows + 1) // 2, self.max_rows // 2
        states = self._states(episode)
        for step in range(episode.length):
            if episode.length > self.max_rows and head <= step < episode.length - tail:
                if step == head:
                    yield f"... {episode.length - head - tail} steps left out ..."
                continue
            action, reward = _numbers(episode.actions[step]), number_text(float(episode.rewards[step]))
            yield f"{step} | {states[step]} | {action} | {reward}"
        yield f"{END} | {states[episode.length]} | - | -"

    def _states(self, episode: Episode) -> list[str]:
        """Every state as text (T + 1)."""
        texts = [" | ".join(number_text(float(value)) for value in row) for row in episode.observations]
        if not self._has_bins:
            return texts
        cells = self.environment.cells
        bins = cells.unravel(cells.cells(episode.observations))
        return [f"{text} | {' '.join(str(index) for index in row)}" for text, row in zip(texts, bins, strict=True)]


def _numbered(which: str, count: int) -> list[str]:
    return [f"Episode {place + 1} of the {which}" for place in range(count)]


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
