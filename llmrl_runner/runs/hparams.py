"""What TensorBoard's HPARAMS page reads: a run's settings, whether it ended, and which columns a view of runs has.

tensorboard.plugins.hparams.summary would make these messages, but it imports TensorFlow.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

KEY_SEPARATOR = "."
Setting: TypeAlias = str | float | bool


def flat(config: Mapping[str, Any], prefix: str = "") -> dict[str, Setting]:
    """A nested configuration as `{"method.iterations": 5}`. Lists and null become their words."""
    return dict(_leaves(config, prefix))


def session_start(settings: Mapping[str, Setting]) -> Any:
    """The summary value that says which settings a run has; with it a run has a row on the page."""
    from tensorboard.plugins.hparams import metadata, plugin_data_pb2

    info = plugin_data_pb2.SessionStartInfo(start_time_secs=time.time())
    for key, value in settings.items():
        kind = "bool_value" if isinstance(value, bool) else "string_value" if isinstance(value, str) else "number_value"
        setattr(info.hparams[key], kind, value)
    content = plugin_data_pb2.HParamsPluginData(session_start_info=info)
    return _hparams_value(metadata.SESSION_START_INFO_TAG, content)


def session_end() -> Any:
    """The summary value that says that the run was finished."""
    from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2

    info = plugin_data_pb2.SessionEndInfo(status=api_pb2.STATUS_SUCCESS, end_time_secs=time.time())
    return _hparams_value(metadata.SESSION_END_INFO_TAG, plugin_data_pb2.HParamsPluginData(session_end_info=info))


def experiment(columns: Mapping[str, Sequence[Setting]], metrics: Mapping[str, str]) -> Any:
    """The summary value that says which columns the page has, in their order, for all runs beside it.

    columns: the values of each setting, one a run. metrics: the name that is shown of each scalar's tag.
    """
    from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2

    content = api_pb2.Experiment(
        hparam_infos=[_column(name, values) for name, values in columns.items()],
        metric_infos=[
            api_pb2.MetricInfo(name=api_pb2.MetricName(tag=tag), display_name=shown) for tag, shown in metrics.items()
        ],
    )
    return _hparams_value(metadata.EXPERIMENT_TAG, plugin_data_pb2.HParamsPluginData(experiment=content))


def _leaves(config: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Setting]]:
    for key, value in config.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{key}{KEY_SEPARATOR}")
        else:
            yield f"{prefix}{key}", value if isinstance(value, str | bool | int | float) else str(value)


def _column(name: str, values: Sequence[Setting]) -> Any:
    """A setting's column, with what its filter offers: the values, or the range of numbers."""
    from tensorboard.plugins.hparams import api_pb2

    info = api_pb2.HParamInfo(name=name, differs=len(set(values)) > 1)
    if all(isinstance(value, bool) for value in values):
        info.type = api_pb2.DATA_TYPE_BOOL
        info.domain_discrete.extend(_once(values))
    elif all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        info.type = api_pb2.DATA_TYPE_FLOAT64
        numbers = [float(value) for value in values]
        info.domain_interval.min_value, info.domain_interval.max_value = min(numbers), max(numbers)
    else:
        info.type = api_pb2.DATA_TYPE_STRING
        info.domain_discrete.extend(_once(map(str, values)))
    return info


def _once(values: Iterable[Setting]) -> list[Setting]:
    return sorted(set(values), key=str)


def _hparams_value(tag: str, content: Any) -> Any:
    from tensorboard.compat.proto import summary_pb2
    from tensorboard.plugins.hparams import metadata

    return summary_pb2.Summary.Value(
        tag=tag, metadata=metadata.create_summary_metadata(content), tensor=metadata.NULL_TENSOR
    )
