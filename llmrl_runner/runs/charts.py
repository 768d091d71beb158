"""TensorBoard's CUSTOM SCALARS page: what was learned and what it cost, side by side over the same steps."""

from collections.abc import Mapping, Sequence
from typing import Any

# Categories, their charts, and the tags of each chart's lines as regular expressions, matched from a tag's beginning.
# Drafts and final seeds of method=reward_gen are runs of their own, whose tags begin with training/.
CHARTS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "Learning, and what the LLM cost": {
        "return": (
            "score/return_mean$",
            "evaluation/(sampled|greedy)_return_mean$",
            "training/return$",
        ),
        "success rate": (
            "score/success_rate$",
            "evaluation/(sampled|greedy)_success_rate$",
            "training/success$",
        ),
        "LLM calls so far": ("spent/calls$",),
        "LLM cost so far, in $": ("spent/cost_usd$",),
        "tokens so far": ("spent/(prompt|completion)_tokens$",),
        "seconds an iteration": ("spent/wall_seconds$",),
    },
}


def layout(categories: Mapping[str, Mapping[str, Sequence[str]]] = CHARTS) -> Any:
    """The summary value of this layout. TensorBoard merges those of several runs; equal charts are shown once."""
    from tensorboard.compat.proto import summary_pb2
    from tensorboard.plugins.custom_scalar import layout_pb2, metadata
    from tensorboard.util.tensor_util import make_tensor_proto

    told = layout_pb2.Layout(category=[_category(title, charts) for title, charts in categories.items()])
    return summary_pb2.Summary.Value(
        tag=metadata.CONFIG_SUMMARY_TAG,
        metadata=metadata.create_summary_metadata(),
        tensor=make_tensor_proto(told.SerializeToString()),
    )


def _category(title: str, charts: Mapping[str, Sequence[str]]) -> Any:
    from tensorboard.plugins.custom_scalar import layout_pb2

    return layout_pb2.Category(
        title=title,
        chart=[
            layout_pb2.Chart(title=name, multiline=layout_pb2.MultilineChartContent(tag=tags))
            for name, tags in charts.items()
        ],
    )
