"""How code that an LLM wrote would be confined here: what a run itself finds, with cures for what is missing."""

import platform

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.sandbox.landlock import abi
from llmrl_runner.sandbox.ways import Examined, examine, find_way
from scripts.checks.finding import Finding


def check_confinement() -> list[Finding]:
    """What there is, a line each, and last what `sandbox=auto` makes of it."""
    findings = [finding_of(examined) for examined in examine()]
    try:
        way = find_way("auto")
    except ConfigError:
        cure = "one of the cures above; or sandbox=none, which confines nothing"
        return [_landlock(), *findings, Finding("confinement", "warn", "code that an LLM writes is refused here", cure)]
    verdict = Finding("confinement", "ok", f"code that an LLM writes runs confined by {way.name}")
    return [_landlock(), *(finding for finding in findings if finding.state == "ok"), verdict]


def finding_of(examined: Examined) -> Finding:
    """One way as a line."""
    if examined.way:
        return Finding(examined.library, "ok", f"{examined.way.name} starts a confined process")
    return Finding(examined.library, "warn", examined.trouble, examined.cure)


def _landlock() -> Finding:
    version, kernel = abi(), platform.release()
    if version:
        return Finding("Landlock", "ok", f"ABI {version}, kernel {kernel}")
    cure = "start the kernel with lsm=landlock,... (5.13 or newer); bubblewrap does without it"
    return Finding("Landlock", "warn", f"none in kernel {kernel}", cure)
