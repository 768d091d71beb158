"""How long `python run.py --help` takes, beside a bare Hydra application with groups and options of the same names."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

from scripts.benchmarks.pairs import paired_medians

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 1.3  # times the bare application
BARE_APPLICATION = """
import hydra

@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(config):
    print(config)

main()
"""


def measure(repeats: int) -> dict[str, Any]:
    """Medians in seconds of both, and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        bare = write_bare_application(Path(folder), ROOT / "conf")
        ours_s, bare_s = paired_medians(lambda: help_seconds(ROOT / "run.py"), lambda: help_seconds(bare), repeats)
    return {"ours_s": ours_s, "bare_hydra_s": bare_s, "ratio": ours_s / bare_s, "limit": LIMIT}


def help_seconds(script: Path) -> float:
    """Wall time of `python script --help`."""
    start = time.perf_counter()
    subprocess.run([sys.executable, str(script), "--help"], cwd=script.parent, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def write_bare_application(folder: Path, conf: Path) -> Path:
    """A Hydra application without schemas or callbacks, whose groups and options have the names of those in `conf`."""
    for option in conf.rglob("*.yaml"):
        place = folder / "conf" / option.relative_to(conf)
        if place.relative_to(folder / "conf").parts[0] != "hydra":
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(f"name: {option.stem}\n")
    (folder / "conf" / "config.yaml").write_text(yaml.safe_dump({"defaults": ["_self_", *_choices(conf)], "seed": 0}))
    script = folder / "run.py"
    script.write_text(BARE_APPLICATION)
    return script


def _choices(conf: Path) -> list[dict[str, str]]:
    """The defaults list's plain entries, `{group: option}`; schemas and overrides are ours alone."""
    defaults = yaml.safe_load((conf / "config.yaml").read_text())["defaults"]
    plain = [entry for entry in defaults if isinstance(entry, dict)]
    return [entry for entry in plain if not next(iter(entry)).startswith("override ")]
