"""The class that `method.runner` names."""

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.imports import imported
from llmrl_runner.config.schema import Config
from llmrl_runner.methods.base import MethodRunner


def find_runner(path: str) -> type[MethodRunner]:
    """The MethodRunner at an import path. Raises ConfigError where there is none."""
    found = imported(path, "method.runner")
    if not (isinstance(found, type) and issubclass(found, MethodRunner)):
        raise ConfigError("method.runner", f"`{path}` is no MethodRunner")
    return found


def check_asks(runner_class: type[MethodRunner], config: Config) -> None:
    """Raise ConfigError where a method that asks a model is given none."""
    if config.llm.backend == "none" and runner_class.calls_a_run(config):
        raise ConfigError("llm", f"method={config.method.name} asks a model; choose another than llm={config.llm.name}")
