"""How much a program may take."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """The bounds of one program's process; reaching one is told to the program's writer in words."""

    start_s: float = 10.0  # wall time until the source is loaded
    call_s: float = 2.0  # wall time of one call
    cpu_s: float = 3600.0  # processor time of the process in all
    memory_mb: int = 1024  # address space; Python and numpy themselves take about 300 of it
    answer_mb: int = 64  # one answer
