"""What TensorBoard shows of a run: scalars, prompts and answers as text, GIFs as images, hyperparameters.

Written with the `tensorboard` package alone, no torch and no TensorFlow. An event file an iteration, so that a resumed
run can replace the file of an iteration that was cut off; each event reaches the disk as it is written.
"""

import math
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, SupportsFloat

FILE_VERSION = "brain.Event:2"  # TensorBoard's own mark at the head of an event file
SUMMARY_SUFFIX = "summary"
KEY_SEPARATOR = "."


class TensorBoardLog:
    """Writes one run's event files under `folder`. Nothing is imported and no folder made before the first event."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._suffix = iteration_suffix(0)
        self._records: Any = None

    def open_iteration(self, iteration: int) -> None:
        """Send what follows to this iteration's own file, in the place of one that a killed run left there."""
        self._open(iteration_suffix(iteration))

    def scalars(self, step: int, values: Mapping[str, object]) -> None:
        """Log the numbers among `values` at a step; what is unknown (None) or no number is left out."""
        from tensorboard.compat.proto import summary_pb2

        entries = [
            summary_pb2.Summary.Value(tag=tag, simple_value=float(value))
            for tag, value in values.items()
            if isinstance(value, SupportsFloat) and not math.isnan(float(value))
        ]
        if entries:
            self._write(step, *entries)

    def text(self, tag: str, step: int, markdown: str) -> None:
        """Log a text; TensorBoard renders it as Markdown and strips what could run in a browser."""
        from tensorboard.compat.proto import summary_pb2
        from tensorboard.plugins.text.metadata import create_summary_metadata
        from tensorboard.util.tensor_util import make_tensor_proto

        tensor = make_tensor_proto(markdown.encode("utf-8", errors="replace"))
        metadata = create_summary_metadata(display_name="", description="")
        self._write(step, summary_pb2.Summary.Value(tag=tag, tensor=tensor, metadata=metadata))

    def image(self, tag: str, step: int, path: Path) -> None:
        """Log a GIF, PNG or JPEG file byte for byte, so that a GIF plays. Raises OSError or ValueError on a bad one."""
        from PIL import Image
        from tensorboard.compat.proto import summary_pb2

        with Image.open(path) as opened:
            width, height = opened.size
        picture = summary_pb2.Summary.Image(
            width=width, height=height, colorspace=3, encoded_image_string=path.read_bytes()
        )
        self._write(step, summary_pb2.Summary.Value(tag=tag, image=picture))

    def hparams(self, config: Mapping[str, Any], metrics: Mapping[str, object]) -> None:
        """Log a finished run for TensorBoard's HPARAMS page: a (nested) configuration beside its final metrics.

        Written to a file of its own, which a second call replaces.
        """
        self._open(SUMMARY_SUFFIX)
        self._write(0, _session_start(flat(config)))
        self.scalars(0, metrics)
        self._write(0, _session_end())
        self.close()

    def close(self) -> None:
        """Close the open file. A later event opens another."""
        if self._records is not None:
            self._records.close()
            self._records = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _open(self, suffix: str) -> None:
        from tensorboard.compat.proto import event_pb2
        from tensorboard.summary.writer.record_writer import RecordWriter

        self.close()
        self._folder.mkdir(parents=True, exist_ok=True)
        for left_over in self._folder.glob(f"*tfevents*.{suffix}"):
            left_over.unlink(missing_ok=True)
        self._suffix = suffix
        # TensorBoard reads a folder's files in the order of their names: the time first, then the iteration.
        path = self._folder / f"events.out.tfevents.{int(time.time()):010d}.{suffix}"
        self._records = RecordWriter(path.open("wb"))
        self._append(event_pb2.Event(wall_time=time.time(), file_version=FILE_VERSION))

    def _write(self, step: int, *values: Any) -> None:
        from tensorboard.compat.proto import event_pb2, summary_pb2

        if self._records is None:
            self._open(self._suffix)
        self._append(event_pb2.Event(wall_time=time.time(), step=step, summary=summary_pb2.Summary(value=values)))

    def _append(self, event: Any) -> None:
        self._records.write(event.SerializeToString())
        self._records.flush()


def iteration_suffix(iteration: int) -> str:
    """The end of an iteration's event file name, padded so that names sort as iterations do."""
    return f"iteration_{iteration:03d}"


def flat(config: Mapping[str, Any], prefix: str = "") -> dict[str, str | float | bool]:
    """A nested configuration as `{"method.iterations": 5}`. Lists and null become their words."""
    return dict(_leaves(config, prefix))


def _leaves(config: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str | float | bool]]:
    for key, value in config.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{key}{KEY_SEPARATOR}")
        else:
            yield f"{prefix}{key}", value if isinstance(value, str | bool | int | float) else str(value)


def _session_start(settings: Mapping[str, str | float | bool]) -> Any:
    from tensorboard.plugins.hparams import metadata, plugin_data_pb2

    info = plugin_data_pb2.SessionStartInfo(start_time_secs=time.time())
    for key, value in settings.items():
        kind = "bool_value" if isinstance(value, bool) else "string_value" if isinstance(value, str) else "number_value"
        setattr(info.hparams[key], kind, value)
    content = plugin_data_pb2.HParamsPluginData(session_start_info=info)
    return _hparams_value(metadata.SESSION_START_INFO_TAG, content)


def _session_end() -> Any:
    from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2

    info = plugin_data_pb2.SessionEndInfo(status=api_pb2.STATUS_SUCCESS, end_time_secs=time.time())
    return _hparams_value(metadata.SESSION_END_INFO_TAG, plugin_data_pb2.HParamsPluginData(session_end_info=info))


def _hparams_value(tag: str, content: Any) -> Any:
    # tensorboard.plugins.hparams.summary would do this, but it imports TensorFlow.
    from tensorboard.compat.proto import summary_pb2
    from tensorboard.plugins.hparams import metadata

    return summary_pb2.Summary.Value(
        tag=tag, metadata=metadata.create_summary_metadata(content), tensor=metadata.NULL_TENSOR
    )
