"""Studies: what their files say, how they are swept, and the pages that come of it."""

import csv
import re
from pathlib import Path

import pytest

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.studies.about import read_studies, read_study
from llmrl_runner.studies.running import commands_of
from scripts import study
from tests.app.command import PROJECT, QUICK

SMALL = " ".join(word for word in QUICK if not word.startswith(("env=", "llm=")))
ARM = "# @package _global_\ndefaults:\n  - override /method: tabular\n  - override /llm: {}\n"
WORDS = """---
title: Which is better?
sweeps:
  - "'seed=range(2)' env=frozen_lake,cliff_walking"
---
A question.

## Read it with care

- A caveat.
"""


@pytest.fixture
def made_up(tmp_path: Path) -> Path:
    """A study of two arms."""
    folder = tmp_path / "experiment" / "made_up"
    folder.mkdir(parents=True)
    for llm in ("replay", "random"):
        (folder / f"{llm}.yaml").write_text(ARM.format(llm))
    (folder / "study.md").write_text(WORDS)
    return folder


def test_a_study_says_its_question_its_sweeps_and_what_to_read_with_care(made_up: Path) -> None:
    about = read_study(made_up)

    assert (about.name, about.title, about.question) == ("made_up", "Which is better?", "A question.")
    assert about.notes == "## Read it with care\n\n- A caveat."
    assert about.sweeps == [
        ["experiment=made_up/random,made_up/replay", "seed=range(2)", "env=frozen_lake,cliff_walking"]
    ]


def test_words_of_the_command_replace_those_of_the_study(made_up: Path) -> None:
    [words] = commands_of(read_study(made_up), ["seed=3", "display.gif=false"])

    assert words == [
        "experiment=made_up/random,made_up/replay",
        "env=frozen_lake,cliff_walking",
        "seed=3",
        "display.gif=false",
    ]


def test_a_study_without_words_is_its_arms(made_up: Path) -> None:
    (made_up / "study.md").unlink()

    about = read_study(made_up)

    assert about.title == "made_up"
    assert about.sweeps == [["experiment=made_up/random,made_up/replay"]]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("no settings", "begins with settings between two lines of three dashes"),
        ("---\ntitle: [\n---\n", "its settings are not YAML"),
        ("---\ntitel: x\n---\n", "there is no setting 'titel'; did you mean title?"),
        ("---\narms: {ranom: blind}\n---\n", "there is no arm 'ranom'; did you mean random?"),
        ("---\narms: [random]\n---\n", "needs a name for each arm"),
        ("---\ntables: [bord]\n---\n", "'bord' is not one of board, learning, checks; did you mean board?"),
    ],
)
def test_a_study_that_cannot_be_read_is_named(text: str, problem: str, made_up: Path) -> None:
    (made_up / "study.md").write_text(text)

    with pytest.raises(ConfigError, match=re.escape(problem)) as refused:
        read_study(made_up)
    assert str(made_up / "study.md") in str(refused.value)


def test_an_unknown_study_names_the_nearest_and_all_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    code = study.main(["dorkey"])

    assert code == 2
    assert capsys.readouterr().err.startswith("NAME: no study 'dorkey'; did you mean doorkey? (there are: babyai")


def test_every_study_of_the_project_can_be_read_and_asks_something() -> None:
    studies = read_studies(PROJECT / "conf" / "experiment")

    assert {"tabular", "reflect", "doorkey", "fetch_reach", "babyai_goto_local"} <= set(studies)
    assert all(about.question and about.title != about.name for about in studies.values())


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project's study `tabular`, made small, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    words = ["env=frozen_lake,cliff_walking", "seed=0", "hydra/launcher=basic", *SMALL.split()]

    code = study.main(["tabular", "experiment=tabular/llm,tabular/random", *words])

    assert code == 0
    return tmp_path / "outputs" / "studies" / "tabular"


def test_a_studys_page_has_its_question_commands_tables_pictures_cost_time_and_versions(made: Path) -> None:
    text = (made / "README.md").read_text()

    assert "    make study NAME=tabular" in text
    assert "python run.py -m experiment=tabular/llm,tabular/random env=frozen_lake,cliff_walking" in text
    for heading in ("Results", "Published", "Read it with care", "How it was made"):
        assert f"\n## {heading}\n" in text
    for picture in re.findall(r"!\[[^]]*\]\(([^)]+)\)", text):
        assert (made / picture).stat().st_size > 0
    assert re.search(r"\| wall time of the sweeps \| [\d.]+ (s|min)", text)
    assert re.search(r"\| versions \| .*gymnasium \d", text)
    assert "| cost | $0.00 |" in text
    assert "\n| cliff_walking | -13.00" in text
    assert "## What it took" in (made / "report.md").read_text()
    with (made / "runs.csv").open() as file:
        assert {row["llm"] for row in csv.DictReader(file)} == {"replay", "random"}


def test_a_study_whose_runs_fail_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    code = study.main(["tabular", "experiment=tabular/random", "seed=-1", "env=frozen_lake", "hydra/launcher=basic"])

    assert code == 1
    assert "not all of its runs are finished, so nothing is written" in capsys.readouterr().err
    assert not (tmp_path / "outputs" / "studies").exists()
