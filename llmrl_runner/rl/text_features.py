"""A network's first layers, where an observation holds text and advice beside the state (rl/told_batch.py).

Import this file where it is used. After a sketch of 2025 in which a state's projection and a frozen language model's
vector are added, and the last ten sums go through a recurrent layer.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import reduce
from typing import Any

import torch
from gymnasium import spaces
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from torch import Tensor, nn
from torch.nn.functional import embedding

from llmrl_runner.encoders.axes import MOST_AXES
from llmrl_runner.encoders.table import TextTable
from llmrl_runner.envs.arrays import FloatArray
from llmrl_runner.rl.told_batch import Layout

ADD, CONCAT, FILM = "add", "concat", "film"


class TextFeatures(BaseFeaturesExtractor):
    """Features (n, width) of observations (n, columns).

    The state, with the advice where `sees_advice`, is projected by one layer, each text's vector by one of its own. add
    sums them, concat joins them, film scales and shifts the state's features by the texts' sum (Perez et al., 2018).
    remembers: a recurrent layer goes over the steps of an observation, and its last output is added.

    Vectors are looked up in the table that `read_from` gives, which may grow as texts come up; they are never learned.
    `scale_by` has the state scaled and `read_along` the vectors, by figures that are kept with the weights.
    """

    def __init__(
        self,
        observation_space: spaces.Space[Any],
        layout: Mapping[str, int],
        vector_size: int,
        combine: str,
        width: int,
        sees_advice: bool,
        remembers: bool,
    ) -> None:
        """layout: Layout's numbers by their names, which a checkpoint can hold."""
        columns = Layout(**layout)
        super().__init__(observation_space, width * (1 + columns.texts) if combine == CONCAT else width)
        self._layout, self._combine, self._sees_advice = columns, combine, sees_advice
        advice = columns.width - columns.state - columns.texts if sees_advice else 0
        self.of_state = nn.Linear(columns.state + advice, width)
        outputs = 2 * width if combine == FILM else width
        read = min(vector_size, MOST_AXES)
        self.of_texts = nn.ModuleList(nn.Linear(read, outputs) for _ in range(columns.texts))
        self.recurrent = nn.GRU(self.features_dim, self.features_dim, batch_first=True) if remembers else None
        # What film adds to a projection, so that a text that says nothing scales by 1 and shifts by 0.
        self.neutral = nn.Parameter(torch.tensor([1.0, 0.0]).repeat_interleave(width), requires_grad=False)
        self.centre = nn.Parameter(torch.zeros(columns.state), requires_grad=False)
        self.spread = nn.Parameter(torch.ones(columns.state), requires_grad=False)
        self.text_centre = nn.Parameter(torch.zeros(vector_size), requires_grad=False)
        self.text_axes = nn.Parameter(torch.eye(vector_size, read), requires_grad=False)
        self._table: TextTable | None = None
        self._read = torch.zeros(0, read)
        self._kept: list[Tensor] | None = None

    def read_from(self, table: TextTable) -> None:
        """Look texts up in this table."""
        self._table, self._read = table, self._read[:0]

    def scale_by(self, centre: FloatArray, spread: FloatArray) -> None:
        """Have the state taken as (state - centre) / spread, both (state,)."""
        self.centre.data.copy_(torch.from_numpy(centre))
        self.spread.data.copy_(torch.from_numpy(spread))

    def read_along(self, centre: FloatArray, axes: FloatArray) -> None:
        """Have vectors taken as (vector - centre) @ axes, (size,) and (size, axes): see encoders/axes.py."""
        self.text_centre.data.copy_(torch.from_numpy(centre))
        self.text_axes.data.copy_(torch.from_numpy(axes))
        self._read = self._read[:0]

    @contextmanager
    def projecting_once(self) -> Iterator[None]:
        """Inside, where no weight may change, texts are projected once and not for each observation."""
        self._kept = [torch.zeros(0) for _ in self.of_texts]
        try:
            yield
        finally:
            self._kept = None

    def forward(self, observations: Tensor) -> Tensor:
        """See the class."""
        steps = self._layout.steps
        if self.recurrent is None:
            return self._of_step(observations)
        features = self._of_step(observations.reshape(-1, self._layout.width)).reshape(len(observations), steps, -1)
        _, last = self.recurrent(features)
        return torch.as_tensor(features[:, -1] + last[0])

    def _of_step(self, observations: Tensor) -> Tensor:
        layout = self._layout
        first, last = layout.state, layout.state + layout.texts
        numbers = (observations[:, :first] - self.centre) / self.spread
        if self._sees_advice:
            numbers = torch.cat([numbers, observations[:, last:]], dim=1)
        state = self.of_state(numbers)
        rows = observations[:, first:last].long()
        texts = [embedding(rows[:, k], projected) for k, projected in enumerate(self._projected())]
        if self._combine == CONCAT:
            state = torch.cat([state, *texts], dim=1)
        elif texts:
            told = reduce(torch.add, texts)
            state = _modulated(state, told) if self._combine == FILM else state + told
        return torch.tanh(state)

    def _projected(self) -> list[Tensor]:
        """Each text's projection of all vectors so far. film's scales are 1 where all projections are 0."""
        if not self.of_texts:
            return []
        known = self._known
        if self._kept is not None and len(self._kept[0]) == len(known):
            return self._kept
        projected = [project(known) for project in self.of_texts]
        if self._combine == FILM:
            projected[0] = projected[0] + self.neutral
        if self._kept is not None:
            self._kept = projected
        return projected

    @property
    def _known(self) -> Tensor:
        """All texts so far, along the axes; the first, which is none, is zeros."""
        assert self._table is not None, "a network that reads texts was given no table of them"
        if len(self._read) != len(self._table.vectors):
            with torch.inference_mode(False):  # what an evaluation, which comes first, may have to learn through later
                vectors = torch.from_numpy(self._table.vectors.copy()).to(self.text_axes.device)
                self._read = ((vectors - self.text_centre) @ self.text_axes).detach()
                self._read[0] = 0
        return self._read


def readers(policy: nn.Module) -> list[TextFeatures]:
    """The first layers of all networks of a policy."""
    return [module for module in policy.modules() if isinstance(module, TextFeatures)]


def _modulated(state: Tensor, told: Tensor) -> Tensor:
    scale, shift = told.chunk(2, dim=1)
    return torch.addcmul(shift, state, scale)
