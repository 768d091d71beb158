"""Episodes that an LLM plays side by side, each a conversation."""

from collections.abc import Sequence
from typing import Protocol

from llmrl_runner.llm.conversations import Conversation, converse
from llmrl_runner.methods.base import MethodRunner


class Episode(Conversation, Protocol):
    """An episode that is asked about, answer by answer.

    newly_played: after each answer, the steps of what it brought to its end: nothing, or a number an episode.
    """

    @property
    def newly_played(self) -> list[int]:
        """See above."""
        ...

    def close(self) -> None:
        """Close what is open, also where the episode was broken off."""
        ...


def play_side_by_side(method: MethodRunner, episodes: Sequence[Episode]) -> None:
    """Play all to their end, counting what they take. Raises as `converse` does; all are closed then."""
    over = 0
    try:
        for episode in converse(method.llm, episodes):
            over += episode.is_over
            method.spend(episode.newly_played)
            method.progress.part(over, len(episodes), "episodes over")
    finally:
        for episode in episodes:
            episode.close()
