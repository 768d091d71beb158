"""What one check of the doctor found."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warn", "bad"]


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's table.

    `bad` would make a run fail, `warn` is something that some runs go without; both come with a cure in one line.
    """

    name: str
    state: State
    text: str
    cure: str = ""
