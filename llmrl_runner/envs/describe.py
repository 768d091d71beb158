"""An environment in the words that a prompt uses: tables of its observation and actions, the bins of its table."""

from collections.abc import Sequence

from llmrl_runner.config.environment_schema import ActionConfig, EnvConfig, FieldConfig
from llmrl_runner.envs.act import ActionCodec
from llmrl_runner.envs.discretise import Discretiser
from llmrl_runner.envs.observe import number_text

RANGE_DIGITS = 4


def observation_table(config: EnvConfig) -> str:
    """The observation as a Markdown table, one row a field: name, unit, range or values, meaning."""
    rows = [(field.name, field.unit or "-", field_range(field), field.meaning) for field in config.observation]
    return markdown_table(("field", "unit", "range", "meaning"), rows)


def action_table(config: EnvConfig) -> str:
    """The actions as a Markdown table: one row a discrete action with its number, or one a continuous dimension."""
    if is_continuous(config):
        rows = [(action.name, action.unit or "-", action_range(action), action.meaning) for action in config.actions]
        return markdown_table(("action dimension", "unit", "range", "meaning"), rows)
    numbered = [(str(number), action.name, action.meaning) for number, action in enumerate(config.actions)]
    return markdown_table(("action", "name", "meaning"), numbered)


def bins_table(config: EnvConfig, discretiser: Discretiser) -> str:
    """One line a field of the table: its bins and their centres, `- cart position (m): 0: -2.4, 1: 0, 2: 2.4`."""
    fields = {field.name: field for field in config.observation}
    lines = [_bins_line(fields[name], discretiser, column) for column, name in enumerate(discretiser.names)]
    return "\n".join(lines)


def choices_table(config: EnvConfig, codec: ActionCodec) -> str:
    """What a table may choose from: `0: push left, 1: push right`, or the values offered for each dimension."""
    if codec.is_discrete:
        return ", ".join(f"{number}: {name}" for number, name in enumerate(codec.names))
    values = config.discretise.action_values
    listed = ", ".join(f"{number}: {number_text(value, RANGE_DIGITS)}" for number, value in enumerate(values))
    units = {action.unit for action in config.actions}
    unit = f" ({units.pop()})" if len(units) == 1 and "" not in units else ""
    return f"for each of {', '.join(codec.names)}{unit}: {listed}"


def is_continuous(config: EnvConfig) -> bool:
    """Whether the actions are numbers with bounds rather than a choice."""
    return any(action.low is not None for action in config.actions)


def field_range(field: FieldConfig) -> str:
    """`0 = no, 1 = yes` where values have words, `0 to 31` where they have none, else the bounds."""
    if field.labels:
        return ", ".join(f"{value} = {label}" for value, label in enumerate(field.labels))
    if field.values is not None:
        return f"whole numbers 0 to {field.values - 1}"
    return _bounds(field.low, field.high)


def action_range(action: ActionConfig) -> str:
    """The bounds of one continuous dimension."""
    return _bounds(action.low, action.high)


def _bounds(low: float | None, high: float | None) -> str:
    if low is None and high is None:
        return "unbounded"
    if high is None:
        return f"at least {number_text(low or 0.0, RANGE_DIGITS)}"
    if low is None:
        return f"at most {number_text(high, RANGE_DIGITS)}"
    return f"{number_text(low, RANGE_DIGITS)} to {number_text(high, RANGE_DIGITS)}"


def _bins_line(field: FieldConfig, discretiser: Discretiser, column: int) -> str:
    unit = f" ({field.unit})" if field.unit else ""
    bins = int(discretiser.bins[column])
    if field.values == bins:
        return f"- {field.name}{unit}: {_own_bins(field)}"
    if bins == 1:
        return f"- {field.name}{unit}: 0: any value"
    centres = enumerate(discretiser.centres(column))
    listed = ", ".join(f"{number}: {number_text(centre, RANGE_DIGITS)}" for number, centre in centres)
    return f"- {field.name}{unit}: {listed}"


def _own_bins(field: FieldConfig) -> str:
    """The bins of a field that has one bin a value."""
    if field.labels:
        return ", ".join(f"{value}: {label}" for value, label in enumerate(field.labels))
    return f"0 to {(field.values or 1) - 1}, the bin is the value itself"


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
