"""Experts for the Fetch tasks (Plappert et al., 2018), as `env.heuristic` names them: see heuristics.py."""

from typing import Any

import numpy as np

from llmrl_runner.envs.arrays import AnyArray, FloatArray
from llmrl_runner.envs.build import Env
from llmrl_runner.envs.heuristics import Actor

METRES_A_STEP = 0.033  # that the gripper moves with an action of 1, as measured
GAIN = 10.0  # actions a metre, for what is held rather than approached
TABLE, ABOVE = 0.42, 0.5  # the gripper's heights to push at and to travel at, clear of the box
BEHIND = 0.08  # how far from the box's centre a push begins, and
IN_LINE = 0.02  # how far off the line through goal and box it may
DONE = 0.02  # from the goal, where the box is left alone


def reach(env: Env) -> Actor:
    """Straight to the goal."""
    return lambda seen: _towards(seen["desired_goal"] - seen["achieved_goal"], GAIN)


def push(env: Env) -> Actor:
    """Over the box to the side away from the goal, down, and on towards the goal; over it again where the box slips."""
    return _Push()


class _Push:
    """One episode."""

    def __init__(self) -> None:
        self._is_pushing = False

    def __call__(self, seen: Any) -> AnyArray:
        gripper, box = seen["observation"][:3], seen["achieved_goal"]
        rest = (seen["desired_goal"] - box)[:2]
        distance = float(np.linalg.norm(rest))
        if distance < DONE:
            return _towards(np.zeros(3), GAIN)
        way = rest / distance
        along = float((gripper - box)[:2] @ way)
        across = (gripper - box)[:2] - along * way
        is_behind = along < -IN_LINE and float(np.linalg.norm(across)) < IN_LINE
        self._is_pushing = is_behind and (self._is_pushing or gripper[2] < TABLE + IN_LINE)
        if self._is_pushing:
            step = way * min(distance, METRES_A_STEP) - across / 2
            return _towards(np.array([*step, (TABLE - gripper[2]) / 3]), 1 / METRES_A_STEP)
        return _towards(self._approach(gripper, box[:2] - BEHIND * way, is_behind), 1 / METRES_A_STEP)

    @staticmethod
    def _approach(gripper: FloatArray, start: FloatArray, is_behind: bool) -> FloatArray:
        """The way to where the push begins: up, across, down."""
        if np.linalg.norm(gripper[:2] - start) <= IN_LINE:
            return np.array([*start, TABLE]) - gripper
        is_low = gripper[2] < (TABLE + ABOVE) / 2
        return np.array([*(gripper[:2] if is_low and not is_behind else start), ABOVE]) - gripper


def _towards(way: FloatArray, gain: float) -> AnyArray:
    """The action (4,) for a way (3,) in metres; the fingers are left as they are."""
    action = np.zeros(4, dtype=np.float32)
    action[:3] = np.clip(way * gain, -1, 1)
    return action
