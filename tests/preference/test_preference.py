"""People's choices: kept line by line, scored by Bradley and Terry, asked for over a real socket."""

import http.client
import json
import math
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.preference.__main__ import main
from llmrl_runner.preference.bradley_terry import bradley_terry
from llmrl_runner.preference.choices import Choice, keep, read_choices, results_of
from llmrl_runner.preference.clips import Clip, find_clips, next_pair, pairs_of
from llmrl_runner.preference.server import Poll, make_server

RESULTS = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd"), st.sampled_from([0.0, 0.5, 1.0])).filter(
        lambda result: result[0] != result[1]
    ),
    max_size=20,
)


def clips(tmp_path: Path, *envs: str) -> list[Clip]:
    made = []
    for number, env in enumerate(envs):
        path = tmp_path / f"{number}.gif"
        path.write_bytes(b"GIF89a" + bytes([number]))
        made.append(Clip(f"run {number}", env, f"the goal of {env}", path))
    return made


def test_what_each_episode_was_to_do_is_told_beside_it(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "other")]
    for folder, told in zip(folders, ("go to the red ball", None), strict=True):
        (folder / "best").mkdir(parents=True)
        (folder / "best" / "episode.gif").write_bytes(b"GIF89a")
        if told:
            (folder / "best" / "instruction.txt").write_text(told + "\n")

    shown = Poll(find_clips(folders, tmp_path), tmp_path / "choices.jsonl", np.random.default_rng(0)).next()

    assert sorted(shown["told"]) == ["", "go to the red ball"]
    assert shown["told"].index("go to the red ball") == (0 if shown["left"] == 0 else 1)


# ---------------------------------------------------------------------------------------------------------- scores


@given(RESULTS)
def test_scores_are_finite_ordered_and_about_an_average_one(results: list[tuple[str, str, float]]) -> None:
    scores = bradley_terry(results)

    strengths = [score.strength for score in scores]
    assert all(map(math.isfinite, strengths))
    assert strengths == sorted(strengths, reverse=True)
    assert not strengths or strengths[-1] <= 0 <= strengths[0]
    assert sum(score.comparisons for score in scores) == 2 * len(results)
    assert all(score.low < score.strength < score.high for score in scores)


def test_many_comparisons_come_to_the_strengths_that_they_were_drawn_by() -> None:
    rng, true = np.random.default_rng(0), {"good": 1.0, "middling": 0.0, "bad": -1.0}
    names = list(true)
    results = []
    for _ in range(6000):
        left, right = rng.choice(3, size=2, replace=False)
        odds = 1 / (1 + math.exp(true[names[right]] - true[names[left]]))
        results.append((names[left], names[right], float(rng.random() < odds)))

    scores = {score.name: score for score in bradley_terry(results)}

    for name, strength in true.items():
        assert scores[name].strength == pytest.approx(strength, abs=0.1)
        assert scores[name].low < strength < scores[name].high


def test_a_draw_favours_nobody() -> None:
    one, other = bradley_terry([("a", "b", 0.5)] * 3)

    assert one.strength == pytest.approx(other.strength)
    assert one.preferred == pytest.approx(0.5)


# ---------------------------------------------------------------------------------------------------------- choices


def test_choices_are_kept_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "choices.jsonl"
    made = [Choice("a", "b", "left", "now"), Choice("b", "c", "same", "later")]

    for choice in made:
        keep(path, choice)

    assert read_choices(path) == made
    assert results_of(made) == [("a", "b", 1.0), ("b", "c", 0.5)]
    assert read_choices(tmp_path / "none.jsonl") == []


@pytest.mark.parametrize("line", ["{", "3", '{"left": "a"}', '{"left":"a","right":"b","chosen":"up","time":""}'])
def test_a_line_that_is_no_choice_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "choices.jsonl"
    keep(path, Choice("a", "b", "left", "now"))
    path.write_text(path.read_text() + line + "\n")

    with pytest.raises(ConfigError, match=r"choices.jsonl, line 2: no choice"):
        read_choices(path)


def test_runs_are_shown_in_pairs_of_one_environment_those_first_that_were_judged_least(tmp_path: Path) -> None:
    pairs = pairs_of(clips(tmp_path, "maze", "maze", "taxi", "maze"))
    shown: Counter[frozenset[str]] = Counter()
    rng = np.random.default_rng(0)
    sides = Counter()  # type: ignore[var-annotated]

    for _ in range(60):
        left, right = next_pair(pairs, shown, rng)
        shown[frozenset((left.name, right.name))] += 1
        sides[left.name < right.name] += 1

    assert len(pairs) == 3
    assert set(shown.values()) == {20}
    assert min(sides.values()) > 15


# ---------------------------------------------------------------------------------------------------------- the page


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    choices = tmp_path / "choices.jsonl"
    poll = Poll(clips(tmp_path, "maze", "maze"), choices, np.random.default_rng(0))
    served = make_server(poll, 0)
    thread = threading.Thread(target=served.serve_forever)
    thread.start()
    yield served.server_port, choices
    served.shutdown()
    served.server_close()
    thread.join()


def ask(port: int, path: str, body: Any = None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET" if body is None else "POST", path, None if body is None else json.dumps(body))
    answer = connection.getresponse()
    found = answer.status, answer.read()
    connection.close()
    return found


def test_a_page_shows_a_pair_without_its_names_and_keeps_the_choice(server: tuple[int, Path]) -> None:
    port, choices = server

    page, pair = ask(port, "/"), json.loads(ask(port, "/pair")[1])
    gif = ask(port, f"/gif/{pair['left']}?{pair['made']}")
    kept = ask(port, "/choice", {"left": pair["left"], "right": pair["right"], "chosen": "left"})

    assert page[0] == 200
    assert b"Which one" in page[1]
    assert "run" not in json.dumps(pair)
    assert pair["goal"] == "the goal of maze"
    assert gif == (200, b"GIF89a" + bytes([pair["left"]]))
    assert kept[0] == 200
    [choice] = read_choices(choices)
    assert (choice.left, choice.right, choice.chosen) == (f"run {pair['left']}", f"run {pair['right']}", "left")
    assert json.loads(ask(port, "/pair")[1])["made"] == 1


@pytest.mark.parametrize(
    "body", [{}, [], 3, {"left": 0, "right": 0, "chosen": "left"}, {"left": 0, "right": 9, "chosen": "left"},
             {"left": 0, "right": 1, "chosen": "both"}, {"left": "x", "right": 1, "chosen": "left"}]
)  # fmt: skip
def test_what_is_no_choice_is_refused_and_not_kept(server: tuple[int, Path], body: Any) -> None:
    port, choices = server

    assert ask(port, "/choice", body)[0] == 400
    assert not choices.exists()


@pytest.mark.parametrize("path", ["/gif/7", "/gif/x", "/../etc/passwd", "/choices.jsonl", "/gif/0/.."])
def test_nothing_else_is_served(server: tuple[int, Path], path: str) -> None:
    assert ask(server[0], path)[0] == 404


# ---------------------------------------------------------------------------------------------------------- the command


def test_scores_are_printed_best_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "choices.jsonl"
    for _ in range(5):
        keep(path, Choice("the worse", "the better", "right", "now"))

    code = main(["--scores", "--choices", str(path)])

    lines = capsys.readouterr().out.splitlines()
    assert code == 0
    assert lines[1].endswith("the better")
    assert lines[2].endswith("the worse")


def test_without_two_runs_to_choose_between_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main([str(tmp_path), "--choices", str(tmp_path / "choices.jsonl")])

    assert code == 1
    assert "two runs of the same environment with a GIF are needed" in capsys.readouterr().err
