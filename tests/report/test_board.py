"""The folder that TensorBoard is shown, and what TensorBoard makes of it, asked over its own HTTP."""

import io
import json
import re
import signal
import subprocess
import sys
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import yaml
from PIL import Image

from llmrl_runner.report.board import ABOUT, Board
from llmrl_runner.runs.tensorboard import TensorBoardLog
from tests.app.command import wait_until
from tests.report.conftest import RESULT, animation

NAMES = ["llm=random seed=0", "llm=random seed=1", "llm=replay seed=0"]


def make_run(outputs: Path, llm: str, seed: int, is_finished: bool = True) -> Path:
    folder = outputs / "tabular" / "cartpole" / llm / f"seed{seed}-{llm}"
    folder.mkdir(parents=True)
    config = {
        "method": {"name": "tabular", "iterations": 2, "runner": "some.Runner"},
        "env": {"name": "cartpole", "kwargs": {"sutton_barto_reward": False}},
        "llm": {"name": llm, "backend": llm, "temperature": 0.7},
        "seed": seed,
        "paths": {"outputs": str(outputs)},
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    (folder / "status.json").write_text(json.dumps({"state": "finished" if is_finished else "running"}))
    animation(folder / "episode.gif", (40, 90, 200))
    with TensorBoardLog(folder / "tensorboard") as log:
        log.begin(config)
        for iteration in range(2):
            log.open_iteration(iteration)
            log.scalars(100 * (iteration + 1), {"score/return_mean": 10.0 * iteration, "spent/calls": iteration + 1})
            log.text("prompt", 100 * (iteration + 1), f"# Prompt {iteration}")
            log.image("episode", 100 * (iteration + 1), folder / "episode.gif")
        if is_finished:
            (folder / "result.json").write_text(json.dumps({**RESULT, "seed": seed}))
            log.hparams(config, {"summary/held_out_return": 497.21, "summary/llm_calls": 5})
    with TensorBoardLog(folder / "tensorboard" / "draft_0.1") as log:
        log.scalars(50, {"training/return": 3.0})
    return folder


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    outputs = tmp_path_factory.mktemp("board") / "outputs"
    return [make_run(outputs, "random", 0), make_run(outputs, "random", 1, False), make_run(outputs, "replay", 0)]


def test_each_run_is_a_link_named_by_what_differs(runs: list[Path], tmp_path: Path) -> None:
    shown = Board(tmp_path / "view").show(runs)

    links = {path.name: path.resolve() for path in (tmp_path / "view").iterdir() if path.is_symlink()}
    assert links == {name: run / "tensorboard" for name, run in zip(NAMES, runs, strict=True)}
    assert list(shown) == NAMES


def test_a_run_that_begins_later_appears_and_one_that_is_gone_goes(runs: list[Path], tmp_path: Path) -> None:
    board = Board(tmp_path / "view")
    board.show(runs[:1])

    board.show(runs[1:])

    assert {path.name for path in (tmp_path / "view").iterdir()} == {ABOUT, "llm=random seed=1", "llm=replay seed=0"}


def test_what_has_not_changed_is_not_written_again(runs: list[Path], tmp_path: Path) -> None:
    board = Board(tmp_path / "view")
    board.show(runs)
    [first] = (tmp_path / "view" / ABOUT).iterdir()
    written = first.stat().st_mtime_ns

    board.show(runs)

    assert [path.stat().st_mtime_ns for path in (tmp_path / "view" / ABOUT).iterdir()] == [written]


# ----------------------------------------------------------------------------------------- what TensorBoard serves


@pytest.fixture(scope="module")
def address(runs: list[Path], tmp_path_factory: pytest.TempPathFactory) -> str:
    """A TensorBoard that looks at the three runs."""
    from tensorboard import program

    view = tmp_path_factory.mktemp("view")
    Board(view).show(runs)
    board = program.TensorBoard()
    board.configure(logdir=str(view), host="127.0.0.1", port=0, load_fast="false", reload_interval=1)
    return str(board.launch())


def asked(address: str, place: str, body: object = None, **query: str) -> bytes:
    url = f"{address}data/{place}" + (f"?{urllib.parse.urlencode(query)}" if query else "")
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return bytes(answer.read())


def told(address: str, place: str, body: object = None, **query: str) -> Any:
    return json.loads(asked(address, place, body, **query))


def test_all_runs_are_there_with_their_drafts_below_them_and_every_page_has_something(address: str) -> None:
    runs, plugins = told(address, "runs"), told(address, "plugins_listing")

    assert set(runs) == {*NAMES, *(f"{name}/draft_0.1" for name in NAMES), ABOUT}
    enabled = {name for name, plugin in plugins.items() if plugin["enabled"]}
    assert enabled >= {"scalars", "images", "text", "custom_scalars", "hparams"}


def test_scalars_prompts_and_moving_pictures_are_there_with_their_steps(address: str) -> None:
    [name, *_] = NAMES

    scalars = told(address, "plugin/scalars/scalars", run=name, tag="score/return_mean")
    text = told(address, "plugin/text/text", run=name, tag="prompt")
    pictures = told(address, "plugin/images/images", run=name, tag="episode")
    picture = asked(address, f"plugin/images/individualImage?{pictures[-1]['query']}")

    assert [point[1:] for point in scalars] == [[100, 0.0], [200, 10.0]]
    assert [(entry["step"], "Prompt" in entry["text"]) for entry in text] == [(100, True), (200, True)]
    assert [entry["step"] for entry in pictures] == [100, 200]
    assert Image.open(io.BytesIO(picture)).n_frames == 6


def test_learning_and_cost_stand_together_in_one_layout_however_many_runs_brought_it(address: str) -> None:
    [category] = told(address, "plugin/custom_scalars/layout")["category"]

    titles = [chart["title"] for chart in category["chart"]]
    assert {"return", "success rate", "LLM calls so far", "LLM cost so far, in $", "tokens so far"} <= set(titles)
    assert len(titles) == len(set(titles))
    tags = {chart["title"]: chart["multiline"]["tag"][0] for chart in category["chart"]}
    place = "plugin/custom_scalars/scalars"
    found = [told(address, place, run=NAMES[0], tag=tags[title]) for title in ("return", "LLM calls so far")]
    assert [list(each["tag_to_events"]) for each in found] == [["score/return_mean"], ["spent/calls"]]


def test_hparams_has_a_row_a_run_and_columns_for_what_differs_and_for_the_final_figures(address: str) -> None:
    experiment = told(address, "plugin/hparams/experiment", {"experimentName": ""})
    columns = [info["name"] for info in experiment["hparamInfos"]]
    metrics = {info["name"]["tag"]: info["displayName"] for info in experiment["metricInfos"]}
    query = {
        "experimentName": "",
        "allowedStatuses": ["STATUS_UNKNOWN", "STATUS_SUCCESS", "STATUS_RUNNING"],
        "colParams": [{"hparam": "seed"}, {"metric": {"group": "", "tag": "summary/held_out_return"}}],
        "sliceSize": 10,
    }
    groups = {group["name"]: group for group in told(address, "plugin/hparams/session_groups", query)["sessionGroups"]}

    assert columns == ["llm.name", "seed"]
    assert list(metrics.values())[:3] == ["held-out return", "held-out success", "LLM calls"]
    assert "summary/llm_cost_usd" not in metrics  # no finished run knows it
    assert set(groups) == set(NAMES)
    values = {name: [value.get("value") for value in group["metricValues"]] for name, group in groups.items()}
    assert values["llm=replay seed=0"] == pytest.approx([497.21, 5])
    assert values["llm=random seed=1"] == []  # it is under way
    assert groups["llm=random seed=1"]["hparams"]["seed"] == 1.0


def test_the_views_own_run_tells_of_the_others(address: str) -> None:
    [entry] = told(address, "plugin/text/text", run=ABOUT, tag="runs")

    assert "<td>llm=replay seed=0</td>" in entry["text"]
    assert "<td>running</td>" in entry["text"]
    assert "497.2" in entry["text"]


@pytest.mark.slow
def test_the_command_opens_the_newest_sweep_on_a_free_port_and_ends_with_ctrl_c(runs: list[Path]) -> None:
    outputs = runs[0].parents[3]
    notes = outputs / "sweeps" / "one" / "jobs"
    notes.mkdir(parents=True)
    for number, run in enumerate(runs[:2]):
        (notes / f"{number:04d}.json").write_text(json.dumps({"state": "finished", "folder": str(run)}))
    command = [sys.executable, "-m", "scripts.board", "--outputs", str(outputs), "--", "--port", "0"]

    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        said, address = until_it_serves(process)
        served = until_it_has(address, {"seed=0", "seed=1"})
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)

    assert "2 runs (the newest sweep" in said
    assert "llm=replay" not in " ".join(served)
    assert process.returncode == 0


def until_it_serves(process: "subprocess.Popen[str]") -> tuple[str, str]:
    """What was said, and the address at the end of it."""
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if found := re.search(r"at (http://\S+)", line):
            return said, found[1]
    raise AssertionError(said)


def until_it_has(address: str, names: set[str]) -> list[str]:
    """The runs that are served, once these are among them."""
    served: list[str] = []
    wait_until(lambda: names <= set(served.__iadd__(told(address, "runs"))))
    return served
