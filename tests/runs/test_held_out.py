from pathlib import Path

from llmrl_runner.runs.held_out import FILE, PlayedEpisode, read_held_out, write_held_out


def test_episodes_come_back_to_the_last_digit(tmp_path: Path) -> None:
    episodes = [PlayedEpisode(7, 0.1 + 0.2, 9, True), PlayedEpisode(8, -1e-17, 200, False)]

    write_held_out(tmp_path, episodes)

    assert read_held_out(tmp_path) == episodes


def test_an_undefined_success_stays_undefined(tmp_path: Path) -> None:
    write_held_out(tmp_path, [PlayedEpisode(7, 1.0, 9, None)])

    assert read_held_out(tmp_path)[0].is_success is None


def test_a_missing_or_damaged_file_holds_no_episode(tmp_path: Path) -> None:
    assert read_held_out(tmp_path) == []

    (tmp_path / FILE).write_text("seed,return,length,success\n7,much,9,yes\n")

    assert read_held_out(tmp_path) == []
