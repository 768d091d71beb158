"""Documented runs, made small: few steps and episodes, and a server of the tests' own in the place of live models."""

import json
from collections.abc import Sequence
from functools import cache

import yaml

from tests.app.command import PROJECT
from tests.app.rewarded import answer, paying
from tests.documentation.filling import narrowed, values
from tests.llm import misbehaving_server as does
from tests.llm.misbehaving_server import Behaviour, Exchange

ANYWHERE = (
    "display.gif=false",
    "env.evaluation.collect_episodes=2",
    "env.evaluation.selection_episodes=[2,4]",
    "env.evaluation.held_out_episodes=4",
)
STAGES = ("method.iterations=3", "training.total_timesteps=400")
NETWORK = ("training.net_arch=[16]", "training.evaluate_every=200", "training.evaluation_episodes=2")
ON_POLICY = ("training.n_envs=4", "training.n_steps=25", "training.batch_size=50", "training.n_epochs=1", *NETWORK)
OFF_POLICY = (
    "training.learning_starts=20",
    "training.train_freq=4",
    "training.gradient_steps=1",
    "training.batch_size=16",
    *NETWORK,
)
DRAFTS = ("method.iterations=1", "method.samples=2", "method.final_seeds=1", "method.checks.episodes=3")
BY_METHOD = {
    "tabular": ("method.iterations=2",),
    "reflect": ("method.max_steps=3", "method.episodes=2"),
    "llmae_ppo": ("method.cloning.epochs=2", "method.demos.episodes=2", *STAGES, *ON_POLICY),
    "reward_gen": (*DRAFTS, "method.checks.row_microseconds=5000", "training.total_timesteps=400"),
    "augmented": ("method.encoder=hash", "method.asking.episodes=3", "method.asking.lines=4", *STAGES),
    "ppo": ("method.iterations=1", "training.total_timesteps=400", *ON_POLICY),
}
USUAL_TRAINING = {"reward_gen": OFF_POLICY, "augmented": ON_POLICY}
LIVE = ("gemini", "openai", "anthropic", "groq", "openrouter", "ollama", "openai_compatible")


def small(words: Sequence[str], api_base: str) -> list[str]:
    """The words of a run or sweep with what makes it small; a live model is asked at `api_base`."""
    few = narrowed([word for word in words if "estimate=" not in word])
    asked = {word.partition("=")[0]: values(word) for word in few if "=" in word}
    shrunk = [overrides(method, asked) for method in methods(asked)]
    common = [word for word in shrunk[0] if all(word in other for other in shrunk)]
    search = ["hydra.sweeper.n_trials=2"] if any(word.startswith("hydra/sweeper=") for word in few) else []
    return [*with_server(few, api_base), *ANYWHERE, *common, *search]


def methods(asked: dict[str, list[str]]) -> list[str]:
    """Those of a sweep, or the run's one."""
    if "experiment" in asked:
        return [method_of(arm) for arm in asked["experiment"]]
    return asked.get("method", ["tabular"])


def method_of(arm: str) -> str:
    """The one that an experiment's file names."""
    said = yaml.safe_load((PROJECT / "conf" / "experiment" / f"{arm}.yaml").read_text())["defaults"]
    return next((each["override /method"] for each in said if "override /method" in each), "tabular")


def overrides(method: str, asked: dict[str, list[str]]) -> tuple[str, ...]:
    """What makes a run of this method small."""
    more = () if method not in USUAL_TRAINING else training(method, asked)
    if asked.get("method.init") == ["transfer"]:
        more = ("method.transfer.total_timesteps=200",)
    if asked.get("method.demos.kind") == ["steps"]:
        more = ("method.demos.keep=all",)
    return (*BY_METHOD.get(method, ()), *more)


def training(method: str, asked: dict[str, list[str]]) -> tuple[str, ...]:
    """What makes its training small: the usual one's, or that of the one that the command names."""
    named = asked.get("training", [""])[0]
    return {"": USUAL_TRAINING[method], "ppo": ON_POLICY, "guided_ppo": ON_POLICY}.get(named, OFF_POLICY)


def with_server(words: Sequence[str], api_base: str) -> list[str]:
    """The words with the tests' server in the place of a live model. A model that plans is asked about a world whose
    plans are recorded."""
    if not any(value in LIVE for word in words if word.startswith("llm=") for value in values(word)):
        return list(words)
    kept = [word for word in words if not word.startswith(("llm=", "llm.model=", "llm.api_base="))]
    plans = "method=llmae_ppo" in words and "method.demos.kind=steps" not in words
    server = ["llm=openai_compatible", "llm.model=test-model", f"llm.api_base={api_base}"]
    prices = ["llm.usd_per_million_prompt_tokens=1", "llm.usd_per_million_completion_tokens=1"]
    return [*kept, *server, *prices, *(["env=doorkey_5x5"] if plans else [])]


def sensible() -> Behaviour:
    """Answers that the prompts' own words ask for."""

    def behave(exchange: Exchange) -> None:
        exchange.reply(200, does.completion(answer_to(exchange.body["messages"][-1]["content"])))

    return behave


def answer_to(prompt: str) -> str:
    """A plan where one is recorded for these words; else a table, a reward or an action."""
    if prompt in plans():
        return plans()[prompt]
    if header := next((line for line in prompt.splitlines() if line.endswith(" | action")), None):
        return f"```\n{header}\n{' | '.join(['*'] * header.count('|'))} | 0\n```"
    if "compute_reward" in prompt:
        return answer(paying("pay = -np.abs(next_obs[:, 0])"))
    return '{"reflection": "So it is.", "action": 0}'


@cache
def plans() -> dict[str, str]:
    """What was recorded for DoorKey-5x5, by the last turn of each question."""
    path = PROJECT / "experiments" / "recordings" / "llmae_ppo" / "doorkey_5x5.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()[1:]]
    return {line["messages"][-1]["content"]: line["text"] for line in lines}
