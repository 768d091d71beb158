"""List the studies under conf/experiment, or run one: every arm of it, as one sweep. `make study NAME=...` runs it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STUDIES = ROOT / "conf" / "experiment"


def arms_of(folder: Path) -> dict[str, list[str]]:
    """Each study by its name, with its arms: a file is a study of one arm, a folder one of as many as it has files."""
    single = {path.stem: [path.stem] for path in sorted(folder.glob("*.yaml"))}
    several = {
        path.name: [f"{path.name}/{arm.stem}" for arm in sorted(path.glob("*.yaml"))]
        for path in sorted(folder.iterdir() if folder.is_dir() else [])
        if path.is_dir()
    }
    return single | {name: arms for name, arms in several.items() if arms}


def command(arms: list[str], words: list[str]) -> list[str]:
    """The sweep over `arms`, with `words` added as they are."""
    return [sys.executable, str(ROOT / "run.py"), "-m", f"experiment={','.join(arms)}", *words]


def main(words: list[str]) -> int:
    """The exit code of the sweep; 2 where there is no such study."""
    studies = arms_of(STUDIES)
    if not words:
        print("\n".join(f"{name}: {', '.join(arms)}" for name, arms in studies.items()) or "There are no studies yet.")
        return 0
    name, *rest = words
    if name not in studies:
        print(f"NAME: no study '{name}' (there are: {', '.join(studies) or 'none yet'})", file=sys.stderr)
        return 2
    return subprocess.run(command(studies[name], rest), check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
