"""Is what is installed what pyproject.toml asks for, and none of the versions known to be bad?"""

import importlib.metadata
import platform
import site
import sys
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from scripts.checks.finding import Finding

ROOT = Path(__file__).resolve().parents[2]
SHOWN = ("hydra-core", "gymnasium", "mujoco", "torch", "stable-baselines3", "litellm", "numpy")
SYNC = "make sync"

Versions = Mapping[str, str]  # canonical name of a package -> its version

# Package, its bad versions, what is wrong with them, what to do.
KNOWN_BAD = (
    ("litellm", "==1.82.7", "malicious release, reads keys", "replace every key this machine holds, then make install"),
    ("litellm", "==1.82.8", "malicious release, reads keys", "replace every key this machine holds, then make install"),
    ("mujoco", ">=3.17", "breaks FetchReach, 4.0 the renderer too", SYNC),
)


def installed_versions() -> dict[str, str]:
    """Every installed package by its canonical name."""
    found = ((d.metadata["Name"], d.version) for d in importlib.metadata.distributions())
    return {canonicalize_name(name): version for name, version in found if name}


def wanted(pyproject: Path = ROOT / "pyproject.toml") -> tuple[SpecifierSet, list[Requirement]]:
    """The Python versions and the packages that pyproject.toml allows, without the extras."""
    project = tomllib.loads(pyproject.read_text())["project"]
    return SpecifierSet(project["requires-python"]), [Requirement(line) for line in project["dependencies"]]


def wanted_for_texts(pyproject: Path = ROOT / "pyproject.toml") -> list[Requirement]:
    """The packages of the extra `text`."""
    project = tomllib.loads(pyproject.read_text())["project"]
    return [Requirement(line) for line in project["optional-dependencies"]["text"]]


def check_python() -> Finding:
    """The interpreter and the system."""
    allowed, _ = wanted()
    version = platform.python_version()
    text = f"{version} on {platform.system()} {platform.release()}, {platform.machine()}"
    if version in allowed:
        return Finding("Python", "ok", text)
    return Finding("Python", "bad", f"{text}; {allowed} is needed", "rm -rf .venv; make install PYTHON=python3.11")


def check_bounds(versions: Versions, requirements: Iterable[Requirement]) -> list[Finding]:
    """One line for all packages within their bounds, one for each that isn't."""
    needed = list(requirements)
    troubles = [finding for r in needed if (finding := _out_of_bounds(r, versions))]
    shown = ", ".join(f"{name} {versions[name]}" for name in SHOWN if name in versions)
    fine = Finding("packages", "ok", f"{len(needed) - len(troubles)} of {len(needed)} within bounds: {shown}")
    return [fine, *troubles]


def check_encoders(versions: Versions, requirements: Iterable[Requirement]) -> Finding:
    """What reads texts for method=augmented; all else goes without."""
    needed = list(requirements)
    troubles = [finding for r in needed if (finding := _out_of_bounds(r, versions))]
    if not troubles:
        return Finding(
            "text encoders", "ok", ", ".join(f"{r.name} {versions[canonicalize_name(r.name)]}" for r in needed)
        )
    missing = "; ".join(f"{finding.name}: {finding.text}" for finding in troubles)
    return Finding("text encoders", "warn", f"{missing}; method=augmented then wants encoder=hash or api", SYNC)


def _out_of_bounds(requirement: Requirement, versions: Versions) -> Finding | None:
    if requirement.marker and not requirement.marker.evaluate():
        return None  # for other machines than this
    version = versions.get(canonicalize_name(requirement.name))
    if version is None:
        return Finding(requirement.name, "bad", "not installed", SYNC)
    if requirement.specifier.contains(version, prereleases=True):
        return None
    return Finding(requirement.name, "bad", f"{version} is installed, {requirement.specifier} is needed", SYNC)


def check_known_bad(versions: Versions) -> list[Finding]:
    """Versions that are known to break or to harm, and pairs that don't go together."""
    bad = [
        Finding(name, "bad", f"{versions[name]}: {wrong}", cure)
        for name, specifier, wrong, cure in KNOWN_BAD
        if name in versions and SpecifierSet(specifier).contains(versions[name], prereleases=True)
    ]
    pairs = [finding for finding in (_two_pygames(versions), _pandas_for_rliable(versions)) if finding]
    return bad + pairs or [Finding("known-bad versions", "ok", "none installed")]


def _two_pygames(versions: Versions) -> Finding | None:
    if not {"pygame", "pygame-ce"} <= set(versions):
        return None
    cure = "pip uninstall -y pygame pygame-ce; make -B sync"
    return Finding(
        "pygame", "warn", "pygame and pygame-ce overwrite each other's files; gymnasium wants the latter", cure
    )


def _pandas_for_rliable(versions: Versions) -> Finding | None:
    if "rliable" not in versions or SpecifierSet("<3").contains(versions.get("pandas", "0")):
        return None
    return Finding("pandas", "warn", f"{versions['pandas']}: rliable imports only below 3", "pip install 'pandas<3'")


def check_litellm_startup_file(folders: Iterable[str] | None = None) -> Finding:
    """The file by which the malicious LiteLLM ran at every start of the interpreter; it outlives an upgrade."""
    places = [Path(f) for f in (folders if folders is not None else [*site.getsitepackages(), *sys.path])]
    found = next((place / "litellm_init.pth" for place in places if (place / "litellm_init.pth").exists()), None)
    if found is None:
        return Finding("litellm_init.pth", "ok", "absent, as it should be")
    cure = "delete it and .venv, replace every key this machine holds, then make install"
    return Finding("litellm_init.pth", "bad", f"{found} was left by a malicious LiteLLM", cure)
