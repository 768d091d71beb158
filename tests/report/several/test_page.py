import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from llmrl_runner.report.several.command import main
from llmrl_runner.report.several.page import page_html
from llmrl_runner.report.several.report import report_of
from llmrl_runner.report.several.study import read_study
from tests.report.conftest import animation
from tests.report.several.folders import Folder, write_arms

VOID = {"meta", "img", "br", "input", "link", "hr"}
HOSTILE = "</pre><script>document.title = 'out'</script>"


class Reader(HTMLParser):
    """Takes a page apart, and notes what doesn't close in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.scripts = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.ids += [found["id"]] if found.get("id") else []
        self.links += [value for name in ("src", "href") if (value := found.get(name))]
        self.scripts += tag == "script"
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> at {self.getpos()}")


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("several") / "outputs"
    for env in ("lake", "taxi"):
        write_arms(place, env, {"gemini": [0.7, 0.9], "random": [0.0, 0.1]}, prompt=HOSTILE, answer="long " * 100)
    going = Folder(seed=5, state="running", scores=(0.3,)).write(place)
    progress = {"iteration": 1, "iterations": 2, "doing": "3 of 5 episodes", "seconds_left": 7}
    (going / "progress.json").write_text(json.dumps(progress))
    for k in (0, 1):
        animation(place / f"tabular/lake/gemini/seed{k}-0000000{k}/iteration_000/episode.gif", (10, 200, 30))
    return place


@pytest.fixture(scope="module")
def html(outputs: Path) -> str:
    return page_html(report_of(read_study([outputs]), "Runs <b>of</b> mine", {}), outputs / "report", 30)


def test_the_page_is_well_formed_and_no_id_stands_twice(html: str) -> None:
    page = Reader(html)

    assert (page.wrong, page.open) == ([], [])
    assert len(page.ids) == len(set(page.ids))


def test_the_page_asks_no_network_for_anything_and_its_own_links_lead_somewhere(html: str) -> None:
    page = Reader(html)
    inside = [link[1:] for link in page.links if link.startswith("#")]

    assert [link for link in page.links if re.match(r"\s*(https?:)?//|javascript:", link)] == []
    assert "url(" not in html
    assert set(inside) <= set(page.ids)


def test_what_a_model_or_a_person_wrote_stays_text(html: str) -> None:
    assert Reader(html).scripts == 1  # the page's own
    assert "Runs &lt;b&gt;of&lt;/b&gt; mine" in html


PARTS = ("leaderboard", "curves", "profiles", "improvement", "costs", "runs", "notes", "left-out")


@pytest.mark.parametrize("part", PARTS)
def test_the_page_has_its_parts(html: str, part: str) -> None:
    assert part in Reader(html).ids


def test_a_run_shows_its_iterations_with_all_that_belongs_to_them(html: str) -> None:
    run = html[html.index('id="run-0"') : html.index('id="run-1"')]

    assert all(f"<summary>{title}" in run for title in ("Prompt", "Answer", "Feedback", "Change against"))
    assert 'src="data:image/gif;base64,' in run


def test_a_text_or_picture_stands_once_and_is_linked_to_from_elsewhere(html: str) -> None:
    assert html.count("long " * 100) == 1
    assert html.count("data:image/gif") == 1
    assert "the same text as elsewhere on this page" in html


def test_a_run_under_way_says_how_far_it_is_and_that_its_score_is_none(html: str) -> None:
    assert "best in its search 0.3000, not comparable" in html
    assert "iteration 2 of 2, 3 of 5 episodes, 7.0 s left" in html


def test_a_full_page_lists_further_runs_with_figures_alone(outputs: Path) -> None:
    small = page_html(report_of(read_study([outputs]), "t", {}), outputs / "report", 0.01)

    assert "runs stand here with figures alone" in small
    assert len(Reader(small).ids) == len(set(Reader(small).ids))
    assert {link[1:] for link in Reader(small).links if link.startswith("#")} <= set(Reader(small).ids)
    assert small.count('class="run') == 9


def test_no_text_of_the_page_depends_on_its_script(html: str) -> None:
    script = html[html.index("<script>") :]

    assert "fetch(" not in script
    assert "innerHTML" not in script


def test_the_command_writes_all_files_and_says_what_it_left_out(
    outputs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to = tmp_path / "made"

    code = main([str(outputs), "--to", str(to), "--threshold", "lake=0.5", "--title", "Mine"])

    told = capsys.readouterr()
    assert code == 0
    names = {path.name for path in to.iterdir()}
    assert {"report.html", "report.md", "leaderboard.tex", "runs.csv", "arms.csv", "pairs.csv"} <= names
    assert {"profiles.png", "profiles.svg"} <= names
    assert {"curves_env_steps.png", "curves_calls.svg", "curves_tokens.png", "curves_wall_seconds.svg"} <= names
    assert "9 runs (8 finished, 1 running) of 2 arms in 2 environments" in told.out
    assert "seed5-00000005: running, 1 iteration done" in told.err
    text = (to / "report.md").read_text()
    assert text.startswith("# Mine\n")
    assert "## Not finished" in text
    rows = [line for line in text.split("### lake")[1].splitlines()[4:8] if line.startswith("|")]
    assert len(rows) == 4
    assert len({row.count("|") for row in rows}) == 1


def test_bad_input_is_told_in_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "nowhere")]) == 2
    assert main([str(tmp_path)]) == 1

    assert capsys.readouterr().err == f"{tmp_path / 'nowhere'}: there is no such folder\nno run folder found there\n"
