import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from llmrl_runner.report.__main__ import main
from llmrl_runner.report.page import write_page
from llmrl_runner.report.pictures import PictureShelf
from llmrl_runner.report.reading import read_run

VOID = {"meta", "img", "br", "link", "hr", "use", "path"}


class Outline(HTMLParser):
    """Checks that tags are closed in order, and collects what the page would fetch or run."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.fetched += [value or "" for name, value in attrs if name == "src" or (tag == "link" and name == "href")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def outline(html: str) -> Outline:
    parsed = Outline()
    parsed.feed(html)
    assert parsed.tags[0] == "html"
    assert not parsed.open
    return parsed


def change_json(path: Path, **changes: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_the_page_is_well_formed_and_fetches_nothing(html: str) -> None:
    page = outline(html)

    assert page.fetched
    assert all(source.startswith("data:image/") for source in page.fetched)
    assert "url(http" not in html
    assert "@import" not in html


def test_the_headline_is_the_held_out_score_with_its_interval_and_the_optimum(html: str) -> None:
    assert '<p class="big">497.2</p>' in html
    assert "95 % interval [496.0, 498.4]" in html
    assert "a 324-cell table reaches it" in html
    assert "chosen for being high: not a result" in html


def test_a_script_in_a_prompt_stays_text(html: str) -> None:
    assert "script" not in outline(html).tags
    assert "&lt;script&gt;" in html


def test_markup_in_names_and_verdicts_stays_text(finished_run: Path) -> None:
    change_json(finished_run / "iteration_001" / "metrics.json", verdict="</details><img src=x>", problems=["<b>"])
    change_json(finished_run / "result.json", ended_by="<iframe>", versions={"<u>": "</style>"})

    page = outline(write_page(finished_run).read_text())

    assert not {"iframe", "u"} & set(page.tags)
    assert "x" not in page.fetched


def test_each_iteration_shows_prompt_answer_change_and_pictures(html: str) -> None:
    sections = html.split('<details class="card iteration"')[1:]

    assert len(sections) == 4
    assert all("prompt.md" in section and "response.md" in section for section in sections)
    assert 'class="added"' in sections[1]
    assert "unusable answer" in sections[2]
    assert "row 7: angle 9 is out of range 0-5" in sections[2]


def test_a_picture_that_stands_twice_in_the_run_is_embedded_once(html: str) -> None:
    sources = re.findall(r'src="(data:[^"]+)"', html)

    assert len(sources) == len(set(sources)) == 6
    assert "shown above" in html


def test_pictures_beyond_the_limit_are_left_out_and_named(finished_run: Path) -> None:
    gif = finished_run / "iteration_000" / "episode.gif"
    shelf = PictureShelf(finished_run, largest=gif.stat().st_size - 1)

    picture = shelf.place(gif, "One episode")

    assert picture
    assert not picture.data_uri
    assert "iteration_000/episode.gif is not embedded" in shelf.left_out[0]


def test_drift_and_an_early_end_are_said_clearly(finished_run: Path) -> None:
    result = json.loads((finished_run / "result.json").read_text())
    llm = {**result["llm"], "replay_drift": 2}
    change_json(finished_run / "result.json", ended_by="llm.max_calls=5 reached", llm=llm)

    html = write_page(finished_run).read_text()

    assert "Replay drift: 2 of 5 answers were given to another prompt" in html
    assert "Ended before its last iteration: llm.max_calls=5 reached" in html


def test_an_unfinished_run_has_a_page_that_says_so(finished_run: Path) -> None:
    (finished_run / "result.json").unlink()
    (finished_run / "status.json").write_text('{"state": "running", "updated": "2026-11-20T10:00:00+00:00"}')
    (finished_run / ".iteration_004.partial").mkdir()

    html = write_page(finished_run).read_text()

    assert "had not finished when this page was written (last seen 2026-11-20T10:00:00+00:00)" in html
    assert "not yet tested on held-out episodes" in html
    assert "iteration 4 was begun and is not complete" in html


def test_a_run_that_its_budget_ended_is_not_said_to_be_at_work(finished_run: Path) -> None:
    change_json(finished_run / "result.json", ended_by="budget reached: llm.max_calls=5")
    (finished_run / ".iteration_004.partial").mkdir()

    html = write_page(finished_run).read_text()

    assert "begun and is not complete" not in html
    assert "Left out of this page" not in html


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"held_out": 3, "llm": "x", "optimum": []}',
        '{"seed": 1' + "0" * 400 + "}",
        "\udcff\x00",
        "[" * 9999,
    ],
)
def test_a_page_comes_whatever_is_in_the_files(finished_run: Path, text: str) -> None:
    for path in [path for path in finished_run.rglob("*") if path.is_file()]:
        path.write_bytes(text.encode("utf-8", errors="surrogateescape"))

    html = write_page(finished_run).read_text()

    assert "Left out of this page" in html
    outline(html)


@pytest.mark.parametrize(
    "missing", ["config.yaml", "status.json", "result.json", "best", "iteration_001", "transcript.jsonl"]
)
def test_a_page_comes_whatever_is_missing(finished_run: Path, missing: str) -> None:
    path = finished_run / missing
    shutil.rmtree(path) if path.is_dir() else path.unlink()

    html = write_page(finished_run).read_text()

    outline(html)


def test_the_command_is_told_where_the_run_kept_it(html: str, finished_run: Path) -> None:
    assert "<pre>python run.py seed=3</pre>" in html

    (finished_run / "command.txt").unlink()

    assert "python run.py" not in write_page(finished_run).read_text()


def test_an_empty_folder_has_a_page(tmp_path: Path) -> None:
    html = write_page(tmp_path).read_text()

    assert "config.yaml is missing" in html


def test_very_long_texts_are_cut_and_said_to_be(finished_run: Path) -> None:
    (finished_run / "iteration_000" / "prompt.md").write_text("word " * 100_000)

    path = write_page(finished_run)

    assert "440,000 more characters are left out here" in path.read_text()
    assert path.stat().st_size < 1_000_000


def test_the_learning_curve_is_drawn_in_the_pages_colours_and_saved(page_path: Path, html: str) -> None:
    assert html.count("<svg") == 2
    assert "var(--accent)" in html
    assert not re.search("#0[1-6]0[1-6]0[1-6]", html)
    assert page_path.with_name("learning_curve.png").read_bytes().startswith(b"\x89PNG")


def test_without_a_score_there_is_no_curve(tmp_path: Path) -> None:
    html = write_page(tmp_path).read_text()

    assert "no learning curve: no iteration has a score yet" in html
    assert not (tmp_path / "learning_curve.png").exists()


def test_the_page_of_a_run_is_the_same_every_time(page_path: Path, html: str) -> None:
    assert write_page(page_path.parent).read_text() == html


def test_the_command_finds_runs_below_its_paths(finished_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = finished_run.parent / "deeper" / "seed0"
    broken.mkdir(parents=True)
    (broken / "status.json").write_text("{")

    code = main([str(finished_run.parent)])

    lines = capsys.readouterr().out.splitlines()
    assert code == 0
    assert len(lines) == 2
    assert lines[1].endswith("report.html: finished, held-out return 497.2 [496.0, 498.4]")
    assert (broken / "report.html").exists()
    assert not (finished_run / "best" / "report.html").exists()


def test_the_command_says_where_there_is_no_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main([str(tmp_path)])

    assert code == 1
    assert "no run folder" in capsys.readouterr().err


def test_a_finished_run_without_a_policy_is_not_said_to_be_untested_yet(finished_run: Path) -> None:
    result = json.loads((finished_run / "result.json").read_text())
    result |= {"best_iteration": None, "held_out": {"episodes": 0, "return_mean": None}}
    (finished_run / "result.json").write_text(json.dumps(result))

    html = write_page(finished_run).read_text()

    assert "no answer held a usable policy, so there was nothing to test" in html
    assert "not yet tested" not in html


def test_the_best_iteration_is_known_before_the_result(finished_run: Path) -> None:
    (finished_run / "result.json").unlink()

    best = read_run(finished_run).best_iteration

    assert best
    assert best.index == 1


def test_a_run_that_asks_no_model_shows_nothing_of_prompts_answers_and_their_price(finished_run: Path) -> None:
    config = (finished_run / "config.yaml").read_text()
    (finished_run / "config.yaml").write_text(
        config.replace("name: replay\n  backend: replay", "name: none\n  backend: none")
    )
    training = {"what": "PPO, 100,000 steps", "with": "stable-baselines3 2.9.2"}
    change_json(finished_run / "result.json", llm={"backend": "none", "model": "none", "calls": 0}, training=training)
    for path in finished_run.glob("iteration_*/*.md"):
        path.unlink()

    page = write_page(finished_run).read_text()

    assert "no model is asked" in page
    assert "PPO, 100,000 steps" in page
    assert "the one tested" in page
    for unsaid in (
        "prompt.md is missing",
        "Unusable answers",
        "Tokens",
        "Cost",
        "best so far</span>",
        "Change against",
    ):
        assert unsaid not in page
