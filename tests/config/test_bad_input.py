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
]
WRONG_TYPES = [
    ("seed=one", "seed: needs a whole number, got 'one'"),
    ("llm.temperature=hot", "llm.temperature: needs a number, got 'hot'"),
    ("llm.max_retries=null", "llm.max_retries: needs a value, got null"),
    ("env.evaluation.selection_episodes=[a]", "env.evaluation.selection_episodes[0]: needs a whole number, got 'a'"),
]
UNKNOWN_OPTIONS = [
    ("env=cartpol", "env: no option 'cartpol'; did you mean cartpole?"),
    ("method=tabulra", "method: no option 'tabulra'; did you mean tabular?"),
    ("llm=gemni", "llm: no option 'gemni'; did you mean gemini?"),
    ("hydra/launcher=jobib", "hydra/launcher: no option 'jobib'; did you mean joblib?"),
    ("method.policy=tabel", "method.policy: 'tabel' is not one of table, linear; did you mean table?"),
]
OUT_OF_RANGE = [
    ("seed=-1", "seed: must be at least 0, got -1"),
    ("method.iterations=0", "method.iterations: must be at least 1, got 0"),
    ("llm.temperature=2.5", "llm.temperature: must be at most 2, got 2.5"),
    ("method.confidence=1", "method.confidence: must be less than 1, got 1.0"),
    (
        "env.evaluation.selection_episodes=[10,3]",
        "env.evaluation.selection_episodes: needs growing numbers of at least 2, such as [3, 10, 30], got [10, 3]",
    ),
    ("method.prompts=nowhere", "method.prompts: no folder 'nowhere'"),
    ("method.tune=cma", "method.tune: cma tunes the numbers of a linear policy, so it needs method.policy=linear"),
]
UNREADABLE = [
    ("seed=[1", "can't read the override 'seed=[1'"),
    ("nonsense", "can't read the override 'nonsense'"),
]


@pytest.mark.parametrize(("override", "line"), UNKNOWN_KEYS + WRONG_TYPES + UNKNOWN_OPTIONS + OUT_OF_RANGE + UNREADABLE)
def test_bad_input_is_one_clear_line_and_leaves_no_run_folder(
    override: str, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["run.py", "llm=random", override])

    with pytest.raises(SystemExit) as exit_info:
        main()
    GlobalHydra.instance().clear()

    told = capsys.readouterr().err.strip()
    assert exit_info.value.code == 2
    assert told.startswith(line)
    assert "\n" not in told
    assert not list(tmp_path.iterdir())


def test_an_unknown_key_in_a_users_own_environment_is_named_in_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "env").mkdir()
    (tmp_path / "env" / "mine.yaml").write_text("name: mine\nid: CartPole-v1\ngaol: balance\n")
    monkeypatch.setattr(sys, "argv", ["run.py", "--config-dir", str(tmp_path), "env=mine"])

    with pytest.raises(SystemExit):
        main()
    GlobalHydra.instance().clear()

    assert capsys.readouterr().err.strip() == "env.gaol: there is no such key; did you mean env.goal?"
