"""An LLM that acts, through the public command: any environment, kills, budgets, more rounds, and what is refused."""

import json
from typing import Any

import pytest
import yaml

from llmrl_runner.llm.prices import approximate_tokens
from tests.app.acted import ActedRun, only_acted
from tests.app.command import CommandLine, Ended, transcript_of, wait_until

ACT = ("method=reflect", "llm=random", "display.gif=false")
MINE = ("--config-dir", "mine")

ENVIRONMENTS = '''
import gymnasium as gym
import numpy as np
from gymnasium import spaces


class Sums(gym.Env):
    """What gym-llm asks for: a Dict observation, and three methods that say what it is."""

    observation_space = spaces.Dict({"sum": spaces.Discrete(100), "last": spaces.Box(-1, 9, (2,))})
    action_space = spaces.Discrete(3, start=1)

    def get_goal_description(self):
        return "Come to a sum of 20 exactly."

    def get_observation_schema(self):
        return {"sum": {"type": "integer", "description": "of all that was added"}, "last": "the last two numbers"}

    def get_action_schema(self):
        return {1: "add one", 2: "add two", 3: "add three"}

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.sum, self.last = int(self.np_random.integers(5)), [-1.0, -1.0]
        return self.seen(), {}

    def step(self, action):
        assert action in self.action_space
        self.sum, self.last = self.sum + int(action), [self.last[1], float(action)]
        return self.seen(), float(self.sum == 20), self.sum >= 20, False, {}

    def seen(self):
        return {"sum": self.sum, "last": np.array(self.last, dtype=np.float32)}


class Levers(gym.Env):
    """Two levers; numbers for actions, and no end."""

    observation_space = spaces.MultiDiscrete([3, 2])

    def __init__(self, kind):
        self.action_space = spaces.MultiDiscrete([3, 2]) if kind == "levers" else spaces.Box(-1, 1, (2,))

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return np.array([0, 0]), {}

    def step(self, action):
        assert action in self.action_space
        assert action.shape == (2,)
        return np.array([int(action[0]) % 3, 0]), float(action[1]), False, False, {}


gym.register("Sums-v0", entry_point=Sums)
gym.register("Levers-v0", entry_point=Levers)
'''
SUMS = {"name": "sums", "id": "Sums-v0", "module": "own_environments"}
LEVERS = {
    "name": "levers",
    "id": "Levers-v0",
    "module": "own_environments",
    "kwargs": {"kind": "levers"},
    "goal": "Pull the second lever.",
    "reward": "As far as the second lever is pulled.",
    "observation": [{"name": "first"}, {"name": "second"}],
    "choices": [{"name": "let go", "value": [0, 0]}, {"name": "pull", "value": [2, 1], "meaning": "both"}],
    "noop": "let go",
}


@pytest.fixture
def own(command: CommandLine, here: CommandLine, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs the command on an environment of the test's own: `own(yaml, *arguments)`."""
    monkeypatch.syspath_prepend(str(command.folder))
    (command.folder / "own_environments.py").write_text(ENVIRONMENTS)
    group = command.folder / "mine" / "env"
    group.mkdir(parents=True)

    def run(environment: dict[str, Any], *arguments: str) -> Ended:
        (group / f"{environment['name']}.yaml").write_text(yaml.safe_dump(environment))
        return here.run(*MINE, *ACT, f"env={environment['name']}", *arguments)

    return run


# ------------------------------------------------------------------------------------------------- any environment


def test_an_environment_that_speaks_for_itself_is_played_as_it_is(own: Any, command: CommandLine) -> None:
    ended = own(SUMS)

    run = only_acted(command)
    system, user = (message["content"] for message in transcript_of(run.path)[0]["messages"])
    assert ended.code == 0, ended.err
    assert "# Goal\n\nCome to a sum of 20 exactly." in system
    assert '"description": "of all that was added"' in system
    assert "| 3 | add three |" in system
    assert "- sum: " in user
    assert "- last: [-1, -1]" in user
    assert {step["action"] for step in run.steps()} <= {"add one", "add two", "add three"}
    assert {step["native_action"] for step in run.steps()} <= {1, 2, 3}
    assert run.result["held_out"]["episodes"] == 5


@pytest.mark.parametrize(("kind", "pulled"), [("levers", [2, 1]), ("box", [0.5, 1])])
def test_actions_that_are_numbers_are_played_by_named_choices(
    kind: str, pulled: list[float], own: Any, command: CommandLine
) -> None:
    choices = [{"name": "let go", "value": [0, 0]}, {"name": "pull", "value": pulled}]

    ended = own({**LEVERS, "kwargs": {"kind": kind}, "choices": choices}, "method.max_steps=20")

    steps = only_acted(command).steps()
    assert ended.code == 0, ended.err
    assert {step["action"] for step in steps} == {"let go", "pull"}
    assert {step["reward"] for step in steps if step["action"] == "pull"} == {1.0}
    assert {step["reward"] for step in steps if step["action"] == "let go"} == {0.0}


def test_a_thousand_steps_cost_as_many_tokens_each_as_the_window_holds(own: Any, command: CommandLine) -> None:
    ended = own({**LEVERS, "acting": {"episodes": 1, "max_steps": 1000}})

    run = only_acted(command)
    tokens = [approximate_tokens(prompt) for prompt in run.prompts()]
    assert ended.code == 0, ended.err
    assert run.totals()["total_timesteps"] == [1000]
    assert len(tokens) == 1000
    assert max(tokens[-500:]) <= 1.05 * max(tokens[10:60])


def test_an_action_is_held_as_long_as_the_environments_file_says(own: Any, command: CommandLine) -> None:
    ended = own({**LEVERS, "acting": {"episodes": 2, "max_steps": 10, "action_rate": 4}})

    run = only_acted(command)
    assert ended.code == 0, ended.err
    assert [len(step["rewards"]) for step in run.steps()] == [4, 4, 2]
    assert (run.result["action_rate"], run.result["answers"]) == (4, 2 * 3)


# ------------------------------------------------------------------------------------------------ kills and budgets

LEARNING = (
    *(*ACT, "env=frozen_lake_8x8", "method.max_steps=12"),
    *("method.memory=lessons", "method.iterations=3", "method.episodes=4"),
)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, warm: Any) -> ActedRun:
    """A run that nothing happened to."""
    command = CommandLine(tmp_path_factory.mktemp("undisturbed"), warm)
    assert command.run(*LEARNING).code == 0
    return only_acted(command)


def assert_the_same(run: ActedRun, other: ActedRun) -> None:
    """The same episodes to the word, and no question asked twice."""
    assert run.episodes() == other.episodes()
    assert run.result == other.result
    keys = [sorted(line["key"] for line in transcript_of(each.path)) for each in (run, other)]
    assert keys[0] == keys[1]
    assert len(set(keys[0])) == len(keys[0])


@pytest.mark.parametrize("moment", ["transcript.jsonl", ".iteration_001.partial"])
def test_a_run_killed_in_the_middle_resumes_to_the_same_episodes_without_asking_twice(
    moment: str, command: CommandLine, undisturbed: ActedRun
) -> None:
    process = command.start(*LEARNING)
    wait_until(lambda: command.in_runs(moment))
    command.kill(process)
    answers = len(transcript_of(command.only_run()))

    ended = command.run(*LEARNING)

    assert ended.code == 0, ended.err
    assert answers <= len(transcript_of(undisturbed.path))
    assert_the_same(only_acted(command), undisturbed)


def test_a_budget_reached_in_the_middle_of_an_episode_changes_nothing_once_it_is_raised(
    here: CommandLine, undisturbed: ActedRun
) -> None:
    limited = here.run(*LEARNING, "llm.max_calls=17")
    stopped = only_acted(here).result
    ended = here.run(*LEARNING, "llm.max_calls=10000")

    assert (limited.code, ended.code) == (0, 0)
    assert (stopped["ended_by"], stopped["llm"]["calls"]) == ("budget reached: llm.max_calls=17", 17)
    assert_the_same(only_acted(here), undisturbed)


def test_continue_from_plays_more_rounds_with_the_lessons_of_those_before(
    here: CommandLine, undisturbed: ActedRun
) -> None:
    fewer = [argument for argument in LEARNING if not argument.startswith("method.iterations")]
    here.run(*fewer, "method.iterations=2")
    source = here.only_run()

    ended = here.run(*LEARNING, f"continue_from={source}")

    [longer] = [run for run in here.runs() if run != source]
    assert ended.code == 0, ended.err
    assert_the_same(ActedRun(longer), undisturbed)


def test_the_last_rounds_episodes_are_the_held_out_test(undisturbed: ActedRun) -> None:
    held_out = undisturbed.result["held_out"]

    last = undisturbed.totals(2)
    assert [held_out["seeds_first"], held_out["seeds_last"]] == [last["seeds"][0], last["seeds"][-1]]
    assert (held_out["episodes"], held_out["return_mean"]) == (4, last["average_reward"])


# ----------------------------------------------------------------------------------------- before anything is asked


@pytest.mark.parametrize(
    ("more", "calls"),
    [((), "at most 200 calls"), (("method.memory=lessons", "method.iterations=3"), "at most 606 calls")],
)
def test_an_estimate_counts_the_longest_episodes_and_writes_nothing(
    more: tuple[str, ...], calls: str, here: CommandLine
) -> None:
    live = ("llm=openai_compatible", "llm.model=m", "llm.api_base=x")

    ended = here.run("method=reflect", "env=frozen_lake", *live, "estimate=true", *more)

    assert ended.code == 0, ended.err
    assert calls in ended.out
    assert not (here.folder / "outputs").exists()


@pytest.mark.parametrize(
    ("overrides", "key", "words"),
    [
        (["env=frozen_lake", "method.scaffold=refelct"], "method.scaffold", "there are cot, plain, plan, reflect"),
        (["env=frozen_lake", "method.scaffold=../system"], "method.scaffold", "can't be"),
        (["env=frozen_lake", "method.fallback=noop"], "method.fallback", "frozen_lake has none"),
        (["env=frozen_lake", "method.fallback=skip"], "method.fallback", "noop, repeat, random"),
        (["env=frozen_lake", "method.memory=yes"], "method.memory", "none, lessons"),
        (["env=frozen_lake", "method.episodes=0"], "method.episodes", "at least 1"),
        (["env=frozen_lake", "method.history=-1"], "method.history", "at least 0"),
        (["env=frozen_lake", "method.prompts=nowhere"], "method.prompts", "no folder"),
        (["env=frozen_lake", "env.goal=''"], "env.goal", "needed"),
        (["env=frozen_lake", "env.reward=''"], "env.reward", "needed"),
        (["env=frozen_lake", "env.noop=wait"], "env.noop", "`wait`"),
        (["env=pendulum", "env.choices=[]", "env.noop=null"], "env.choices", "needed"),
        (["env=pendulum", "env.choices=[{name: a, value: [9]}]", "env.noop=null"], "env.choices", "outside"),
        (["env=doorkey_6x6", "env.words=null"], "env.id", "no fields"),
    ],
)
def test_what_does_not_fit_is_one_line_before_a_folder_is_made(
    overrides: list[str], key: str, words: str, here: CommandLine
) -> None:
    ended = here.run(*ACT, *overrides)

    assert ended.code == 2
    assert ended.err.startswith(f"{key}: ")
    assert words in ended.err
    assert ended.err.strip().count("\n") == 0
    assert not here.runs()


@pytest.mark.parametrize(("missing", "key"), [("goal", "env.goal"), ("observation", "env.observation")])
def test_an_environment_that_says_nothing_is_asked_for_words(missing: str, key: str, own: Any) -> None:
    ended = own({name: value for name, value in LEVERS.items() if name != missing})

    assert ended.code == 2
    assert ended.err.startswith(f"{key}: ")


def test_other_words_in_a_scaffold_make_another_run(here: CommandLine) -> None:
    scaffold = here.folder / "words" / "scaffold"
    scaffold.mkdir(parents=True)
    (here.folder / "words" / "step.md").write_text("{{ observation }}")
    quick = (*ACT, "env=frozen_lake", "method.max_steps=2", "method.prompts=words", "method.scaffold=mine")
    for words in ("One.", "Two."):
        (scaffold / "mine.md").write_text(words)
        assert here.run(*quick).code == 0

    assert len(here.runs()) == 2


def test_the_page_and_the_result_tell_of_invalid_answers(here: CommandLine) -> None:
    ended = here.run("method=reflect", "env=frozen_lake", "display.gif=false", "method.scaffold=plain")

    run = only_acted(here)
    assert ended.code == 0, ended.err
    assert (run.path / "report.html").stat().st_size > 0
    assert run.result["invalid_rate"] == 0
    assert json.loads((run.path / "iteration_000" / "metrics.json").read_text())["answers"] == run.result["answers"]
