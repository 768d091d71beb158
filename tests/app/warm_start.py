"""Commands that start warm: forked from a process whose imports are done, so that a test costs what a run costs.

The quick tests start some two hundred commands, and each would spend one to four seconds on imports alone. A forked
command is a process of its own all the same: its folder, environment, output, exit code and process group are its own.
`pytest --thorough`, and so `make test-all`, starts every command from nothing.
"""

import gc
import importlib
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
RUN = str(PROJECT / "run.py")
# The command's own modules, and what they import inside functions.
PRELOADED = (
    *("llmrl_runner.app", "llmrl_runner.jobs", "llmrl_runner.sweeps.job", "llmrl_runner.methods.tabular"),
    *("hydra._internal.hydra", "hydra_plugins.hydra_joblib_launcher.joblib_launcher", "gymnasium.envs.toy_text"),
    *("matplotlib.figure", "matplotlib.projections", "matplotlib.backends.backend_agg"),
    *("matplotlib.backends.backend_svg", "scipy.special", "PIL.GifImagePlugin"),
    *("tensorboard.summary.writer.record_writer", "tensorboard.plugins.hparams.metadata"),
)
# What a command that trains a network imports besides.
TRAINING = ("stable_baselines3", "torch._dynamo", "minigrid")
LARGEST_ORDER = 1 << 20  # bytes
PATIENCE_S = 60.0
# What modules set when they are imported, for the commands to find that import them, not for others.
SET_BY_IMPORTS: dict[str, dict[str, str]] = {}


class WarmCommand:
    """A command under way, handled as a subprocess.Popen is."""

    def __init__(self, told: socket.socket, out: int, err: int) -> None:
        self._told = told.makefile()
        self._said = ["", ""]
        self.returncode: int | None = None
        self.pid = int(self._told.readline() or self._nobody_there())
        self._readers = [
            threading.Thread(target=self._read, args=(place, end), daemon=True) for place, end in enumerate((out, err))
        ]
        self._waiter = threading.Thread(target=self._await_the_end, daemon=True)
        for thread in (*self._readers, self._waiter):
            thread.start()

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Output and errors, once the command has ended and nobody else can write to them."""
        for thread in self._readers:
            self._join(thread, timeout)
        self.wait(timeout)
        return self._said[0], self._said[1]

    def wait(self, timeout: float | None = None) -> int | None:
        """The exit code; that of a signal is negative."""
        self._join(self._waiter, timeout)
        return self.returncode

    def poll(self) -> int | None:
        """The exit code, None while the command is under way."""
        return self.returncode

    def send_signal(self, number: int) -> None:
        """A signal for the command alone."""
        os.kill(self.pid, number)

    def kill(self) -> None:
        """kill -9 for the command alone."""
        self.send_signal(signal.SIGKILL)

    @staticmethod
    def _nobody_there() -> str:
        raise RuntimeError("the process that commands are forked from has ended: see its errors above")

    @staticmethod
    def _join(thread: threading.Thread, timeout: float | None) -> None:
        thread.join(timeout)
        if thread.is_alive():
            raise subprocess.TimeoutExpired(RUN, timeout or 0)

    def _read(self, place: int, end: int) -> None:
        with open(end) as pipe:
            self._said[place] = pipe.read()

    def _await_the_end(self) -> None:
        self.returncode = int(self._told.readline() or self._nobody_there())


class WarmStart:
    """The process that commands are forked from. It starts with the first of them."""

    def __init__(self) -> None:
        self._server: subprocess.Popen[bytes] | None = None

    def command(
        self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str], asks_a_model: bool
    ) -> WarmCommand:
        """`python run.py ...` in that folder; `asks_a_model` has it import LiteLLM beforehand too, and where the
        arguments say how a network trains, so is what trains it."""
        told, tells = socket.socketpair()
        (out, writes_out), (err, writes_err) = os.pipe(), os.pipe()
        order = {"arguments": arguments, "folder": str(folder), "environment": dict(environment)}
        trains = any(argument.startswith("training.") for argument in arguments)
        words = json.dumps({**order, "asks_a_model": asks_a_model, "trains": trains}).encode()
        socket.send_fds(self._orders(), [words], [tells.fileno(), writes_out, writes_err])
        tells.close()
        os.close(writes_out)
        os.close(writes_err)
        return WarmCommand(told, out, err)

    def close(self) -> None:
        """End the process."""
        if self._server is not None:
            self._control.close()
            self._server.wait(PATIENCE_S)

    def _orders(self) -> socket.socket:
        if self._server is None:
            self._control, end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            for side in (self._control, end):
                side.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LARGEST_ORDER)
            self._server = subprocess.Popen(
                [sys.executable, __file__, str(end.fileno())],
                pass_fds=[end.fileno()],
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
            end.close()
        return self._control


def serve(control: socket.socket) -> None:
    """Fork a command an order, until nobody can give one any more."""
    while True:
        words, ends, *_ = socket.recv_fds(control, LARGEST_ORDER, 3)
        if not words:
            return
        order = json.loads(words)
        for stage, load in STAGES.items():
            if order[stage]:
                load_once(stage, load)
        if os.fork() == 0:
            see_through(order, *ends)
            return
        for end in ends:
            os.close(end)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass


def see_through(order: dict[str, Any], tells: int, out: int, err: int) -> None:
    """Fork the command, tell how it ends, and end."""
    if os.fork() == 0:
        become_the_command(order, tells, out, err)
        return
    os.close(out)
    os.close(err)
    _, status = os.wait()
    os.write(tells, f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def become_the_command(order: dict[str, Any], tells: int, out: int, err: int) -> None:
    """What `python run.py` does once its imports are done; the interpreter ends with it, as it does there."""
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background it is ignored, and that is inherited
    os.write(tells, f"{os.getpid()}\n".encode())
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.closerange(3, max(tells, out, err) + 1)
    os.chdir(order["folder"])
    os.environ.clear()
    for stage, variables in SET_BY_IMPORTS.items():
        if order.get(stage, True):
            os.environ.update(variables)
    os.environ.update(order["environment"])
    importlib.import_module("numpy").random.seed()  # else every command would go on from the same numbers
    sys.argv = [RUN, *order["arguments"]]
    runpy.run_path(RUN, run_name="__main__")


def load_every_command_s() -> None:
    """What every command imports."""
    import_all(PRELOADED)
    importlib.import_module("hydra.core.plugins").Plugins.instance()


def import_all(names: Sequence[str]) -> None:
    """Those modules."""
    for name in names:
        importlib.import_module(name)


# What an order may have imported beforehand, by its key there.
STAGES: dict[str, Callable[[], object]] = {
    "asks_a_model": lambda: importlib.import_module("llmrl_runner.llm.backends.live").load_litellm(),
    "trains": lambda: import_all(TRAINING),
}


def load_once(stage: str, load: Callable[[], object]) -> None:
    """Import it where that wasn't done before, and keep the variables that it sets."""
    if stage in SET_BY_IMPORTS:
        return
    before = dict(os.environ)
    load()
    SET_BY_IMPORTS[stage] = {name: value for name, value in os.environ.items() if before.get(name) != value}
    gc.freeze()


def main() -> None:
    """The process of a WarmStart."""
    sys.path[0] = str(PROJECT)
    load_once("every command", load_every_command_s)
    serve(socket.socket(fileno=int(sys.argv[1])))


if __name__ == "__main__":
    main()
