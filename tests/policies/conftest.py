"""Environments small enough for any test, and one of each kind of table."""

import pytest

from llmrl_runner.config.environment_schema import ActionConfig, DiscretiseConfig, EnvConfig, FieldConfig
from llmrl_runner.envs.environment import Environment
from llmrl_runner.policies.table_form import Column, TableForm


@pytest.fixture
def taxi_form() -> TableForm:
    """Three rows, a passenger who may be in four places, three actions."""
    fields = (Column("row", 3), Column("passenger", 4, ("red", "green", "blue", "in taxi")))
    return TableForm(fields, (Column("action", 3, ("left", "right", "pick up")),))


@pytest.fixture
def joint_form() -> TableForm:
    """Two fields, and a choice of three for each of two joints."""
    return TableForm((Column("height", 2), Column("speed", 5)), (Column("hip", 3), Column("knee", 3)))


@pytest.fixture(scope="session")
def cartpole() -> Environment:
    return Environment(cartpole_config())


@pytest.fixture(scope="session")
def pendulum() -> Environment:
    return Environment(pendulum_config())


@pytest.fixture(scope="session")
def lake() -> Environment:
    return Environment(lake_config())


def cartpole_config() -> EnvConfig:
    bounds = {"position": 2.4, "velocity": 3.0, "angle": 0.2095, "angular velocity": 3.0}
    return EnvConfig(
        name="cartpole",
        id="CartPole-v1",
        observation=[FieldConfig(name=name) for name in bounds],
        actions=[ActionConfig(name="push left"), ActionConfig(name="push right")],
        discretise=DiscretiseConfig(
            bins=[3, 3, 6, 6], low=[-bound for bound in bounds.values()], high=list(bounds.values())
        ),
    )


def pendulum_config() -> EnvConfig:
    fields = [FieldConfig(name=name, low=-high, high=high) for name, high in (("cos", 1.0), ("sin", 1.0), ("w", 8.0))]
    return EnvConfig(
        name="pendulum",
        id="Pendulum-v1",
        observation=fields,
        actions=[ActionConfig(name="torque", low=-2.0, high=2.0)],
        discretise=DiscretiseConfig(bins=[2, 3, 1], action_values=[-2.0, 0.0, 2.0]),
    )


def lake_config() -> EnvConfig:
    return EnvConfig(
        name="lake",
        id="FrozenLake-v1",
        kwargs={"is_slippery": False},
        observation=[FieldConfig(name="row", values=4), FieldConfig(name="column", values=4)],
        actions=[ActionConfig(name=name) for name in ("left", "down", "right", "up")],
    )
