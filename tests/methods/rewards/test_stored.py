"""What is said of a damaged file of stored steps."""

from pathlib import Path

import pytest

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.methods.rewards.stored import load_stored
from llmrl_runner.rl.buffers import Buffer
from llmrl_runner.rl.stored_episodes import StoredEpisodes

AGAIN = "and the same command does it again, from the same answers"


@pytest.mark.parametrize(
    ("file", "cure"),
    [
        ("iteration_001/draft_2/buffer.npz", f"delete .*/iteration_001, {AGAIN}"),
        ("iteration_000/random/episodes.npz", f"delete .*/iteration_000, {AGAIN}"),
        (
            "trainings/iteration_001/draft_2_rung_0/buffer.npz",
            "delete .*/draft_2_rung_0, and the same command trains it",
        ),
    ],
)
def test_the_cure_names_what_is_made_again(file: str, cure: str, tmp_path: Path) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_bytes(b"PK")

    with pytest.raises(ConfigError, match=f"{path.name}: can't be read .*; {cure}"):
        load_stored(StoredEpisodes if "episodes" in file else Buffer, path)  # type: ignore[type-var]
