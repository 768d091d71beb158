"""A critic: a second call before each further proposal, with remarks on the last one."""

from llmrl_runner.answers.thinking import strip_thinking
from llmrl_runner.envs.describe import action_table
from llmrl_runner.llm import RecordingEnded
from llmrl_runner.methods.base import MethodRunner
from llmrl_runner.methods.episode_text import EpisodeWords
from llmrl_runner.methods.prompts import Prompts
from llmrl_runner.rl.rollout import Episode
from llmrl_runner.runs.iteration import Iteration

NOT_RECORDED = "None: the recording holds no critic's answer here."
EMPTY = "None: the critic's answer was empty."


def critic_prompt(prompts: Prompts, policy: str, episodes: list[Episode], words: EpisodeWords) -> str:
    """What a critic is told: the policy as text, aggregates of its episodes and the median one of them."""
    env = words.environment.config
    return prompts.render(
        "critic",
        goal=env.goal,
        action_table=action_table(env),
        reward=env.reward,
        policy=policy,
        summary_episodes=len(episodes),
        summary=words.summary(episodes),
        episode=words.median(episodes),
    )


def ask_critic(method: MethodRunner, prompt: str, iteration: Iteration) -> str:
    """The critic's remarks; prompt and answer are kept. A recording made without a critic has none, which is told."""
    iteration.write_text("critic_prompt.md", prompt)
    try:
        [answer] = method.llm.ask(method.request("critic", prompt, iteration))
    except RecordingEnded:
        return NOT_RECORDED
    iteration.write_text("critic_response.md", answer.text)
    return strip_thinking(answer.text).strip() or EMPTY
