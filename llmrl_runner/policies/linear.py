"""A policy that is a matrix: scores of discrete actions, or the numbers of a continuous one."""

from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np

from llmrl_runner.envs.act import ActionCodec
from llmrl_runner.envs.arrays import AnyArray, FloatArray
from llmrl_runner.policies.base import PolicyParseError


class LinearPolicy:
    """weights (a, f) times the fields in their units, plus bias (a,).

    The largest of the scores decides between discrete actions, the first of them where several are equal; two actions
    may share one row (a = 1), which takes action 1 where it is positive. Continuous actions are clipped to their
    bounds. Raises ValueError where the shapes don't fit or a number isn't finite.
    """

    form: ClassVar[str] = "linear"

    def __init__(self, weights: FloatArray, bias: FloatArray, actions: ActionCodec, fields: Sequence[str]) -> None:
        self.weights: FloatArray = np.array(weights, dtype=np.float64)
        self.bias: FloatArray = np.array(bias, dtype=np.float64)
        self.actions, self.fields = actions, tuple(fields)
        self._check()

    @property
    def outputs(self) -> tuple[str, ...]:
        """What each row of weights is for."""
        if self._is_sign:
            return (f"{self.actions.names[1]} (else {self.actions.names[0]})",)
        return self.actions.names

    def act(self, fields: FloatArray) -> AnyArray:
        """See Policy."""
        scores = self._scores(fields)
        if not self.actions.is_discrete:
            return self.actions.clip(scores)
        choices = (scores[:, 0] > 0).astype(np.int64) if self._is_sign else np.argmax(scores, axis=1)
        return self.actions.decode(choices[:, None])

    def parameters(self) -> FloatArray:
        """See Tunable: the weights row by row, then the bias."""
        return np.concatenate([self.weights.reshape(-1), self.bias])

    def with_parameters(self, parameters: FloatArray) -> Self:
        """See Tunable."""
        size = self.weights.size
        weights = parameters[:size].reshape(self.weights.shape)
        return type(self)(weights, parameters[size:], self.actions, self.fields)

    def to_json(self) -> dict[str, Any]:
        """Readable JSON: the weights under the names of their fields, a list of one number an output each."""
        return {
            "form": self.form,
            "outputs": list(self.outputs),
            "weights": {name: column.tolist() for name, column in zip(self.fields, self.weights.T, strict=True)},
            "bias": self.bias.tolist(),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any], actions: ActionCodec, fields: Sequence[str]) -> Self:
        """The policy that `to_json` wrote. Raises PolicyParseError where it was made for other fields or actions."""
        try:
            if data["form"] != cls.form or list(data["weights"]) != list(fields):
                raise PolicyParseError(f"its fields must be {', '.join(fields)}")
            weights = np.array([data["weights"][name] for name in fields], dtype=np.float64).T
            return cls(weights, np.array(data["bias"]), actions, fields)
        except (KeyError, TypeError, ValueError) as error:
            raise PolicyParseError(f"not a linear policy of this environment: {error}") from error

    @property
    def _is_sign(self) -> bool:
        return self.actions.is_discrete and len(self.bias) == 1

    def _scores(self, fields: FloatArray) -> FloatArray:
        """weights @ fields + bias, (n, a); one field at a time, since BLAS rounds by how many rows it is given."""
        scores = np.repeat(self.bias[None, :], len(fields), axis=0)
        for column, weights in enumerate(self.weights.T):
            scores += fields[:, column, None] * weights
        return scores

    def _check(self) -> None:
        rows = row_counts(self.actions)
        if self.weights.ndim != 2 or self.weights.shape[0] not in rows or self.weights.shape[1] != len(self.fields):
            wanted = " or ".join(str(count) for count in rows)
            shape = " x ".join(map(str, self.weights.shape))
            raise ValueError(f"weights of {wanted} rows and {len(self.fields)} columns needed, got {shape}")
        if self.bias.shape != self.weights.shape[:1]:
            raise ValueError(f"{self.weights.shape[0]} biases needed, got {self.bias.size}")
        if not np.isfinite(self.parameters()).all():
            raise ValueError("every weight and bias must be a finite number")


def row_counts(actions: ActionCodec) -> tuple[int, ...]:
    """How many rows of weights a linear policy may have: one an output, or one alone for two discrete actions."""
    outputs = actions.choices if actions.is_discrete else actions.dims
    return (outputs, 1) if actions.is_discrete and outputs == 2 else (outputs,)
