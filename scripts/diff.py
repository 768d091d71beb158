"""Set two runs beside each other: settings, results, iterations, versions, and their best candidates line by line.

    python scripts/diff.py outputs/tabular/cartpole/replay/seed0-85b2176b outputs/tabular/cartpole/random/seed0-3e457f2f
    python scripts/diff.py seed0-85b2 seed0-3e45 --full        the texts from beginning to end

What is the same in both is left out. The difference of the held-out returns is paired episode by episode where both
runs were tested on the same seeds, and says so. Exits with 2 where a run can't be found.
"""

import argparse
import sys
from pathlib import Path

from llmrl_runner.config.errors import EXIT_BAD_INPUT, ConfigError
from llmrl_runner.looking.excerpts import ALL, Amount
from llmrl_runner.looking.two_runs import tell_difference
from llmrl_runner.runs.console import LastingConsole
from llmrl_runner.runs.finding import run_meant

LINES = 40  # of a text's changes, unless all are asked for


def main(arguments: list[str] | None = None) -> int:
    """See above."""
    options = _options(arguments)
    try:
        folders = run_meant(options.first, options.outputs), run_meant(options.second, options.outputs)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return EXIT_BAD_INPUT
    tell_difference(folders, LastingConsole(highlight=False), ALL if options.full else Amount(LINES))
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="diff.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("first", metavar="RUN", help="a run's folder, or the beginning of its name or id")
    parser.add_argument("second", metavar="RUN", help="the one that it is compared with")
    parser.add_argument("--full", action="store_true", help="changes of texts from beginning to end")
    parser.add_argument("--outputs", type=Path, default=Path("outputs"), help="where runs are looked for by name")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
