import os
import subprocess
import sys
from pathlib import Path

import pytest

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.config.errors import ConfigError
from llmrl_runner.envs.build import make_env, step_limit


@pytest.mark.parametrize(
    ("wrong", "nearest"),
    [("CartPole-v7", "CartPole-v1"), ("Cartpole-v1", "CartPole-v1"), ("Taxi", "Taxi-v4")],
)
def test_an_unknown_id_is_named_with_the_nearest(cartpole: EnvConfig, wrong: str, nearest: str) -> None:
    cartpole.id = wrong

    with pytest.raises(ConfigError) as caught:
        make_env(cartpole)

    assert str(caught.value).startswith(f"env.id: Gymnasium knows no `{wrong}`; did you mean ")
    assert str(caught.value).split("did you mean ")[1].split("-")[0].rstrip("?") == nearest.split("-")[0]


def test_a_keyword_that_the_environment_refuses_is_named(cartpole: EnvConfig) -> None:
    cartpole.kwargs = {"gravity": 1.6}

    with pytest.raises(ConfigError, match=r"^env\.kwargs: CartPole-v1 can't be made with them .*gravity"):
        make_env(cartpole)


def test_a_third_party_s_module_that_is_missing_is_named(cartpole: EnvConfig) -> None:
    cartpole.module = "no_such_package"

    with pytest.raises(ConfigError, match=r"^env\.module: can't import `no_such_package`"):
        make_env(cartpole)


def test_a_third_party_s_environment_is_registered_first(
    cartpole: EnvConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    registration = "gymnasium.register('Theirs-v0', 'gymnasium.envs.classic_control.cartpole:CartPoleEnv')"
    (tmp_path / "their_envs.py").write_text(f"import gymnasium\n{registration}\n")
    cartpole.module, cartpole.id, cartpole.max_episode_steps = "their_envs", "Theirs-v0", 7

    env = make_env(cartpole)

    assert step_limit(env) == 7
    env.close()


def test_an_older_version_of_an_environment_is_made_without_a_warning() -> None:
    code = (
        "from llmrl_runner.envs.build import make_env\n"
        "from tests.envs.files import load_env\n"
        "make_env(load_env('multi_room_n4_s5')).close()"
    )

    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert made.stderr == ""


def test_importing_the_package_imports_nothing_heavy() -> None:
    heavy = "{'mujoco', 'torch', 'matplotlib', 'pygame', 'scipy', 'imageio', 'PIL'}"
    code = (
        "import sys, importlib\n"
        "for name in 'act batch blackjack build cartpole_batch describe discretise frames observe optimum'.split():\n"
        "    importlib.import_module('llmrl_runner.envs.' + name)\n"
        f"print({heavy} & set(sys.modules))"
    )

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "set()"


def test_rendering_variables_that_the_user_set_are_kept() -> None:
    code = "import os, llmrl_runner.envs; print(os.environ['MUJOCO_GL'], os.environ['SDL_VIDEODRIVER'])"
    set_by_user = {**os.environ, "MUJOCO_GL": "osmesa", "SDL_VIDEODRIVER": "x11"}

    found = subprocess.run([sys.executable, "-c", code], env=set_by_user, capture_output=True, text=True, check=True)

    assert found.stdout.split() == ["osmesa", "x11"]
