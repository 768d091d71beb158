"""Pack finished runs into one archive, with a manifest of every file's sum. `make archive` runs it.

    python scripts/archive.py                                    the newest sweep below outputs/, else the newest run
    python scripts/archive.py outputs/reward_gen --without checkpoints,gifs
    make archive PATHS=outputs/tabular

It is written to archives/<what>-<date>.tar.gz, whole or not at all, and read back. The same runs give the same bytes.
Unfinished runs, locks and caches stay out, and are named. Exits with 2 where there is nothing to pack.
"""

import argparse
import hashlib
import sys
from datetime import date
from pathlib import Path

from llmrl_runner.config.errors import EXIT_BAD_INPUT, EXIT_FAILED, ConfigError
from llmrl_runner.looking.sizes import size_words
from llmrl_runner.runs.finding import newest_runs, newest_sweep, runs_meant
from llmrl_runner.runs.folder import RunFolder
from llmrl_runner.runs.packing import LARGE, pack

FOLDER = Path("archives")
SUFFIX = ".tar.gz"


def main(arguments: list[str] | None = None) -> int:
    """See above."""
    options = _options(arguments)
    try:
        found = [run for words in options.paths for run in runs_meant(words, options.outputs)]
        found = list(dict.fromkeys(found)) or newest_runs(options.outputs)
        finished = [run for run in found if RunFolder(run).is_finished]
        for run in found:
            if run not in finished:
                print(f"left out, since it is not finished: {run}")
        if not finished:
            raise ConfigError("", "no finished run there, so there is nothing to pack")
        to = options.to or _free(FOLDER / f"{_what(options)}-{date.today().isoformat()}{SUFFIX}")
        files = pack(finished, to, options.without)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return EXIT_BAD_INPUT
    except OSError as error:
        print(f"{error.filename or options.to}: {error.strerror or error}", file=sys.stderr)
        return EXIT_FAILED
    before = size_words(sum(file.size for file in files))
    many = f"{len(finished)} {'run' if len(finished) == 1 else 'runs'}, {len(files)} files"
    print(f"{to}: {size_words(to.stat().st_size)} ({many}, {before} before)")
    print(f"sha256: {hashlib.sha256(to.read_bytes()).hexdigest()}")
    print(f"unpack: tar -xzf {to}")
    return 0


def _what(options: argparse.Namespace) -> str:
    """What the archive is called after: the path, the sweep, or the outputs."""
    if len(options.paths) == 1:
        return Path(options.paths[0]).resolve().name
    sweep = None if options.paths else newest_sweep(options.outputs)
    return sweep.name if sweep else options.outputs.resolve().name


def _free(path: Path) -> Path:
    """An archive of earlier today stays."""
    number, free = 2, path
    while free.exists():
        free, number = path.with_name(f"{path.name.removesuffix(SUFFIX)}-{number}{SUFFIX}"), number + 1
    return free


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="archive.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("paths", nargs="*", help="run folders, folders of them, a sweep's notes, or a run's name or id")
    parser.add_argument("--to", type=_archive, metavar="FILE.tar.gz", help="the archive (archives/<what>-<date>)")
    parser.add_argument("--without", type=_kinds, default=[], metavar="KINDS", help=f"leave out: {', '.join(LARGE)}")
    parser.add_argument("--outputs", type=Path, default=Path("outputs"), help="where runs lie (outputs)")
    return parser.parse_args(arguments)


def _archive(text: str) -> Path:
    if not text.endswith(SUFFIX):
        raise argparse.ArgumentTypeError(f"needs a name that ends with {SUFFIX}, got '{text}'")
    return Path(text)


def _kinds(text: str) -> list[str]:
    kinds = [kind for kind in text.split(",") if kind]
    if unknown := [kind for kind in kinds if kind not in LARGE]:
        raise argparse.ArgumentTypeError(f"'{unknown[0]}' is none of {', '.join(LARGE)}")
    return kinds


if __name__ == "__main__":
    sys.exit(main())
