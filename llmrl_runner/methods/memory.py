"""What a search remembers of its earlier proposals, read from the run's records: nothing is kept beside them."""

from collections.abc import Sequence
from dataclasses import dataclass

from llmrl_runner.runs.iteration import Record


@dataclass(frozen=True)
class PastProposal:
    """An earlier proposal as a prompt names it; `number` counts from 1."""

    number: int
    outcome: str


class Memory:
    """Proposals so far, with `patience` for those that don't improve and so many `restarts` from a blank page."""

    def __init__(self, records: Sequence[Record], patience: int, restarts: int) -> None:
        self.records, self.patience, self.restarts = records, patience, restarts

    @property
    def is_fresh_start(self) -> bool:
        """Whether the next proposal begins from a blank page."""
        return self._is_stuck and self._restarts_used < self.restarts

    @property
    def is_exhausted(self) -> bool:
        """Whether patience and restarts are used up."""
        return self._is_stuck and self._restarts_used >= self.restarts

    def shown(self, best: int, recent: int) -> list[PastProposal]:
        """The `best` few by their score and the `recent` few, in their order."""
        scored = [record for record in self.records if record.metrics.get("return_mean") is not None]
        top = sorted(scored, key=lambda record: -record.metrics["return_mean"])[:best]
        chosen = {record.index for record in [*top, *self.records[max(0, len(self.records) - recent) :]]}
        return [
            PastProposal(record.index + 1, record.metrics["outcome"])
            for record in self.records
            if record.index in chosen
        ]

    @property
    def _restarts_used(self) -> int:
        return sum(bool(record.metrics.get("is_fresh_start")) for record in self.records)

    @property
    def _is_stuck(self) -> bool:
        """Whether the last `patience` proposals brought nothing better, a fresh start counting as a new beginning."""
        since = 0
        for record in self.records:
            since = 0 if record.is_best else 1 if record.metrics.get("is_fresh_start") else since + 1
        return since >= self.patience
