"""A written reward's program in a process of its own, as the run's configuration confines it."""

from llmrl_runner.config.schema import Config
from llmrl_runner.methods.rewards.answer import FUNCTION
from llmrl_runner.sandbox.limits import Limits
from llmrl_runner.sandbox.program import Program, ProgramError
from llmrl_runner.sandbox.ways import find_way


def program_of(config: Config, source: str, constants: dict[str, float] | None = None) -> Program:
    """A context manager. Raises ProgramError where the program can't be loaded, ConfigError where nothing confines."""
    settings = config.method.program
    limits = Limits(call_s=settings.call_seconds, cpu_s=settings.cpu_seconds, memory_mb=settings.memory_mb)
    program = Program(source, FUNCTION, find_way(config.sandbox), limits)
    try:
        if constants:
            program.set_constants(constants)
    except (ProgramError, ValueError) as error:
        program.close()
        raise error if isinstance(error, ProgramError) else ProgramError("constants", str(error)) from error
    return program
