"""What a row of a table consists of: which columns it has, and what may stand in each."""

from dataclasses import dataclass

from llmrl_runner.config.environment_schema import EnvConfig
from llmrl_runner.envs.act import ActionCodec
from llmrl_runner.envs.discretise import Discretiser


@dataclass(frozen=True)
class Column:
    """One column: whole numbers 0 to size-1, or the words that stand for them (none, or one a number)."""

    name: str
    size: int
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableForm:
    """The columns of a table's rows: k fields of the cell, then one column an action dimension."""

    fields: tuple[Column, ...]
    actions: tuple[Column, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        """All columns in their order."""
        return self.fields + self.actions

    @property
    def width(self) -> int:
        """How many columns a row has."""
        return len(self.fields) + len(self.actions)

    @property
    def bins(self) -> tuple[int, ...]:
        """The table's shape (k,)."""
        return tuple(column.size for column in self.fields)

    @property
    def header(self) -> str:
        """The line that stands over the rows: `cart position | pole angle | action`."""
        return " | ".join(column.name for column in self.columns)


def table_form(config: EnvConfig, discretiser: Discretiser, actions: ActionCodec) -> TableForm:
    """The form of this environment's table. Fields with one bin a value may be written by their labels."""
    described = {field.name: field for field in config.observation}
    fields = [
        Column(name, int(size), tuple(described[name].labels) if described[name].values == size else ())
        for name, size in zip(discretiser.names, discretiser.bins, strict=True)
    ]
    return TableForm(tuple(fields), _action_columns(actions))


def _action_columns(actions: ActionCodec) -> tuple[Column, ...]:
    if actions.is_discrete:
        return (Column("action", actions.choices, actions.names),)
    return tuple(Column(name, actions.choices) for name in actions.names)
