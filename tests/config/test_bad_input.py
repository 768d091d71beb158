"""Bad input gets one line that names the key and the nearest right spelling, exit code 2, and leaves nothing behind."""

import sys
from pathlib import Path

import pytest
from hydra.core.global_hydra import GlobalHydra

from llmrl_runner.app import main

UNKNOWN_KEYS = [
    ("method.itertions=3", "method.itertions: there is no such key; did you mean method.iterations?"),
    ("sed=3", "sed: there is no such key; did you mean seed?"),
    ("+seeed=3", "seeed: there is no such key; did you mean seed?"),
    ("llm.temperatur=0.1", "llm.temperatur: there is no such key; did you mean llm.temperature?"),
    ("methd=tabular", "methd: there is no such key; did you mean method?"),
    ("~seed", "seed: is needed and can't be taken away"),
    ("~env.goal", "env.goal: is needed and can't be taken away"),
    ("~nonsense", "nonsense: there is no such key to take away"),
    ("env.kwargs.map_name=8x8", "env.kwargs.map_name: there is no such key yet; `+env.kwargs.map_name=...` adds it"),
    ("+seed=3", "seed: is there already; write it without the `+`"),
    ("+env=frozen_lake", "env: is there already; write it without the `+`"),
]
WRONG_TYPES = [
    ("seed=one", "seed: needs a whole number, got 'one'"),
    ("llm.temperature=hot", "llm.temperature: needs a number, got 'hot'"),
    ("llm.max_retries=null", "llm.max_retries: needs a value, got null"),
    ("env.evaluation.selection_episodes=[a]", "env.evaluation.selection_episodes[0]: needs a whole number, got 'a'"),
    (
        "experiment/tabular=llm",
        "experiment/tabular: is no group; choose as group=folder/option",
    ),
    (
        "env.observation=[{nam:x}]",
        "env.observation[...].nam: there is no such key; did you mean env.observation[...].name?",
    ),
    ("env.actions=[{name:a,low:b}]", "env.actions[...].low: needs a number, got 'b'"),
    ("seed=${nowhere}", "seed: Interpolation key 'nowhere' not found"),
    ("env=null", "Config group override must be a string or a list"),
]
UNKNOWN_OPTIONS = [
    ("env=cartpol", "env: no option 'cartpol'; did you mean cartpole?"),
    ("method=tabulra", "method: no option 'tabulra'; did you mean tabular?"),
    ("llm=gemni", "llm: no option 'gemni'; did you mean gemini?"),
    ("hydra/launcher=jobib", "hydra/launcher: no option 'jobib'; did you mean joblib?"),
    (
        "+experiment=tabular/rando",
        "experiment: no option 'tabular/rando'; did you mean tabular/random? (there are: babyai_goto_local/guide, ",
    ),
    ("method.policy=tabel", "method.policy: 'tabel' is not one of table, linear; did you mean table?"),
]
OUT_OF_RANGE = [
    ("seed=-1", "seed: must be at least 0, got -1"),
    ("seed=4294967296", "seed: must be at most 4294967295, got 4294967296"),
    ("env.max_episode_steps=0", "env.max_episode_steps: must be at least 1, got 0"),
    ("env=minigrid", "env.id: a value is needed here"),
    ("env.name=../up", "env.name: '../up' can't be a folder's name"),
    ("llm.name=a/b", "llm.name: 'a/b' can't be a folder's name"),
    ("method.name=.", "method.name: '.' can't be a folder's name"),
    ("paths.outputs=", "paths.outputs: must not be empty"),
    ("env.evaluation.selection_episodes=[3,2000000]", "env.evaluation.selection_episodes: must be at most 1000000"),
    ("llm.api_key_env=[gsk_secret]", "llm.api_key_env: needs names of environment variables"),
    ("env.discretise.fields=[pole angle,pole angle]", "env.discretise.fields: `pole angle` stands there twice"),
    ("+env.kwargs.length=x", "env.kwargs: CartPole-v1 can't be made with them (TypeError: "),
    ("method.iterations=0", "method.iterations: must be at least 1, got 0"),
    ("llm.temperature=2.5", "llm.temperature: must be at most 2, got 2.5"),
    ("method.confidence=1", "method.confidence: must be less than 1, got 1.0"),
    (
        "env.evaluation.selection_episodes=[10,3]",
        "env.evaluation.selection_episodes: needs growing numbers of at least 2, such as [3, 10, 30], got [10, 3]",
    ),
    ("llm=none", "llm: method=tabular asks a model; choose another than llm=none"),
    ("method.prompts=nowhere", "method.prompts: no folder 'nowhere'"),
    ("method.tune=cma", "method.tune: cma tunes the numbers of a linear policy, so it needs method.policy=linear"),
]
UNREADABLE = [
    ("seed=[1", "can't read the override 'seed=[1'"),
    ("nonsense", "can't read the override 'nonsense': an override is written key=value"),
    ("paths.outputs=~/x", "can't read the override 'paths.outputs=~/x': `~` isn't known here; write $HOME instead"),
    (
        "paths.outputs=a b!",
        "can't read the override 'paths.outputs=a b!': a value with spaces or signs in it needs quotes",
    ),
    ("seed=1,2", "seed: several values are a sweep, which needs -m"),
]


@pytest.mark.parametrize(("override", "line"), UNKNOWN_KEYS + WRONG_TYPES + UNKNOWN_OPTIONS + OUT_OF_RANGE + UNREADABLE)
def test_bad_input_is_one_clear_line_and_leaves_no_run_folder(
    override: str, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["run.py", "llm=random", override])

    told = failed_command(capsys)

    assert told.startswith(line)
    assert "\n" not in told
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("key", ["model", "provider", "api_base"])
def test_a_model_is_not_named_where_a_recording_answers(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["run.py", f"llm.{key}=groq"])

    told = failed_command(capsys)

    assert told.startswith(
        f"llm.{key}: llm=replay answers from a recording and asks no model; choose one that is asked"
    )


def test_lessons_without_words_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    lessons = ["method=reflect", "method.memory=lessons", "method.thought_words=0"]
    monkeypatch.setattr(sys, "argv", ["run.py", "llm=random", *lessons])

    assert failed_command(capsys).startswith("method.thought_words: must be at least 1 with memory=lessons")


def test_an_environment_that_fails_on_its_arguments_is_told_with_its_own_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["run.py", "llm=random", "env=frozen_lake", "env.kwargs.map_name=9x9"])

    assert failed_command(capsys) == "env.kwargs: FrozenLake-v1 can't be made with them (KeyError: '9x9')"


def test_a_folder_without_the_methods_prompts_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "notes.txt").write_bytes(b"\xff")
    monkeypatch.setattr(sys, "argv", ["run.py", "llm=random", f"method.prompts={tmp_path}"])

    told = failed_command(capsys)

    assert told.startswith(f"method.prompts: '{tmp_path}' holds none of critic.md, ")


def test_a_file_that_is_no_text_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "env").mkdir()
    (tmp_path / "env" / "mine.yaml").write_bytes(b"\xff\xfen\x00")
    monkeypatch.setattr(sys, "argv", ["run.py", "--config-dir", str(tmp_path), "env=mine"])

    assert failed_command(capsys) == f"{tmp_path}/env/mine.yaml: not UTF-8 text (invalid start byte)"


def test_a_sweep_without_jobs_is_said_to_have_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["run.py", "-m", "seed=range(0)"])

    assert failed_command(capsys) == "the sweep has no jobs: one of its keys has no values"


def test_a_launcher_that_refuses_its_options_does_so_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["run.py", "-m", "hydra/launcher=joblib", "hydra.launcher.n_jobs=0", "seed=1,2"])

    assert failed_command(capsys) == "n_jobs == 0 in Parallel has no meaning"


BROKEN_FILES = [
    ("name: mine\nid: CartPole-v1\ngaol: balance\n", "env.gaol: there is no such key; did you mean env.goal?"),
    ("name: mine\nid: [\n", "{file}, line 3: not YAML (expected the node content, but found '<stream end>')"),
    ("- one\n- two\n", "env: needs keys with values, as the other files of its group have them"),
    ("name: mine\n", "env.id: a value is needed here"),
    ("name: mine\nid: CartPole-v1\n", "env.goal: a value is needed here"),
]


@pytest.mark.parametrize(("text", "line"), BROKEN_FILES)
def test_what_is_wrong_with_a_users_own_environment_is_one_line(
    text: str, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "env" / "mine.yaml"
    file.parent.mkdir()
    file.write_text(text)
    monkeypatch.setattr(sys, "argv", ["run.py", "--config-dir", str(tmp_path), "env=mine"])

    told = failed_command(capsys)

    assert told == line.format(file=file)


def test_a_folder_of_configuration_that_is_not_there_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["run.py", "--config-dir", "/nowhere", "env=mine"])

    told = failed_command(capsys)

    assert told == "Additional config directory '/nowhere' not found"


def test_a_third_partys_method_is_told_what_its_keys_need(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "method").mkdir()
    (tmp_path / "method" / "mine.yaml").write_text("name: mine\nrunner: mine.Mine\niterations: 3\n")
    monkeypatch.setattr(sys, "argv", ["run.py", "--config-dir", str(tmp_path), "method=mine", "method.iterations=many"])

    told = failed_command(capsys)

    assert told == "method.iterations: needs a whole number, got 'many'"


def test_options_may_stand_between_overrides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["run.py", "llm=random", "--config-dir", str(tmp_path), "seed=-1"])

    told = failed_command(capsys)

    assert told == "seed: must be at least 0, got -1"


def failed_command(capsys: pytest.CaptureFixture[str]) -> str:
    """What the command says where it ends with the exit code of bad input."""
    with pytest.raises(SystemExit) as exit_info:
        main()
    GlobalHydra.instance().clear()
    assert exit_info.value.code == 2
    return capsys.readouterr().err.strip()
