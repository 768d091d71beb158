"""List the studies under conf/experiment, or run one and write what it came to. `make study NAME=...` runs it.

Without further words the study goes into experiments/<name>; with words that change it (`seed=0`, `env=taxi`), into
<outputs>/studies/<name>.
"""

import sys
import time
from pathlib import Path

from llmrl_runner.config.errors import EXIT_BAD_INPUT, EXIT_FAILED, ConfigError, nearest
from llmrl_runner.runs.console import LastingConsole
from llmrl_runner.studies.about import About, read_studies
from llmrl_runner.studies.readme import write_study
from llmrl_runner.studies.running import outputs_of, run_sweeps, swept

ROOT = Path(__file__).resolve().parents[1]
STUDIES = ROOT / "conf" / "experiment"


def main(words: list[str]) -> int:
    """The exit code: that of the sweeps, 2 where there is no such study."""
    try:
        studies = read_studies(STUDIES)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return EXIT_BAD_INPUT
    if not words:
        LastingConsole().print("\n".join(map(_listed, studies.values())), markup=False, highlight=False, soft_wrap=True)
        return 0
    name, *more = words
    if name not in studies:
        known = ", ".join(studies) or "none yet"
        print(f"NAME: no study '{name}'{nearest(name, list(studies))} (there are: {known})", file=sys.stderr)
        return EXIT_BAD_INPUT
    return _run(studies[name], more)


def _listed(about: About) -> str:
    return f"{about.name}: {about.title}\n    {', '.join(arm.partition('/')[2] for arm in about.arms)}"


def _run(about: About, more: list[str]) -> int:
    since = time.time()
    if code := run_sweeps(about, more, ROOT / "run.py"):
        print(f"{about.name}: not all of its runs are finished, so nothing is written; see above", file=sys.stderr)
        return code
    found = swept(about, more, since)
    if not found.folders:  # it was only estimated
        return 0
    to = outputs_of(more) / "studies" / about.name if more else ROOT / "experiments" / about.name
    try:
        print(write_study(about, found, to))
    except OSError as error:
        print(f"{error.filename or to}: {error.strerror or error}", file=sys.stderr)
        return EXIT_FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
