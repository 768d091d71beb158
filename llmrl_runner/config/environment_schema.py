"""What conf/env says: an environment and what an LLM is told of it.

Fields of a list's items carry defaults, since a YAML list can't inherit them from a file.
"""

from dataclasses import dataclass, field
from typing import Any, Optional

from omegaconf import MISSING

from llmrl_runner.config.limits import at_least, between, one_word


@dataclass
class FieldConfig:
    """One number of an observation, as an LLM is told of it."""

    name: str = MISSING
    meaning: str = ""
    unit: str = ""
    low: Optional[float] = None  # true bounds in the unit; null where there is none
    high: Optional[float] = None
    values: Optional[int] = None  # how many values a discrete field has: 0 to values-1
    labels: list[str] = field(default_factory=list)  # a word for each of the values


@dataclass
class ActionConfig:
    """One discrete action, or one dimension of a continuous action."""

    name: str = MISSING
    meaning: str = ""
    unit: str = ""
    low: Optional[float] = None  # bounds of a continuous dimension
    high: Optional[float] = None


@dataclass
class ChoiceConfig:
    """A ready-made action with a name, where actions are numbers (Box, MultiDiscrete): models are poor at floats."""

    name: str = MISSING
    value: list[float] = field(default_factory=list)  # one number a dimension, in the environment's units
    meaning: str = ""


@dataclass
class DiscretiseConfig:
    """How observations become the cells of a table, and continuous actions the entries of a row.

    Empty `fields` means every field; empty `bins`, `low` and `high` are allowed only where each field has `values`.
    """

    fields: list[str] = field(default_factory=list)
    bins: list[int] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    action_values: list[float] = field(default_factory=list)  # offered for each dimension of a continuous action


@dataclass
class AbstractFieldConfig:
    """A field of an observation in a word: which, by where its value lies between the edges."""

    of: str = MISSING  # the field's name
    minus: str = ""  # the name of another field, which is taken off first
    name: str = ""  # what it is called in the line; empty: the field's name
    edges: list[float] = field(default_factory=list)  # in the field's unit, growing
    words: list[str] = field(default_factory=list)  # one more than there are edges


@dataclass
class UntoldConfig:
    """What makes observations for a network that the instruction is left out of; null: as elsewhere."""

    network_wrapper: Optional[str] = None
    network_batch: Optional[str] = None


@dataclass
class SuccessConfig:
    """What counts as a success: an episode's return, or its last reward, of at least so much; null: not defined."""

    return_at_least: Optional[float] = None
    last_reward_at_least: Optional[float] = None
    meaning: str = ""  # the same as an LLM is told it that writes rewards: without what the environment pays


@dataclass
class EvaluationConfig:
    """How many episodes a score needs, given how noisy and how slow the environment is."""

    collect_episodes: int = between(1, 100_000)  # with the limits below, an iteration's seeds suffice: methods/base.py
    selection_episodes: list[int] = MISSING
    held_out_episodes: int = at_least(2)


@dataclass
class ActingConfig:
    """How an LLM plays that acts itself, a call an action."""

    episodes: int = between(1, 100_000)
    max_steps: int = at_least(1)
    action_rate: int = at_least(1)


@dataclass
class EnvConfig:
    """A Gymnasium environment and everything an LLM is told about it. What a YAML leaves out is absent."""

    name: str = one_word()
    id: str = MISSING
    goal: str = ""
    observation: list[FieldConfig] = field(default_factory=list)
    actions: list[ActionConfig] = field(default_factory=list)
    reward: str = ""
    kwargs: dict[str, Any] = field(default_factory=dict)
    module: Optional[str] = None  # imported first, where a third party registers the environment
    max_episode_steps: Optional[int] = field(default=None, metadata={"at_least": 1})
    episode_end: str = ""
    dynamics: str = ""
    hints: list[str] = field(default_factory=list)
    words: Optional[str] = None  # import path of what puts observations into words: see envs/words.py
    choices: list[ChoiceConfig] = field(default_factory=list)
    noop: Optional[str] = None  # the name of the action or choice that does nothing
    discretise: DiscretiseConfig = field(default_factory=DiscretiseConfig)
    return_max: Optional[float] = None  # a true bound that no episode exceeds
    success: SuccessConfig = field(default_factory=SuccessConfig)
    optimum: Optional[str] = None  # how the best return is known: see envs/optimum.py
    batch: Optional[str] = None  # import path of a vectorised twin: see envs/batch.py
    heuristic: Optional[str] = None  # import path of an expert that needs no learning: see envs/heuristics.py
    map_words: Optional[str] = None  # import path of what puts the whole state into words: see envs/map_words.py
    network_wrapper: Optional[str] = None  # import path of a wrapper that makes observations fit for a network
    network_like: Optional[str] = None  # Gymnasium id of the environment whose inputs its network has; null: its own
    network_batch: Optional[str] = None  # import path of a vectorised twin for networks: see envs/network_batch.py
    native_id: Optional[str] = None  # Gymnasium id that pays this environment's dense reward; null: it does itself
    reward_rows: Optional[str] = None  # import path of the rows that a written reward sees: see envs/reward_rows.py
    reward_fields: list[FieldConfig] = field(default_factory=list)  # what those rows hold; empty: the observation
    untold: UntoldConfig = field(default_factory=UntoldConfig)
    situations: Optional[str] = None  # import path of what tells states in a line each: see envs/situations.py
    abstract: list[AbstractFieldConfig] = field(default_factory=list)  # what such a line tells of fields
    landmarks: list[str] = field(default_factory=list)  # MiniGrid's kinds of things that it tells of
    evaluation: EvaluationConfig = field(default_factory=EvaluationConfig)
    acting: ActingConfig = field(default_factory=ActingConfig)
