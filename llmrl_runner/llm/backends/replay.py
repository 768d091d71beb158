"""Answers of a recording, to the questions of another run."""

from typing import Any

from llmrl_runner.llm.backends.recording import Recording
from llmrl_runner.llm.errors import RecordingEnded
from llmrl_runner.llm.lines import Record
from llmrl_runner.llm.request import Question, Reply, fingerprint


class ReplayBackend:
    """Answers from a recording: to the same words where it has them, else from the same place of the run."""

    is_immediate = True

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.model = recording.model
        self.identity = f"replay:{recording.digest}"
        self._by_words = {exact_place(line): line for line in recording.lines}
        self._by_turn = {rough_place(line): line for line in recording.lines}

    def check(self) -> None:
        """It was read already."""

    def answer(self, question: Question) -> Reply:
        """The recorded answer; its tokens are those of the recording, its cost nothing. Raises RecordingEnded."""
        asked = vars(question)
        line = self._by_words.get(exact_place(asked))
        has_drifted = line is None
        if not question.takes_exact_words_alone:
            line = line or self._by_turn.get(rough_place(asked))
        if line is None:
            raise RecordingEnded(
                f"recording ended: {self.recording.name} has no answer for {question.purpose} in iteration "
                f"{question.iteration} (sample {question.sample}, turn {question.turn})"
            )
        return Reply(
            text=line["text"],
            model=line["model"],
            prompt_tokens=line["prompt_tokens"],
            completion_tokens=line["completion_tokens"],
            cost_usd=0.0,
            is_cached=True,
            has_drifted=has_drifted,
        )

    def stop(self) -> None:
        """Nothing is ever under way."""


def exact_place(line: Record) -> tuple[Any, ...]:
    """The same words asked the n-th time at the same place."""
    place = (line["purpose"], line["iteration"], line["sample"], line["occurrence"])
    return (*place, fingerprint(line["messages"]))


def rough_place(line: Record) -> tuple[Any, ...]:
    """The n-th question at the same place, whatever its words."""
    return line["purpose"], line["iteration"], line["sample"], line["turn"]
