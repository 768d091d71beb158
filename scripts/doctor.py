"""Say what this machine can do, and the cure for what it can't. `make doctor` runs it.

Exits with 1 where a run would fail, with 0 otherwise. Keys are named, never shown.
"""

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from scripts.checks import confinement, drawing, machine, models, packages
from scripts.checks.finding import Finding

Check = Callable[[], Finding | list[Finding]]

COLOURS = {"ok": "green", "warn": "yellow", "bad": "bold red"}
DOTENV = Path(".env")
OUTPUTS = Path("outputs").absolute()


def all_checks() -> dict[str, Check]:
    """Every check by what it looks at, in the order in which it is shown."""
    versions = packages.installed_versions()
    return {
        "Python": packages.check_python,
        "packages": lambda: packages.check_bounds(versions, packages.wanted()[1]),
        "known-bad versions": lambda: packages.check_known_bad(versions),
        "text encoders": lambda: packages.check_encoders(versions, packages.wanted_for_texts()),
        "litellm_init.pth": packages.check_litellm_startup_file,
        "torch": machine.check_torch,
        "EGL": drawing.check_egl,
        "pygame": drawing.check_sdl,
        "Box2D": drawing.check_box2d,
        "API keys": lambda: models.check_keys(os.environ, DOTENV),
        "Ollama": lambda: models.check_ollama(models.current_environment()),
        "confinement": confinement.check_confinement,
        "disk": lambda: machine.check_disk(OUTPUTS),
        "cores, memory": machine.check_cores_and_memory,
        "git": machine.check_git,
    }


def examine(checks: Mapping[str, Check]) -> list[Finding]:
    """The findings of every check; one that itself breaks is a warning and stops no other."""
    findings: list[Finding] = []
    for name, check in checks.items():
        try:
            found = check()
        except Exception as error:  # its kind only: the words of an exception may quote what was read
            found = Finding(name, "warn", f"the check itself failed: {type(error).__name__}", "please report it")
        findings += found if isinstance(found, list) else [found]
    return findings


def table_of(findings: Iterable[Finding]) -> Table:
    """The findings as a table; the cure stands below its trouble."""
    table = Table("", "what", "found", title="What this machine can do")
    for finding in findings:
        state = f"[{COLOURS[finding.state]}]{finding.state}"
        cure = f"\n[dim]cure:[/dim] {escape(finding.cure)}" if finding.cure else ""
        table.add_row(state, finding.name, escape(finding.text) + cure)
    return table


def main() -> None:
    """Examine, show, exit."""
    findings = examine(all_checks())
    console = Console()
    console.print(table_of(findings))
    bad = sum(finding.state == "bad" for finding in findings)
    warned = sum(finding.state == "warn" for finding in findings)
    console.print(f"{bad} serious, {warned} that some runs go without." if bad or warned else "All is well.")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
