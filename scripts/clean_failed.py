"""Put away the folders of runs that failed. `make clean-failed` runs it.

    python scripts/clean_failed.py                  those below outputs/, after asking, to outputs/.trash/<date>
    python scripts/clean_failed.py --yes            without asking: make clean-failed ARGS=--yes
    python scripts/clean_failed.py --interrupted    those that Ctrl-C or a kill ended, too; they would go on where they
                                                    were by their same command

Finished runs, runs that a process is at work on, and whatever lies outside the outputs are never touched.
"""

import argparse
import sys
from pathlib import Path

from llmrl_runner.config.errors import EXIT_FAILED
from llmrl_runner.looking.sizes import size_words
from llmrl_runner.runs.discarding import Failed, delete, failed_runs, put_away


def main(arguments: list[str] | None = None) -> int:
    """0 also where there is nothing to do or the answer is no; 1 where a folder could not be moved."""
    options = _options(arguments)
    try:
        found = failed_runs(options.outputs, options.interrupted)
    except OSError as error:  # a lock that can't be taken, say, in outputs of somebody else's
        print(f"{error.filename or options.outputs}: {error.strerror or error}", file=sys.stderr)
        return EXIT_FAILED
    if not found:
        print(f"{options.outputs}: no failed run")
        return 0
    for failed in found:
        print(f"{failed.folder}  {size_words(failed.size)}  {' '.join(failed.reason.split())}")
    verb = "Delete" if options.delete else "Put away"
    many = f"{len(found)} {'run' if len(found) == 1 else 'runs'}, {size_words(sum(each.size for each in found))}"
    if not options.yes and not _agrees(f"{verb} {many}?"):
        print("nothing was changed")
        return 0
    cleared = [_clear(failed, options) for failed in found]  # all of them, whatever becomes of one
    return 0 if all(cleared) else EXIT_FAILED


def _clear(failed: Failed, options: argparse.Namespace) -> bool:
    """Whether it is gone; what became of it is said."""
    try:
        place = None if options.delete else put_away(failed, options.outputs)
        is_gone = delete(failed) if options.delete else place is not None
    except OSError as error:
        print(f"{failed.folder}: {error.strerror or error}", file=sys.stderr)
        return False
    if is_gone:
        print(f"{failed.folder}: deleted" if options.delete else f"{failed.folder} -> {place}")
    else:
        print(f"{failed.folder}: kept, since a process is at work on it now")
    return True


def _agrees(question: str) -> bool:
    try:
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        print("(nobody to ask: --yes does it)")
        return False


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="clean_failed.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("outputs", nargs="?", type=Path, default=Path("outputs"), help="the folder of runs (outputs)")
    parser.add_argument("--yes", action="store_true", help="don't ask")
    parser.add_argument("--interrupted", action="store_true", help="also runs that were interrupted or killed")
    parser.add_argument("--delete", action="store_true", help="delete them instead of moving them to .trash")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
