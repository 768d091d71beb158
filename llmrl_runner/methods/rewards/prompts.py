"""What an LLM that writes rewards is asked."""

import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from llmrl_runner.config.environment_schema import ActionConfig, FieldConfig
from llmrl_runner.config.schema import Config
from llmrl_runner.envs.arrays import FloatArray
from llmrl_runner.envs.describe import action_range, action_table, field_range, is_continuous, markdown_table
from llmrl_runner.envs.observe import number_text
from llmrl_runner.methods.prompts import Prompts
from llmrl_runner.methods.rewards.draft import Draft
from llmrl_runner.methods.rewards.ranking import ranking_text
from llmrl_runner.methods.rewards.trainings import budgets_of

ALGORITHMS = {
    "sac": "SAC (soft actor-critic, off-policy, with a replay buffer and an entropy bonus)",
    "tqc": "TQC (soft actor-critic with truncated quantile critics, off-policy, with a replay buffer)",
    "td3": "TD3 (deterministic actor-critic, off-policy, with a replay buffer)",
    "ppo": "PPO (on-policy actor-critic)",
}
# A hint that tells what the environment pays would tell its reward.
OF_ITS_REWARD = re.compile(r"\b(rewards?|returns?|pays?|paid|scores?|cost is|costs \d)", re.IGNORECASE)
MOSTLY = (5, 95)  # percentiles between which a field is mostly seen
SEEN_DIGITS = 2
# The folders of one-idea texts: each sample gets the next, so that drafts which are asked for at once differ.
WRITING, IMPROVING = "angles", "improving"


class RewardPrompts:
    """The prompts of reward_gen for one run.

    fields: what the columns of `obs` mean, in their order. rows (n, f): what random actions went through, so that the
    LLM is told in which range each field moves at first; None where nothing is known of that yet.
    """

    def __init__(
        self, prompts: Prompts, config: Config, fields: Sequence[FieldConfig], rows: FloatArray | None = None
    ) -> None:
        self.prompts = prompts
        table = field_table(fields, rows)
        self._task = task_values(config) | {"n_fields": len(fields), "field_table": table, "is_seen": rows is not None}
        self._tune, self._warm_start = config.method.tune, config.method.warm_start

    def system(self) -> str:
        """The system prompt: what a reward is and how it is written."""
        return self.prompts.render("system", tune=self._tune, warm_start=self._warm_start)

    def write(self, sample: int) -> str:
        """Asks for a first draft, the `sample`-th of those that are asked for at once, from 0."""
        return self.prompts.render("write", **self._task, angle=self._angle(WRITING, sample))

    def improve(self, sample: int, drafts: Sequence[Draft], shown: Sequence[Draft]) -> str:
        """Asks for a better draft after all those so far, of which a few are `shown` as code with their feedback.

        Where none is shown, since none could be trained, it asks for a first idea once more.
        """
        angle = self._angle(IMPROVING if shown else WRITING, sample)
        return self.prompts.render("improve", **self._task, ranking=ranking_text(drafts), drafts=shown, angle=angle)

    def repair(self, problem: str, source: str = "", traceback: str = "") -> str:
        """Asks for a draft to be mended. Without `source` where the answer held none."""
        return self.prompts.render("repair", problem=problem, source=source, traceback=traceback)

    def angle_name(self, is_first: bool, sample: int) -> str:
        """The idea that a sample's prompt carries, by its file's name."""
        names = sorted(self.prompts.below(WRITING if is_first else IMPROVING))
        return names[sample % len(names)] if names else ""

    def _angle(self, folder: str, sample: int) -> str:
        name = self.angle_name(folder == WRITING, sample)
        return self.prompts.render(f"{folder}/{name}", **self._task).strip() if name else ""


def task_values(config: Config) -> dict[str, Any]:
    """What conf/prompts/reward_gen/task.md speaks of but the fields.

    The environment's own reward is among it only where the run shows it.
    """
    env, method, training = config.env, config.method, config.training
    is_told = method.knowledge == "model_given"
    hints = [hint for hint in env.hints if method.show_native_reward or not OF_ITS_REWARD.search(hint)]
    return {
        "goal": env.goal,
        "success": env.success.meaning,
        "is_success_defined": env.success.return_at_least is not None or env.success.last_reward_at_least is not None,
        "network_sees_other": env.reward_rows is not None,
        "is_continuous": is_continuous(env),
        "n_actions": len(env.actions),
        "action_table": action_columns(env.actions) if is_continuous(env) else action_table(env),
        "episode_end": env.episode_end,
        "native_reward": env.reward if method.show_native_reward else "",
        "dynamics": env.dynamics.strip() if is_told else "",
        "hints": hints if is_told else [],
        "algorithm": ALGORITHMS[getattr(training, "algorithm", "ppo")],
        "total_timesteps": training.total_timesteps,
        "first_timesteps": budgets_of(config)[0],
        "own_timesteps": budgets_of(config)[-1],
        "is_shared": method.share_buffer,
        "gamma": training.gamma,
        "horizon": round(-1 / math.log(training.gamma)) if training.gamma < 1 else 0,
        "normalize_rewards": training.normalize_rewards,
    }


def field_table(fields: Sequence[FieldConfig], rows: FloatArray | None = None) -> str:
    """The columns of `obs` as a Markdown table, each as it is written in a program.

    With rows (n, f), what the middle nine tenths of each column's values lie between stands beside its range.
    """
    header = ["column", "field", "unit", "range", "meaning"]
    table = [
        [f"`obs[:, {column}]`", field.name, field.unit or "-", field_range(field), field.meaning or "-"]
        for column, field in enumerate(fields)
    ]
    if rows is not None:
        header.insert(4, "mostly seen")
        for line, (low, high) in zip(table, np.percentile(rows, MOSTLY, axis=0).T.tolist(), strict=True):
            line.insert(4, _span(low, high))
    return markdown_table(header, table)


def _span(low: float, high: float) -> str:
    """`-0.81 to 1.1`, or the one value where there is no other."""
    ends = [number_text(value, SEEN_DIGITS) for value in (low, high)]
    return " to ".join(dict.fromkeys(ends))


def action_columns(actions: Sequence[ActionConfig]) -> str:
    """The columns of a continuous `action` in the same way."""
    rows = [
        (f"`action[:, {column}]`", action.name, action.unit or "-", action_range(action), action.meaning or "-")
        for column, action in enumerate(actions)
    ]
    return markdown_table(("column", "action", "unit", "range", "meaning"), rows)
