"""What texts cost a training: PPO on BabyAI's GoToLocal that reads the mission, beside the same that doesn't.

Steps so small that nothing is learned keep the trainings the same in all else: a network that has learned more ends
more episodes, and each new world takes longer than many steps.
"""

import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from llmrl_runner.config.composing import composed
from llmrl_runner.config.schema import Config
from llmrl_runner.methods.augmenting.meeting import random_play
from llmrl_runner.methods.augmenting.telling import Telling
from llmrl_runner.rl.guided_training import train_guided
from llmrl_runner.rl.told_batch import Book
from llmrl_runner.rl.training import Stretch
from scripts.benchmarks.pairs import paired_medians

STEPS = 40_000
WORDS = (
    *("method=augmented", "env=babyai_goto_local", "llm=none", "method.advice=none"),
    *("training.learning_rate=1e-9", "training.learning_rate_end=0"),
)


def measure(repeats: int) -> dict[str, Any]:
    """Seconds of a training without text and with it, in turn, and their ratio; then with states in words as well."""
    with tempfile.TemporaryDirectory() as folder:
        vectors = f"paths.vectors={Path(folder) / 'vectors.sqlite'}"
        plain, told, both = (
            composed(*WORDS, vectors, f"method.text={text}") for text in ("none", "instruction", "both")
        )
        plain_s, told_s = paired_medians(lambda: _train(plain), lambda: _train(told), repeats)
        _, both_s = paired_medians(lambda: _train(plain), lambda: _train(both), repeats)
    ratios = {"ratio": told_s / plain_s, "ratio_both": both_s / plain_s, "limit_ratio": 1.15}
    return {"without_s": plain_s, "instruction_s": told_s, "both_s": both_s, **ratios}


def _train(config: Config) -> float:
    """Wall-clock seconds of a training from nothing; reading a text for the first time is part of it."""
    telling = Telling(config)
    book = Book(telling.table)
    make = partial(telling.batch, book)
    network = telling.network(make(1).layout, random_play(telling))
    started = time.perf_counter()
    train_guided(make, config.training, Stretch(None, STEPS, np.arange(STEPS), 0, "cpu"), network=network)
    return time.perf_counter() - started
