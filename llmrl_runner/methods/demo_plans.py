"""Demonstrations of `kind=plan`: an episode's actions in one answer, and a better one where they fail."""

import json
from itertools import groupby
from typing import Any

import numpy as np
from numpy.random import Generator

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.schema import Config
from llmrl_runner.envs.captions import Decision
from llmrl_runner.envs.choices import ActionChoices
from llmrl_runner.envs.environment import Environment
from llmrl_runner.envs.map_words import rehearse_map
from llmrl_runner.envs.observe import number_text
from llmrl_runner.methods.base import MethodRunner
from llmrl_runner.methods.demonstrated import Demonstrated, demo_seeds
from llmrl_runner.methods.environment_text import world_text
from llmrl_runner.methods.pace import Pace, paced
from llmrl_runner.methods.planning import Attempt, Planning, PlanRules
from llmrl_runner.methods.prompts import Prompts, prompts_of
from llmrl_runner.methods.side_by_side import play_side_by_side
from llmrl_runner.runs.iteration import Iteration

SYSTEM = "plan_system"
DIGITS = 4
MOST_BLIND = 50  # actions of a blind plan


def plan_episodes(method: MethodRunner, iteration: Iteration) -> list[Demonstrated]:
    """One plan for each episode, side by side. Raises as LLMClient.ask does."""
    pace = plan_pace(method.config)
    rules = PlanRules(
        environment=method.environment,
        prompts=method.prompts,
        system=plan_system(method.config, method.environment, method.prompts),
        max_steps=pace.max_steps,
        repairs=method.method.demos.plan.repairs,
    )

    def begin(number: int, seed: int) -> Planning:
        return Planning(rules, seed, lambda purpose, messages: method.turn(purpose, messages, iteration, number))

    seeds = demo_seeds(method.config, pace.episodes)
    episodes = [begin(number, int(seed)) for number, seed in enumerate(seeds)]
    play_side_by_side(method, episodes)
    return [_demonstrated(number, episode) for number, episode in enumerate(episodes)]


def check_plans(config: Config, environment: Environment) -> None:
    """Raise ConfigError where the world has no words, success isn't defined, or a prompt can't be filled in."""
    success = config.env.success
    if success.return_at_least is None and success.last_reward_at_least is None:
        problem = f"plan needs env.success, which says when a plan has succeeded, and {config.env.name} has none"
        raise ConfigError("method.demos.kind", f"{problem}; say steps, with demos.keep=all")
    prompts = prompts_of(config)
    plan_system(config, environment, prompts)
    prompts.render("plan", world="")
    prompts.render("plan_repair", problem="", events=[], world="")
    rehearse_map(config.env, environment.map_words)


def plan_calls(config: Config) -> int:
    """How many calls its episodes make at most."""
    demos: Any = config.method.demos
    repairs: int = demos.plan.repairs
    return plan_pace(config).episodes * (1 + repairs)


def plan_pace(config: Config) -> Pace:
    """How many episodes, and how long they may be: as long as those that are acted."""
    return paced(config.env, config.method.demos.episodes, None, 1)


def plan_system(config: Config, environment: Environment, prompts: Prompts) -> str:
    """The system prompt."""
    return prompts.render(SYSTEM, **world_text(config, environment, plan_pace(config)))


def blind_plan(choices: ActionChoices, rng: Generator, longest: int) -> str:
    """A well-formed answer that knows nothing: a random sequence of actions, `longest` at most."""
    drawn = rng.integers(len(choices), size=min(longest, MOST_BLIND))
    return json.dumps({"plan": "Drawn blindly.", "actions": [choices.listed[index].name for index in drawn]})


# ------------------------------------------------------------------------------------------------- what is kept


def _demonstrated(number: int, episode: Planning) -> Demonstrated:
    last = episode.last
    actions = [int(choice.native) for choice in last.choices]
    return Demonstrated(
        seed=episode.seed,
        actions=actions,
        is_chosen=[True] * len(actions),
        episode_return=last.episode_return,
        answers=[attempt.answer for attempt in episode.attempts],
        attempts=len(episode.attempts),
        invalid=[attempt.kind for attempt in episode.attempts if not attempt.is_valid],
        failure=last.failure,
        prompt=f"{episode.rules.system}\n\n{episode.first_prompt}",
        page=plan_page(number, episode),
        lines=[attempt_line(number, episode.seed, turn, each) for turn, each in enumerate(episode.attempts)],
        decisions=plan_decisions(last),
    )


def attempt_line(number: int, seed: int, turn: int, attempt: Attempt) -> dict[str, object]:
    """One line of an episode's file: what was planned, what came of it, and what the answer took."""
    answer, said = attempt.answer, attempt.said
    return {
        "episode": number,
        "seed": seed,
        "attempt": turn,
        "text": answer.text,
        "plan": said.plan if said else None,
        "actions": [choice.name for choice in said.choices] if said else None,
        "taken": [np.asarray(choice.native).tolist() for choice in attempt.choices],
        "valid": attempt.is_valid,
        "problem": attempt.problem or None,
        "events": list(attempt.events),
        "success": attempt.is_success,
        "return": attempt.episode_return,
        "terminated": attempt.terminated,
        "truncated": attempt.truncated,
        "prompt_tokens": answer.prompt_tokens,
        "completion_tokens": answer.completion_tokens,
        "latency_s": answer.latency_s,
        "has_drifted": answer.has_drifted,
    }


def plan_page(number: int, episode: Planning) -> str:
    """One episode for people, an attempt a paragraph."""
    attempts = [attempt_text(turn, each) for turn, each in enumerate(episode.attempts, start=1)]
    return "\n\n".join([f"Episode {number}, seed {episode.seed}", *attempts]) + "\n"


def attempt_text(turn: int, attempt: Attempt) -> str:
    """What was planned, and what came of it."""
    if attempt.said is None:
        return f"Attempt {turn}: invalid ({attempt.problem})"
    runs = [(name, len(list(run))) for name, run in groupby(choice.name for choice in attempt.said.choices)]
    actions = ", ".join(name if times == 1 else f"{name} x{times}" for name, times in runs)
    paid = f"{len(attempt.choices)} steps, return {number_text(attempt.episode_return, DIGITS)}"
    outcome = f"Success: {paid}" if attempt.is_success else f"No success: {paid}. {attempt.failure}"
    return "\n".join([f"Attempt {turn}:", attempt.said.plan or "(no words)", f"Actions: {actions}", outcome])


def plan_decisions(attempt: Attempt) -> list[Decision]:
    """The attempt as a film shows it: an action a frame, beside the plan."""
    plan = attempt.said.plan if attempt.said else ""
    steps = enumerate(zip(attempt.choices, attempt.rewards, strict=True))
    return [Decision(step, [choice.native], choice.name, plan, "", paid) for step, (choice, paid) in steps]
