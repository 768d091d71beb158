"""What TensorBoard shows of a run: scalars, prompts and answers as text, GIFs as images, hyperparameters.

Written with the `tensorboard` package alone, no torch and no TensorFlow. An event file an iteration, so that a resumed
run can replace the file of an iteration that was cut off; each event reaches the disk as it is written.
"""

import math
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, SupportsFloat

from llmrl_runner.runs.charts import layout
from llmrl_runner.runs.hparams import flat, session_end, session_start

FILE_VERSION = "brain.Event:2"  # TensorBoard's own mark at the head of an event file
BEGIN_SUFFIX, SUMMARY_SUFFIX = "begin", "summary"  # before and behind `iteration_000` where names are sorted


class TensorBoardLog:
    """Writes one run's event files under `folder`. Nothing is imported and no folder made before the first event."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._suffix = iteration_suffix(0)
        self._records: Any = None

    def open_iteration(self, iteration: int) -> None:
        """Send what follows to this iteration's own file, in the place of one that a killed run left there."""
        self._suffix = iteration_suffix(iteration)
        self._open(self._suffix)

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

    def begin(self, config: Mapping[str, Any]) -> None:
        """Log that a run begins, or goes on: its (nested) configuration for the HPARAMS page, and the CUSTOM SCALARS.

        Written to a file of its own, which a second call replaces.
        """
        self._open(BEGIN_SUFFIX)
        self.value(session_start(flat(config)))
        self.value(layout())
        self.close()

    def hparams(self, config: Mapping[str, Any], metrics: Mapping[str, object]) -> None:
        """Log a finished run for TensorBoard's HPARAMS page: a (nested) configuration beside its final metrics.

        Written to a file of its own, which a second call replaces.
        """
        self._open(SUMMARY_SUFFIX)
        self.value(session_start(flat(config)))
        self.scalars(0, metrics)
        self.value(session_end())
        self.close()

    def value(self, value: Any) -> None:
        """Log a summary value of TensorBoard's that belongs to no step."""
        self._write(0, value)

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
