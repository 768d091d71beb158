"""Open runs in TensorBoard, named by what differs between them: the newest sweep, or those at the paths.

    python scripts/board.py                          the newest sweep below outputs/, else the newest run
    python scripts/board.py outputs/reward_gen       all runs below a path; sweeps' notes and runs' names do, too
    python scripts/board.py --all -- --port 6007     all runs; what stands behind -- is for TensorBoard itself

Runs under way appear and grow. It ends with Ctrl-C. `make tensorboard` runs it.
"""

import argparse
import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from llmrl_runner.config.errors import EXIT_BAD_INPUT, ConfigError
from llmrl_runner.report.board import Board
from llmrl_runner.runs.finding import newest_run, newest_sweep, run_folders, runs_meant, sweep_runs

FindRuns = Callable[[], Sequence[Path]]
LOOK_AGAIN_S = 10  # for runs that have begun since
RELOAD_S = 5  # how often TensorBoard reads what runs have written since
MOST_NAMED = 12


def main(arguments: Sequence[str]) -> int:
    """TensorBoard's exit code, 0 where Ctrl-C ended it; 2 where there is nothing to show."""
    options, words = _options(arguments)
    try:
        find, what = _chosen(options)
        found = find()
    except ConfigError as error:
        print(error, file=sys.stderr)
        return EXIT_BAD_INPUT
    if not found:
        print(f"{options.outputs}: there is no run yet; `make demo` makes one", file=sys.stderr)
        return EXIT_BAD_INPUT
    if options.to is not None:
        _say(what, Board(options.to).show(found), found)
        return 0
    with tempfile.TemporaryDirectory(prefix="llmrl-tensorboard-") as folder:
        board = Board(Path(folder))
        _say(what, board.show(found), found)
        return _serve(board, find, words)


def _serve(board: Board, find: FindRuns, words: Sequence[str]) -> int:
    """TensorBoard, and while it runs, runs that have begun since."""
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", str(board.folder)]
    process = subprocess.Popen([*command, "--reload_interval", str(RELOAD_S), *words])
    try:
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                return process.wait(LOOK_AGAIN_S)
            with contextlib.suppress(ConfigError, OSError):  # a run that was moved meanwhile: another look finds it
                board.show(find())
    except KeyboardInterrupt:
        return 0
    finally:
        process.terminate()
        process.wait()


def _chosen(options: argparse.Namespace) -> tuple[FindRuns, str]:
    """What finds the runs, again and again, and what they are."""
    outputs: Path = options.outputs
    if options.paths:
        return lambda: _at(options.paths, outputs), "as asked for"
    if options.all:
        return lambda: sorted(run_folders([outputs])), f"all below {outputs}"
    if (sweep := newest_sweep(outputs)) and sweep_runs(sweep):
        return lambda: sweep_runs(sweep), f"the newest sweep, {sweep}"
    return lambda: [run] if (run := newest_run(outputs)) else [], "the newest run"


def _at(paths: Sequence[str], outputs: Path) -> list[Path]:
    return list(dict.fromkeys(run for path in paths for run in runs_meant(path, outputs)))


def _say(what: str, shown: dict[str, Path], found: Sequence[Path]) -> None:
    lines = [f"{len(found)} {'run' if len(found) == 1 else 'runs'} ({what}):", *list(shown)[:MOST_NAMED]]
    if (more := len(shown) - MOST_NAMED) > 0:
        lines.append(f"and {more} more")
    if silent := len(found) - len(shown):
        lines.append(f"and {silent} with nothing logged yet")
    print("\n  ".join(lines), flush=True)


def _options(arguments: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    """Ours, and behind `--` TensorBoard's own."""
    parser = argparse.ArgumentParser(
        prog="board.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("paths", nargs="*", help="run folders, folders of them, a sweep's notes, or a run's name or id")
    parser.add_argument("--all", action="store_true", help="all runs below the outputs")
    parser.add_argument("--outputs", type=Path, default=Path("outputs"), help="where runs lie (outputs)")
    parser.add_argument("--to", type=Path, metavar="DIR", help="only make TensorBoard's folder, and start nothing")
    split = arguments.index("--") if "--" in arguments else len(arguments)
    return parser.parse_args(arguments[:split]), list(arguments[split + 1 :])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
