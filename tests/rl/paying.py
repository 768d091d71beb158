"""A reward that is there already, and what it sees of the corridor."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from llmrl_runner.config.environment_schema import FieldConfig
from llmrl_runner.envs.arrays import AnyArray, FloatArray, IntArray
from llmrl_runner.envs.network_batch import NetworkBatch
from llmrl_runner.rl.rewards import Paid, RewardError, Transitions


class Cells:
    """The cell that the agent of a Corridor stands in."""

    fields: Sequence[FieldConfig] = (FieldConfig(name="cell"),)

    def rows(self, batch: NetworkBatch, slots: IntArray, observations: AnyArray) -> FloatArray:
        return batch.positions(slots)[:, :1].astype(np.float64)


@dataclass
class Progress:
    """Pays 10 for each cell to the right, and 1 for an end; keeps what it was shown."""

    seen: list[Transitions] = field(default_factory=list)
    fails_after: int = 10**9

    def pay(self, steps: Transitions) -> Paid:
        if len(self.seen) >= self.fails_after:
            raise RewardError("no more")
        self.seen.append(steps)
        way, end = 10.0 * (steps.next_rows - steps.rows)[:, 0], steps.terminated.astype(np.float64)
        return Paid(way + end, {"way": way, "end": end})
