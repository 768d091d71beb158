"""Environments: building them, describing them in words, discretising them, stepping many at once.

Importing this package settles how things are drawn without a screen, since MuJoCo and SDL read that from these
variables when they are imported themselves. What the user has set already is kept.
"""

import ctypes
import os
import sys


def _mujoco_renderer() -> str:
    """EGL draws without a screen. Where its library is missing, `import mujoco` itself would fail if asked for it."""
    try:
        ctypes.CDLL("libEGL.so.1")
    except OSError:
        return "disabled"
    return "egl"


if sys.platform == "linux":
    if "MUJOCO_GL" not in os.environ:
        os.environ["MUJOCO_GL"] = _mujoco_renderer()
    os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
