"""What a round of acted episodes leaves on disk: every step of each, and their totals."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.methods.acting import Acting, Move
from llmrl_runner.methods.episode_totals import Totals
from llmrl_runner.rl.rollout import EpisodeScores
from llmrl_runner.runs.damage import read_object
from llmrl_runner.runs.iteration import Iteration, Record, cure_of

FOLDER = "episodes"
TOTALS = "episodes.json"


def episode_file(folder: Path, number: int) -> Path:
    """`episodes/007.jsonl`."""
    return folder / FOLDER / f"{number:03d}.jsonl"


def write_episodes(iteration: Iteration, episodes: Sequence[Acting], totals: Totals) -> None:
    """A JSONL file an episode, one line an answer, and episodes.json with totals and averages."""
    (iteration.path / FOLDER).mkdir()
    for number, episode in enumerate(episodes):
        lines = [json.dumps(step_line(number, episode.seed, move), ensure_ascii=False) for move in episode.moves]
        iteration.write_text(str(episode_file(Path(), number)), "".join(f"{line}\n" for line in lines))
    iteration.write_json(TOTALS, totals_object(totals))


def step_line(number: int, seed: int, move: Move) -> dict[str, Any]:
    """One line: what was observed, said, read of it, done and paid, and what the answer took."""
    answer = move.answer
    return {
        "episode": number,
        "seed": seed,
        "step": move.step,
        "observation": move.observation,
        "in_brief": move.in_brief,
        "text": answer.text,
        "reflection": move.thought,
        "action": move.choice.name,
        "native_action": np.asarray(move.choice.native).tolist(),
        "valid": move.is_valid,
        "problem": move.problem or None,
        "rewards": move.rewards,
        "reward": move.reward,
        "terminated": move.terminated,
        "truncated": move.truncated,
        "prompt_tokens": answer.prompt_tokens,
        "completion_tokens": answer.completion_tokens,
        "latency_s": answer.latency_s,
        "has_drifted": answer.has_drifted,
    }


def totals_object(totals: Totals) -> dict[str, Any]:
    """episodes.json: a list each over the episodes, their averages, and the counts of what was wrong with answers."""
    scores = totals.scores
    return {
        "seeds": totals.seeds.tolist(),
        "total_rewards": scores.returns.tolist(),
        "total_timesteps": scores.lengths.tolist(),
        "successes": None if scores.successes is None else scores.successes.tolist(),
        "cut_short": totals.cut_short,
        "average_reward": float(scores.returns.mean()),
        "average_steps": float(scores.lengths.mean()),
        "answers": totals.answers,
        "invalid": totals.invalid,
        "empty_thoughts": totals.empty_thoughts,
        "long_thoughts": totals.long_thoughts,
    }


def read_totals(record: Record) -> Totals:
    """The totals of a complete round. Raises ConfigError, with the cure, where the file is damaged."""
    counts = ["cut_short", "answers", "invalid", "empty_thoughts", "long_thoughts"]
    read = read_object(
        record.path / TOTALS, ["seeds", "total_rewards", "total_timesteps", "successes", *counts], cure_of(record.path)
    )
    returns, lengths = np.array(read["total_rewards"], dtype=float), np.array(read["total_timesteps"], dtype=np.int64)
    reached = None if read["successes"] is None else np.array(read["successes"], dtype=bool)
    return Totals(
        seeds=np.array(read["seeds"], dtype=np.int64),
        scores=EpisodeScores(returns, lengths, reached),
        **{name: read[name] for name in counts},
    )


def read_steps(record: Record, number: int) -> list[dict[str, Any]]:
    """The lines of one episode. Raises ConfigError, with the cure, where its file is damaged."""
    path = episode_file(record.path, number)
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    except (OSError, ValueError) as error:
        raise ConfigError("", f"{path}: can't be read ({error}); {cure_of(record.path)}") from error
