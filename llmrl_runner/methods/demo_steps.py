"""Demonstrations of `kind=steps`: an LLM acts on what it observes, an answer an action, as in `reflect`."""

from typing import Any

from llmrl_runner.config.schema import Config
from llmrl_runner.envs.environment import Environment
from llmrl_runner.envs.words import rehearse
from llmrl_runner.llm import Message, Request
from llmrl_runner.methods.acting import Acting, Rules, check_fallback
from llmrl_runner.methods.base import MethodRunner
from llmrl_runner.methods.demonstrated import Demonstrated, demo_seeds
from llmrl_runner.methods.environment_text import acting_text
from llmrl_runner.methods.episode_files import step_line
from llmrl_runner.methods.episode_pages import decisions, episode_page
from llmrl_runner.methods.pace import Pace, paced
from llmrl_runner.methods.prompts import Prompts, prompts_of
from llmrl_runner.methods.scaffolds import check_scaffold
from llmrl_runner.methods.side_by_side import play_side_by_side
from llmrl_runner.runs.iteration import Iteration
from llmrl_runner.runs.seeds import generator

GROUP = "method.demos.steps"


def act_episodes(method: MethodRunner, iteration: Iteration) -> list[Demonstrated]:
    """The episodes, acted side by side. Raises as LLMClient.ask does."""
    pace, settings = steps_pace(method.config), method.method.demos.steps
    system = steps_system(method.config, method.environment, method.prompts)
    rules = Rules(
        environment=method.environment,
        prompts=method.prompts,
        max_steps=pace.max_steps,
        action_rate=pace.action_rate,
        history=settings.history,
        thought_words=settings.thought_words,
        fallback=settings.fallback,
        lessons=[],
    )

    def begin(number: int, seed: int) -> Acting:
        def ask(prompt: str) -> Request:
            return method.turn("act", [Message("system", system), Message("user", prompt)], iteration, number)

        return Acting(rules, seed, ask, generator(method.method.demos.seed, iteration.index, number))

    seeds = demo_seeds(method.config, pace.episodes)
    episodes = [begin(number, int(seed)) for number, seed in enumerate(seeds)]
    play_side_by_side(method, episodes)
    return [_demonstrated(number, episode, system) for number, episode in enumerate(episodes)]


def check_steps(config: Config, environment: Environment) -> None:
    """Raise ConfigError where words, actions, the scaffold or the fallback are missing, or a prompt can't be filled."""
    settings, prompts = config.method.demos.steps, prompts_of(config)
    check_scaffold(prompts, settings.scaffold, GROUP)
    steps_system(config, environment, prompts)
    check_fallback(settings.fallback, environment, GROUP)
    rehearse(environment.config, environment.words)


def steps_calls(config: Config) -> int:
    """How many calls its episodes make at most."""
    pace = steps_pace(config)
    return pace.episodes * pace.actions


def steps_pace(config: Config) -> Pace:
    """How many episodes, how long, and how often the LLM is asked in them."""
    demos: Any = config.method.demos
    return paced(config.env, demos.episodes, demos.steps.max_steps, demos.steps.action_rate)


def steps_system(config: Config, environment: Environment, prompts: Prompts) -> str:
    """The system prompt, in the words of `reflect`."""
    text = acting_text(config, environment, steps_pace(config), config.method.demos.steps)
    return prompts.render("system", **text)


def _demonstrated(number: int, episode: Acting, system: str) -> Demonstrated:
    """Every step of a held action is one of its own; what stood in for an unusable answer is no choice of the LLM's."""
    steps = [(int(move.choice.native), move.is_valid) for move in episode.moves for _ in move.rewards]
    return Demonstrated(
        seed=episode.seed,
        actions=[action for action, _ in steps],
        is_chosen=[chosen for _, chosen in steps],
        episode_return=episode.episode_return,
        answers=[move.answer for move in episode.moves],
        attempts=1,
        invalid=[move.kind for move in episode.moves if not move.is_valid],
        failure=_ending(episode),
        prompt=f"{system}\n\n{episode.first_prompt}",
        page=episode_page(number, episode),
        lines=[step_line(number, episode.seed, move) for move in episode.moves],
        decisions=list(decisions(episode)),
    )


def _ending(episode: Acting) -> str:
    how = "was ended by the rules" if episode.stage.terminated else "was cut off"
    return f"The episode {how} after {episode.stage.steps} steps."
