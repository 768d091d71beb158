"""Can frames be drawn and physics be stepped here? Each is really tried, in a child process that may crash or hang."""

import os
import subprocess
import sys

from scripts.checks.finding import Finding

TIMEOUT_S = 60.0
QUIET = {"PYGAME_HIDE_SUPPORT_PROMPT": "1", "PYTHONWARNINGS": "ignore"}

MUJOCO_FRAME = """
import mujoco
model = mujoco.MjModel.from_xml_string("<mujoco><worldbody><geom size='1'/></worldbody></mujoco>")
data = mujoco.MjData(model)
mujoco.mj_forward(model, data)
renderer = mujoco.Renderer(model, 32, 32)
renderer.update_scene(data)
assert renderer.render().shape == (32, 32, 3)
renderer.close()
"""
SDL_FRAME = """
import gymnasium
env = gymnasium.make("CartPole-v1", render_mode="rgb_array")
env.reset(seed=0)
assert env.render().ndim == 3
env.close()
"""
BOX2D_STEP = """
import gymnasium
env = gymnasium.make("LunarLander-v3")
env.reset(seed=0)
env.step(0)
env.close()
"""


def check_egl() -> Finding:
    """One MuJoCo frame without a screen."""
    failure = failure_of(MUJOCO_FRAME, {"MUJOCO_GL": "egl"})
    if failure is None:
        return Finding("EGL", "ok", "MuJoCo draws without a screen")
    cure = "apt-get install libegl1 libegl-mesa0 libgl1-mesa-dri"
    return Finding("EGL", "warn", f"no GIFs of MuJoCo environments: {failure}", cure)


def check_sdl() -> Finding:
    """One CartPole frame with SDL's dummy driver."""
    failure = failure_of(SDL_FRAME, {"SDL_VIDEODRIVER": "dummy"})
    if failure is None:
        return Finding("pygame", "ok", "classic control, Box2D and grids draw without a screen")
    return Finding("pygame", "warn", f"no GIFs of 2D environments: {failure}", "make -B sync")


def check_box2d() -> Finding:
    """One step of LunarLander."""
    failure = failure_of(BOX2D_STEP, {})
    if failure is None:
        return Finding("Box2D", "ok", "LunarLander steps")
    return Finding("Box2D", "bad", f"LunarLander and BipedalWalker don't run: {failure}", "make -B sync")


def failure_of(code: str, variables: dict[str, str], timeout_s: float = TIMEOUT_S) -> str | None:
    """The last line that `code` complained with in a child process, or None where it ran through."""
    environment = {**os.environ, **QUIET, **variables}
    try:
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=environment,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"no answer in {timeout_s:.0f} s"
    if done.returncode == 0:
        return None
    lines = [line for line in done.stderr.strip().splitlines() if not line.startswith((" ", "Exception ignored"))]
    return lines[-1][:160] if lines else f"exit code {done.returncode}"
