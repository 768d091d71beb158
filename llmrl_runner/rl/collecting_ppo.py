"""SB3's PPO with less to do in each step of its environments. Import this file where it is used."""

from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from stable_baselines3 import PPO
from stable_baselines3.common.buffers import RolloutBuffer
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.vec_env import VecEnv

from llmrl_runner.envs.arrays import AnyArray, BoolArray, FloatArray
from llmrl_runner.rl.discrete_policy import drawn, log_of, logs_and_values


class CollectingPPO(PPO):
    """Collects the same steps as SB3's PPO, where an action is one number; elsewhere SB3 collects them."""

    def collect_rollouts(
        self, env: VecEnv, callback: BaseCallback, rollout_buffer: RolloutBuffer, n_rollout_steps: int
    ) -> bool:
        """Fill the buffer; False where the callback ends the training."""
        if not isinstance(self.action_space, spaces.Discrete):
            return super().collect_rollouts(env, callback, rollout_buffer, n_rollout_steps)
        self.policy.set_training_mode(False)
        rollout_buffer.reset()
        callback.on_rollout_start()
        with torch.no_grad():
            is_going_on = all(self._collect_step(env, callback, rollout_buffer) for _ in range(n_rollout_steps))
            if is_going_on:
                _, values = self._seen(self._last_obs)
                rollout_buffer.compute_returns_and_advantage(values, self._last_episode_starts)  # type: ignore[arg-type]
                callback.on_rollout_end()
        return is_going_on

    def _collect_step(self, env: VecEnv, callback: BaseCallback, buffer: RolloutBuffer) -> bool:
        """One step in every environment."""
        before, starts = self._last_obs, self._last_episode_starts
        logs, values = self._seen(before)
        actions = drawn(logs)
        observations, rewards, ends, infos = env.step(actions.cpu().numpy())
        self.num_timesteps += env.num_envs
        if not callback.on_step():
            return False
        rewards = self._with_what_was_cut_off(rewards, ends, infos)
        buffer.add(before, actions.cpu().numpy(), rewards, starts, values, log_of(actions, logs))  # type: ignore[arg-type]
        self._last_obs, self._last_episode_starts = observations, ends  # type: ignore[assignment]
        return True

    def _with_what_was_cut_off(self, rewards: FloatArray, ends: BoolArray, infos: list[dict[str, Any]]) -> FloatArray:
        """With the value of the last observation, where an episode was cut off that would have gone on."""
        cut_off = [slot for slot in np.flatnonzero(ends).tolist() if infos[slot]["TimeLimit.truncated"]]
        if cut_off:
            _, values = self._seen(np.stack([infos[slot]["terminal_observation"] for slot in cut_off]))
            rewards[cut_off] += self.gamma * values.cpu().numpy()
        return rewards

    def _seen(self, observations: Any) -> tuple[torch.Tensor, torch.Tensor]:
        seen: AnyArray = observations
        return logs_and_values(self.policy, torch.as_tensor(seen, device=self.device))
