"""The forms in which an LLM can write a policy: what it is told of the form, and how its answer is read."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.random import Generator

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.method_schema import TabularConfig
from llmrl_runner.envs.arrays import IntArray
from llmrl_runner.envs.describe import bins_table, choices_table
from llmrl_runner.envs.environment import Environment
from llmrl_runner.methods.prompts import Prompts
from llmrl_runner.policies.base import Policy
from llmrl_runner.policies.fill import fill_table
from llmrl_runner.policies.linear import LinearPolicy, row_counts
from llmrl_runner.policies.linear_text import linear_text, parse_linear
from llmrl_runner.policies.store import StoredPolicy
from llmrl_runner.policies.table import TablePolicy
from llmrl_runner.policies.table_form import TableForm, table_form
from llmrl_runner.policies.table_text import parse_table
from llmrl_runner.policies.text import table_text

# A larger table is answered blindly in rows with ranges, since a row a cell would be longer than any model writes.
BLIND_ROWS = 1000
SHOWN_ROWS = 400  # of the current policy, in a prompt

# What a prompt says of the cells that the answer leaves out.
FILL_WORDS = {
    "best": "keep the action of the best policy so far (of the nearest covered cell while there is none)",
    "nearest": "take the action of the nearest cell that is covered",
    "random": "take one action each, drawn at random",
    "default": "take action {default}",
}


@dataclass(frozen=True)
class Draft:
    """A policy as it was read. problems: what the LLM is told of it; figures: for metrics.json."""

    policy: StoredPolicy
    problems: list[str]
    figures: dict[str, Any] = field(default_factory=dict)


class Form(ABC):
    """One way to write a policy."""

    shows_cells: bool

    def __init__(self, environment: Environment, config: TabularConfig) -> None:
        self.environment, self.config = environment, config

    @abstractmethod
    def instructions(self, prompts: Prompts) -> str:
        """What the prompt says about the form of the answer."""

    @abstractmethod
    def read(self, text: str, incumbent: Policy | None, rng: Generator) -> Draft:
        """The policy in an answer. Raises PolicyParseError where there is none."""

    @abstractmethod
    def show(self, policy: Policy) -> str:
        """A policy in the very form that `read` takes."""

    @abstractmethod
    def blind(self, rng: Generator) -> str:
        """A well-formed answer that knows nothing of the environment but the form."""


class TableOfActions(Form):
    """One action for each cell of the discretised observation."""

    shows_cells = True

    @property
    def columns(self) -> TableForm:
        """The columns of a row."""
        return table_form(self.environment.config, self.environment.cells, self.environment.actions)

    def instructions(self, prompts: Prompts) -> str:
        """See Form."""
        config, environment = self.environment.config, self.environment
        return prompts.render(
            "format_table",
            bins=bins_table(config, environment.cells),
            n_cells=environment.cells.n_cells,
            choices=choices_table(config, environment.actions),
            action_columns=self.columns.actions,
            header=self.columns.header,
            uncovered=FILL_WORDS[self.config.fill].format(default=self.config.default_action),
        )

    def read(self, text: str, incumbent: Policy | None, rng: Generator) -> Draft:
        """See Form. Cells that the rows leave out are filled as the configuration says."""
        parsed = parse_table(text, self.columns)
        entries = fill_table(
            parsed.entries,
            self.columns.bins,
            self.environment.actions.choices,
            self.config.fill,
            rng=rng,
            incumbent=incumbent.entries if isinstance(incumbent, TablePolicy) else None,
            default=self.config.default_action,
        )
        policy = TablePolicy(self.environment.cells, self.environment.actions, entries)
        return Draft(policy, parsed.problems, {"coverage": round(parsed.coverage, 4), "rows": parsed.n_rows})

    def show(self, policy: Policy) -> str:
        """See Form."""
        assert isinstance(policy, TablePolicy)
        return "\n".join([self.columns.header, table_text(policy.entries, self.columns, SHOWN_ROWS)])

    def blind(self, rng: Generator) -> str:
        """See Form: a random action in every cell, or in random blocks of cells where there are too many."""
        cells, actions = self.environment.cells, self.environment.actions
        if cells.n_cells <= BLIND_ROWS:
            where = [tuple(map(str, row)) for row in cells.unravel(np.arange(cells.n_cells))]
        else:
            blocks = [tuple(_random_range(int(bins), rng) for bins in cells.bins) for _ in range(BLIND_ROWS - 1)]
            everywhere = tuple(f"0-{bins - 1}" for bins in cells.bins)
            where = list(dict.fromkeys([everywhere, *blocks]))  # the same block twice would contradict itself
        choices: IntArray = rng.integers(actions.choices, size=(len(where), actions.dims))
        rows = (" | ".join([*cell, *map(str, chosen)]) for cell, chosen in zip(where, choices.tolist(), strict=True))
        return "\n".join(["```", self.columns.header, *rows, "```"])


class LinearScores(Form):
    """Weights and a bias for each action."""

    shows_cells = False

    def instructions(self, prompts: Prompts) -> str:
        """See Form."""
        environment = self.environment
        return prompts.render(
            "format_linear",
            is_discrete=environment.actions.is_discrete,
            features=", ".join(environment.observations.names),
            n_features=environment.observations.width,
            outputs=", ".join(environment.actions.names),
            n_outputs=row_counts(environment.actions)[0],
            tune=self.config.tune,
        )

    def read(self, text: str, incumbent: Policy | None, rng: Generator) -> Draft:
        """See Form."""
        parsed = parse_linear(text, self.environment.actions, self.environment.observations.names)
        return Draft(parsed.policy, parsed.problems)

    def show(self, policy: Policy) -> str:
        """See Form."""
        assert isinstance(policy, LinearPolicy)
        return linear_text(policy)

    def blind(self, rng: Generator) -> str:
        """See Form: standard normal weights and biases."""
        outputs, features = row_counts(self.environment.actions)[0], self.environment.observations.width
        policy = LinearPolicy(
            rng.standard_normal((outputs, features)),
            rng.standard_normal(outputs),
            self.environment.actions,
            self.environment.observations.names,
        )
        return f"```\n{linear_text(policy)}\n```"


FORMS: dict[str, type[Form]] = {"table": TableOfActions, "linear": LinearScores}


def check_table(method: Any, environment: Environment) -> None:
    """Raise ConfigError where the environment has no table, or none with that default action."""
    if not environment.actions.choices:
        raise ConfigError("env.discretise.action_values", "values needed: a table chooses between them")
    environment.cells  # noqa: B018 - made here, so that bins that don't fit are found before a run begins
    if method.default_action >= environment.actions.choices:
        known = f"0 to {environment.actions.choices - 1}"
        raise ConfigError("method.default_action", f"must be one of {known}, got {method.default_action}")


def _random_range(bins: int, rng: Generator) -> str:
    first, last = sorted(rng.integers(bins, size=2).tolist())
    return f"{first}-{last}"
