import re
import tomllib
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts.lock import locked_lines, wanted_markers

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
WANTED = [Requirement(line) for line in PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]]
LOCK = (ROOT / "requirements.lock").read_text()
LOCKED = {
    canonicalize_name(name): version for name, version in re.findall(r"^([\w.-]+)==(\S+)", LOCK, flags=re.MULTILINE)
}


@pytest.mark.parametrize("requirement", WANTED, ids=lambda r: r.name)
def test_every_dependency_is_bounded_on_both_sides(requirement: Requirement) -> None:
    operators = {clause.operator for clause in requirement.specifier}

    assert operators == {"=="} or {">=", "<"} <= operators


@pytest.mark.parametrize("requirement", WANTED, ids=lambda r: r.name)
def test_the_lock_is_within_the_bounds(requirement: Requirement) -> None:
    version = LOCKED[canonicalize_name(requirement.name)]

    assert requirement.specifier.contains(version)


def test_torch_is_exact_as_pip_needs_it() -> None:
    torch = next(requirement for requirement in WANTED if requirement.name == "torch")

    assert str(torch.specifier) == "==2.13.0"
    assert LOCKED["torch"] == "2.13.0"


def test_the_lock_holds_nothing_but_names_and_exact_versions() -> None:
    lines = [line for line in LOCK.splitlines() if not line.startswith("#")]

    assert all(re.fullmatch(r"[\w.-]+==[\w.]+( ; .+)?", line) for line in lines)
    assert not {"pygame", "llmrl-runner", "pip"} & set(LOCKED)


def test_a_lock_leaves_out_what_only_this_machine_has() -> None:
    freeze = [
        "torch==2.13.0+cpu",
        "-e git+https://example.org/x#egg=llmrl_runner",
        "llmrl-runner @ file:///work",
        "llmrl-runner==0.1.0",
        "nvidia-cublas==13.1",
        "triton==3.5",
        "Box2D==2.3.10",
    ]

    lines = locked_lines(freeze)

    assert lines == ["Box2D==2.3.10", "torch==2.13.0"]


def test_what_is_wanted_on_some_machines_alone_is_locked_for_those_alone() -> None:
    markers = {canonicalize_name(each.name): str(each.marker) for each in WANTED if each.marker}
    found = dict(re.findall(r"^([\w.-]+)==\S+ ; (.+)$", LOCK, flags=re.MULTILINE))

    assert locked_lines(["Some_Thing==1.0", "b==2"], {"some-thing": "x == 'y'"}) == [
        "b==2",
        "Some_Thing==1.0 ; x == 'y'",
    ]
    assert {name: str(Marker(text)) for name, text in wanted_markers().items()} == markers
    assert {name: str(Marker(text)) for name, text in found.items()} == markers
    assert markers


def test_the_env_example_names_keys_and_holds_none() -> None:
    lines = [line for line in (ROOT / ".env.example").read_text().splitlines() if line and not line.startswith("#")]

    assert lines
    assert all(line.endswith("=") for line in lines)
