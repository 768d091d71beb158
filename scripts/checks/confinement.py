"""How code that an LLM wrote could be confined here: sandlock, else bubblewrap, else not at all."""

import ctypes
import importlib.metadata
import platform
import re
import shutil
import subprocess

from scripts.checks.finding import Finding

LANDLOCK_CREATE_RULESET = 444  # the system call's number, the same on every architecture since Linux 5.13
LANDLOCK_VERSION_FLAG = 1  # asks for the ABI's version instead of a ruleset
SANDLOCK_KERNEL = (6, 7)  # Landlock confines TCP from here on
BUBBLEWRAP_TRIAL = ("bwrap", "--ro-bind", "/", "/", "--unshare-all", "--die-with-parent", "true")
USER_NAMESPACES = (
    "allow user namespaces: sysctl kernel.unprivileged_userns_clone=1 "
    "(Ubuntu: kernel.apparmor_restrict_unprivileged_userns=0)"
)


def check_confinement() -> list[Finding]:
    """What there is, a line each, and last whether LLM-written code can run here at all."""
    landlock, sandlock, bubblewrap = _landlock(), _sandlock(), _bubblewrap()
    ways = [finding.name for finding in (sandlock, bubblewrap) if finding.state == "ok"]
    if ways:
        verdict = Finding("confinement", "ok", f"code that an LLM writes can be confined with {' or '.join(ways)}")
        return [landlock, *(f for f in (sandlock, bubblewrap) if f.state == "ok"), verdict]
    verdict = Finding("confinement", "warn", "code that an LLM writes is refused here", "one of the two cures above")
    return [landlock, sandlock, bubblewrap, verdict]


def _landlock() -> Finding:
    abi, kernel = landlock_abi(), platform.release()
    if abi > 0:
        return Finding("Landlock", "ok", f"ABI {abi}, kernel {kernel}")
    cure = "start the kernel with lsm=landlock,... (5.13 or newer); bubblewrap does without it"
    return Finding("Landlock", "warn", f"none in kernel {kernel}", cure)


def landlock_abi() -> int:
    """The kernel's Landlock version, asked through the system call itself; 0 where there is none."""
    if platform.system() != "Linux":
        return 0
    libc = ctypes.CDLL(None, use_errno=True)
    return max(0, int(libc.syscall(LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), LANDLOCK_VERSION_FLAG)))


def _sandlock() -> Finding:
    cure = "pip install sandlock, on kernel 6.7 or newer"
    try:
        version = importlib.metadata.version("sandlock")
    except importlib.metadata.PackageNotFoundError:
        return Finding("sandlock", "warn", "not installed", cure)
    if kernel_version(platform.release()) < SANDLOCK_KERNEL or not landlock_abi():
        return Finding("sandlock", "warn", f"{version}, but kernel {platform.release()} is too old for it", cure)
    return Finding("sandlock", "ok", version)


def kernel_version(release: str) -> tuple[int, int]:
    """`6.18.44-arch1` -> (6, 18); (0, 0) where there is no number."""
    match = re.match(r"(\d+)\.(\d+)", release)
    return (int(match[1]), int(match[2])) if match else (0, 0)


def _bubblewrap() -> Finding:
    if shutil.which("bwrap") is None:
        return Finding("bubblewrap", "warn", "not installed", "apt-get install bubblewrap")
    try:
        done = subprocess.run(BUBBLEWRAP_TRIAL, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Finding("bubblewrap", "warn", f"installed, but {error}", USER_NAMESPACES)
    if done.returncode == 0:
        return Finding("bubblewrap", "ok", "starts a confined process")
    return Finding("bubblewrap", "warn", f"installed, but {done.stderr.strip()[:120]}", USER_NAMESPACES)
