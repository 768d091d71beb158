"""Roll a run's best policy out again: each episode's figures, and a GIF or a window.

    python scripts/play.py outputs/tabular/cartpole/replay/seed0-85b2176b
    python scripts/play.py seed0-85b2 --episodes all --no-gif        play the whole held-out test again
    python scripts/play.py seed0-85b2 --iteration 1 --to first.gif   another iteration's candidate
    python scripts/play.py seed0-85b2 --window --episodes 3

Without --seed it plays the run's own held-out episodes, from the first on, and holds each to what the run kept of it.
RUN is a run's folder, a path inside it, or the beginning of its name or id. Exits with 1 where an episode came out
otherwise than the run has it, with 2 where nothing can be played.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

from llmrl_runner.config.errors import EXIT_BAD_INPUT, EXIT_FAILED, EXIT_INTERRUPTED, ConfigError
from llmrl_runner.files.whole import read_json
from llmrl_runner.looking.kept_films import copy_film
from llmrl_runner.looking.rolled import MOST_ROWS, agreement, episodes_table
from llmrl_runner.playing import Stage, first_seeds, opened, prepare_window
from llmrl_runner.runs.console import LastingConsole
from llmrl_runner.runs.finding import run_meant
from llmrl_runner.runs.held_out import read_held_out
from llmrl_runner.runs.show import print_table

ALL = "all"
PLAYED = "played"  # the folder of GIFs that were not given a name


def main(arguments: list[str] | None = None) -> int:
    """See above."""
    options = _options(arguments)
    sys.path.append(str(Path.cwd()))  # where a user's own methods and environments lie, as for run.py
    try:
        folder = run_meant(options.run, options.outputs)
        if options.window:
            prepare_window()
        with opened(folder, options.iteration) as stage:
            if stage.performer is None:
                print(copy_film(folder, options.iteration, options.seed, options.to))
                return 0
            return _play(stage, folder, options)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return EXIT_BAD_INPUT
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except Exception as error:  # whatever another version of a library makes of what was kept
        words = (str(error).strip().splitlines() or ["no message"])[0]
        print(f"{options.run}: can't be played here ({type(error).__name__}: {words})", file=sys.stderr)
        return EXIT_BAD_INPUT


def _play(stage: Stage, folder: Path, options: argparse.Namespace) -> int:
    """The figures first: they are there at once, and say whether what is then drawn is what the run did."""
    assert stage.performer is not None
    console = LastingConsole(highlight=False)
    seeds = first_seeds(stage, options.episodes, options.seed)
    console.print(f"{folder}: {stage.performer.what}", markup=False, soft_wrap=True)
    for line in stage.changed_versions:
        console.print(f"made with {line}", markup=False, soft_wrap=True)
    kept, result = ([], {}) if options.iteration is not None else (read_held_out(folder), _result(folder))
    played = stage.roll(seeds)
    print_table(episodes_table(played, kept), console)
    if len(played) > MOST_ROWS:
        console.print(f"and {len(played) - MOST_ROWS} more", markup=False)
    found = agreement(played, kept, result)
    console.print(found.words, style="red" if found.is_otherwise else "", markup=False, soft_wrap=True)
    if options.window:
        stage.show(seeds)
    elif not options.no_gif:
        _film(stage, folder, [episode.seed for episode in played], options, console)
    return EXIT_FAILED if found.is_otherwise else 0


def _film(stage: Stage, folder: Path, seeds: list[int], options: argparse.Namespace, console: LastingConsole) -> None:
    name = f"{stage.config.method.name}-{stage.config.env.name}-{folder.name}.gif"
    to: Path = options.to or options.outputs / PLAYED / name
    for seed in seeds[:MOST_ROWS]:
        path = to if len(seeds) == 1 else to.with_name(f"{to.stem}-{seed}{to.suffix}")
        problem = stage.film(seed, path)
        console.print(f"no GIF: {problem}" if problem else str(path), markup=False, soft_wrap=True)
        if problem:
            return


def _result(folder: Path) -> dict[str, Any]:
    try:
        result = read_json(folder / "result.json")
    except (OSError, ValueError):
        return {}
    return result if isinstance(result, dict) else {}


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="play.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", metavar="RUN", help="a run's folder, or the beginning of its name or id")
    parser.add_argument("--episodes", type=_episodes, default=1, metavar="N", help="how many (1), or all")
    parser.add_argument("--seed", type=int, metavar="S", help="the first episode's seed, instead of the run's own")
    parser.add_argument("--iteration", type=int, metavar="K", help="its candidate, counted from 0, instead of the best")
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument(
        "--to", type=Path, metavar="FILE.gif", help="the GIF (<method>-<env>-<run>.gif); several: -<seed>"
    )
    shown.add_argument("--window", action="store_true", help="show the episodes in a window, draw no GIF")
    shown.add_argument("--no-gif", action="store_true", help="print the figures alone")
    parser.add_argument("--outputs", type=Path, default=Path("outputs"), help="where a run is looked for by its name")
    return parser.parse_args(arguments)


def _episodes(text: str) -> int | None:
    """None means all."""
    if text == ALL:
        return None
    if not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"a number of at least 1 is needed, or {ALL}, got '{text}'")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
