"""`python -m llmrl_runner.preference PATHS...`: have people choose between runs, two GIFs side by side.

It serves a page on this machine until Ctrl-C, keeps every choice in --choices, and prints what they come to. With
`--scores` it only prints that.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.preference.bradley_terry import bradley_terry
from llmrl_runner.preference.choices import read_choices, results_of
from llmrl_runner.preference.clips import find_clips
from llmrl_runner.preference.server import HOST, Poll, make_server
from llmrl_runner.runs.finding import run_folders

PORT = 8765


def main(arguments: list[str] | None = None) -> int:
    """1 where there is nothing to choose between, or a file can't be used; else 0."""
    options = _options(arguments)
    try:
        if options.scores:
            return _print_scores(options.choices)
        return _serve(options)
    except (ConfigError, OSError) as error:
        print(error, file=sys.stderr)
        return 1


def _serve(options: argparse.Namespace) -> int:
    clips = find_clips(sorted(set(run_folders(options.paths))), Path.cwd())
    poll = Poll(clips, options.choices, np.random.default_rng())
    if not poll.pairs:
        print("two runs of the same environment with a GIF are needed, and aren't there", file=sys.stderr)
        return 1
    server = make_server(poll, options.port)
    runs = f"{len(clips)} runs, {len(poll.pairs)} {'pair' if len(poll.pairs) == 1 else 'pairs'}"
    print(f"http://{HOST}:{server.server_port}  {runs}; choices go to {options.choices}; Ctrl-C ends it", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print()
    finally:
        server.server_close()
    return _print_scores(options.choices)


def _print_scores(path: Path) -> int:
    scores = bradley_terry(results_of(read_choices(path)))
    if not scores:
        print(f"no choices in {path} yet")
        return 0
    print("preferred to an average one (95 % interval of the log-odds; how often compared)")
    for score in scores:
        interval = f"[{score.low:+.2f}, {score.high:+.2f}]"
        print(f"  {score.preferred:4.0%}  {score.strength:+.2f} {interval}  {score.comparisons:4d}  {score.name}")
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m llmrl_runner.preference", description=__doc__)
    parser.add_argument(
        "paths", nargs="*", type=Path, default=[Path("outputs")], help="run folders, or folders of them"
    )
    parser.add_argument("--choices", type=Path, default=Path("outputs/choices.jsonl"), help="the file of choices")
    parser.add_argument("--port", type=int, default=PORT, help="0 takes any that is free")
    parser.add_argument("--scores", action="store_true", help="print the scores of the choices so far, serve nothing")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
