import io
import json
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from llmrl_runner.runs.hparams import flat
from llmrl_runner.runs.tensorboard import TensorBoardLog

CONFIG = {"seed": 3, "method": {"name": "tabular", "fill": "best", "critic": False}, "llm": {"model": None}}


def small_gif(path: Path) -> Path:
    frames = [Image.new("RGB", (32, 24), (40 * k, 20, 90)) for k in range(4)]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=50)
    return path


def events_of(folder: Path) -> Any:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    accumulator = EventAccumulator(str(folder))
    accumulator.Reload()
    return accumulator


def write_run(folder: Path) -> None:
    gif = small_gif(folder / "episode.gif")
    with TensorBoardLog(folder / "tensorboard") as log:
        for iteration in range(3):
            log.open_iteration(iteration)
            log.scalars(100 * iteration, {"return_mean": 10.0 * iteration, "success_rate": None, "verdict": "kept"})
            log.text("prompt", iteration, f"# Prompt {iteration}")
        log.image("episode", 2, gif)
        log.hparams(CONFIG, {"held_out/return_mean": 499.9, "optimum": None})


def test_scalars_text_and_pictures_are_read_back_by_tensorboards_own_reader(tmp_path: Path) -> None:
    write_run(tmp_path)

    read = events_of(tmp_path / "tensorboard")

    assert [(e.step, e.value) for e in read.Scalars("return_mean")] == [(0, 0.0), (100, 10.0), (200, 20.0)]
    assert [e.tensor_proto.string_val[0] for e in read.Tensors("prompt")] == [
        b"# Prompt 0",
        b"# Prompt 1",
        b"# Prompt 2",
    ]
    assert read.Images("episode")[0].encoded_image_string == (tmp_path / "episode.gif").read_bytes()
    assert set(read.Tags()["scalars"]) == {"return_mean", "held_out/return_mean"}


def test_an_iteration_opened_again_replaces_what_a_killed_run_left_of_it(tmp_path: Path) -> None:
    killed = TensorBoardLog(tmp_path)
    for iteration in range(2):
        killed.open_iteration(iteration)
        killed.scalars(iteration, {"score": 1.0})

    resumed = TensorBoardLog(tmp_path)
    resumed.open_iteration(1)
    resumed.scalars(1, {"score": 2.0})

    assert [e.value for e in events_of(tmp_path).Scalars("score")] == [1.0, 2.0]
    assert len(list(tmp_path.iterdir())) == 2


def test_a_run_that_has_begun_says_its_settings_once_however_often_it_goes_on(tmp_path: Path) -> None:
    for _ in range(2):
        log = TensorBoardLog(tmp_path)
        log.begin(CONFIG)
        log.scalars(3, {"score": 1.0})
        log.close()

    read = events_of(tmp_path)
    assert {"_hparams_/session_start_info", "custom_scalars__config__"} <= set(read.Tags()["tensors"])
    assert len(list(tmp_path.glob("*.begin"))) == 1
    assert [e.step for e in read.Scalars("score")] == [3]


def test_events_are_on_disk_before_the_log_is_closed(tmp_path: Path) -> None:
    log = TensorBoardLog(tmp_path)

    log.scalars(7, {"score": 1.5})

    assert [(e.step, e.value) for e in events_of(tmp_path).Scalars("score")] == [(7, 1.5)]


def test_many_quick_iterations_stay_in_order(tmp_path: Path) -> None:
    with TensorBoardLog(tmp_path) as log:
        for iteration in range(12):
            log.open_iteration(iteration)
            log.scalars(iteration, {"score": float(iteration)})

    assert [e.step for e in events_of(tmp_path).Scalars("score")] == list(range(12))


def test_a_missing_picture_raises_and_leaves_the_log_usable(tmp_path: Path) -> None:
    log = TensorBoardLog(tmp_path)

    with pytest.raises(OSError, match="nothing"):
        log.image("episode", 0, tmp_path / "nothing.gif")
    log.scalars(0, {"score": 1.0})

    assert events_of(tmp_path).Tags()["scalars"] == ["score"]


def test_a_nested_configuration_is_flattened_to_its_leaves() -> None:
    settings = flat({"seed": 3, "method": {"bins": [3, 3], "is_on": True}, "llm": {"model": None}})

    assert settings == {"seed": 3, "method.bins": "[3, 3]", "method.is_on": True, "llm.model": "None"}


@pytest.fixture
def server(tmp_path: Path) -> str:
    from tensorboard import program

    write_run(tmp_path)
    board = program.TensorBoard()
    board.configure(logdir=str(tmp_path), host="127.0.0.1", port=0, load_fast="false", reload_interval=1)
    return str(board.launch())


def asked(address: str, body: object = None) -> bytes:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, data=data, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return bytes(answer.read())


def test_a_tensorboard_server_shows_scalars_prompts_moving_pictures_and_hparams(server: str, tmp_path: Path) -> None:
    plugins = f"{server}data/plugin"
    which = urllib.parse.urlencode({"run": "tensorboard", "tag": "return_mean"})
    session_query = {
        "experimentName": "",
        "allowedStatuses": ["STATUS_SUCCESS"],
        "colParams": [{"hparam": "method.fill"}, {"metric": {"group": "", "tag": "held_out/return_mean"}}],
        "sliceSize": 10,
    }

    scalars = json.loads(asked(f"{plugins}/scalars/scalars?{which}"))
    text = json.loads(asked(f"{plugins}/text/text?run=tensorboard&tag=prompt"))
    pictures = json.loads(asked(f"{plugins}/images/images?run=tensorboard&tag=episode"))
    picture = asked(f"{plugins}/images/individualImage?{pictures[0]['query']}")
    groups = json.loads(asked(f"{plugins}/hparams/session_groups", session_query))["sessionGroups"]

    assert [point[1:] for point in scalars] == [[0, 0.0], [100, 10.0], [200, 20.0]]
    assert "Prompt 2" in text[-1]["text"]
    assert Image.open(io.BytesIO(picture)).n_frames == 4
    assert groups[0]["hparams"]["method.fill"] == "best"
    assert groups[0]["metricValues"][0]["value"] == pytest.approx(499.9)
