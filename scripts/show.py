"""Show a run in the terminal: what it is, what happened iteration by iteration, and what came of it.

    python scripts/show.py                                    the newest sweep below outputs/, else the newest run
    python scripts/show.py outputs/tabular/cartpole/replay/seed0-85b2176b
    python scripts/show.py seed0-85b2 --iteration 2 --full    one iteration, with all of its texts
    python scripts/show.py outputs/reward_gen                 a list, where there are several

RUN is a run's folder, a path inside it, a folder of runs, a sweep's notes, or the beginning of a run's name or id. Runs
under way and broken ones are shown as far as they go. Exits with 2 where there is no such run.
"""

import argparse
import sys
from pathlib import Path

from llmrl_runner.config.errors import EXIT_BAD_INPUT, ConfigError
from llmrl_runner.looking.excerpts import ALL, EXCERPTS
from llmrl_runner.looking.run_list import tell_runs
from llmrl_runner.looking.run_story import tell_run
from llmrl_runner.runs.console import LastingConsole
from llmrl_runner.runs.finding import newest_runs, runs_meant


def main(arguments: list[str] | None = None) -> int:
    """See above."""
    options = _options(arguments)
    console = LastingConsole(highlight=False)
    try:
        found = [run for words in options.runs for run in runs_meant(words, options.outputs)]
        found = list(dict.fromkeys(found)) or newest_runs(options.outputs)
        if len(found) == 1:
            tell_run(found[0], console, options.iteration, ALL if options.full else EXCERPTS)
        elif options.iteration is not None:
            raise ConfigError("--iteration", f"of which of these {len(found)} runs? Name one")
        else:
            tell_runs(found, console)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return EXIT_BAD_INPUT
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="show.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("runs", nargs="*", metavar="RUN", help="see above")
    parser.add_argument("--iteration", type=int, metavar="K", help="this one alone, counted from 0")
    parser.add_argument("--full", action="store_true", help="prompts, answers and changes from beginning to end")
    parser.add_argument("--outputs", type=Path, default=Path("outputs"), help="where a run is looked for by its name")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
