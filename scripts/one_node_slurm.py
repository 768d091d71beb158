"""A real Slurm of one node on this machine, for as long as a command runs in it: `make test-slurm`.

As root in a container or VM with Debian's packages. All that it writes lies in a temporary folder: configuration,
key, sockets, state and logs; a Slurm or munge that the machine has of its own is not touched. Without words it runs the
tests of tests/slurm; `python -m scripts.one_node_slurm bash` is a shell to try things in.
"""

import os
import platform
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from llmrl_runner.config.machine import usable_cores

PACKAGES = ("slurm-wlm", "munge")
PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue")
TESTS = (sys.executable, "-m", "pytest", "tests/slurm")
RUNS_THEM = "LLMRL_TEST_SLURM"  # tests/slurm is skipped where it isn't set
PATIENCE_S = 30.0
CLEARING_UP_S = 8.0
LOG_LINES = 15
CONFIGURATION = """\
ClusterName=llmrl
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=2,bf_interval=2,batch_sched_delay=1
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
MpiDefault=none
KillWait=2
MailProg=/bin/true
NodeName={host} NodeAddr=127.0.0.1 CPUs={cores} RealMemory={megabytes} State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


class CannotRunHereError(Exception):
    """This machine can't have a Slurm, by no fault of the project."""


class SlurmDownError(Exception):
    """It should have come up and didn't. The message ends in the daemon's log."""


def main() -> int:
    """Run the command, or the tests, in a Slurm of its own. Its exit code; 0 with the reason where none can be."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _as_interrupt)
    command = sys.argv[1:] if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else [*TESTS, *sys.argv[1:]]
    try:
        install()
    except CannotRunHereError as reason:
        print(f"skipped: {reason}")
        return 0
    try:
        return _in_a_slurm(command)
    except SlurmDownError as error:
        print(error, file=sys.stderr)
        return 1


def _in_a_slurm(command: list[str]) -> int:
    with (
        tempfile.TemporaryDirectory(prefix="llmrl-slurm-", ignore_cleanup_errors=True) as folder,
        one_node(Path(folder)) as environment,
    ):
        return _run(command, environment)


def _run(command: list[str], environment: dict[str, str]) -> int:
    """The command's exit code. Ctrl-C reaches it, too, other signals don't: it is given time to clear up in."""
    with subprocess.Popen(command, env=environment) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            for last_word in (signal.SIGINT, signal.SIGKILL):
                with suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=CLEARING_UP_S)
                    break
                process.send_signal(last_word)
            raise


def install() -> None:
    """See to it that the daemons are here. Raises CannotRunHereError where that can't be."""
    if os.geteuid() != 0:
        raise CannotRunHereError("a Slurm of one's own needs root; run it in a container or VM")
    if all(_program(name) for name in PROGRAMS):
        return
    if shutil.which("apt-get") is None:
        raise CannotRunHereError(f"no Slurm here and no apt-get to install it with ({', '.join(PACKAGES)})")
    print(f"Installing Debian's {' and '.join(PACKAGES)} (apt-get).", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install_them = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES]
    for step in (install_them, ["apt-get", "update", "-qq"], install_them):
        done = subprocess.run(step, env=quiet, capture_output=True, text=True, check=False)
        if all(_program(name) for name in PROGRAMS):
            return
    last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
    raise CannotRunHereError(f"apt-get could not install {' and '.join(PACKAGES)}: {last}")


@contextmanager
def one_node(folder: Path) -> Iterator[dict[str, str]]:
    """The environment in which commands find the Slurm, which is up until the end. Everything is taken down again.

    Raises SlurmDownError where it doesn't come up.
    """
    environment = {**os.environ, "SLURM_CONF": str(folder / "slurm.conf"), RUNS_THEM: "1"}
    daemons: list[subprocess.Popen[bytes]] = []
    try:
        _write(folder)
        for command in _daemons(folder):
            daemons.append(_start(command, folder, environment))
            _wait_for(DAEMON_IS_UP[Path(command[0]).name], daemons, folder, environment)
        print(f"A Slurm of one node is up ({usable_cores()} cores).", flush=True)
        yield environment
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # what was begun is ended first
            signal.signal(number, signal.SIG_IGN)
        _take_down(daemons, environment)


def _write(folder: Path) -> None:
    folder.chmod(0o755)  # munged refuses a socket in a folder that others can't enter
    for name in ("state", "spool"):
        (folder / name).mkdir()
    key = folder / "munge.key"
    key.touch(0o600)
    key.write_bytes(secrets.token_bytes(128))
    words = {"host": platform.node().partition(".")[0], "folder": folder, "ports": _free_ports(2)}
    (folder / "slurm.conf").write_text(CONFIGURATION.format(**words, cores=usable_cores(), megabytes=_megabytes()))


def _daemons(folder: Path) -> list[list[str]]:
    munged = [f"--{name}={folder}/munge.{end}" for name, end in MUNGE_FILES.items()]
    return [
        [str(_program("munged")), "--foreground", "--force", *munged],
        [str(_program("slurmctld")), "-D", "-i", "-f", f"{folder}/slurm.conf"],
        [str(_program("slurmd")), "-D", "-f", f"{folder}/slurm.conf"],
    ]


MUNGE_FILES = {
    "key-file": "key",
    "socket": "socket",
    "pid-file": "pid",
    "log-file": "log",
    "seed-file": "seed",
}
# A command of Slurm's, or of munge's, that goes well with some words in what it prints once the daemon is up.
DAEMON_IS_UP = {
    "munged": (("munge", "-n", "--socket={folder}/munge.socket"), "MUNGE"),
    "slurmctld": (("scontrol", "ping"), "UP"),
    "slurmd": (("sinfo", "--noheader", "--format=%T"), "idle"),
}


def _start(command: list[str], folder: Path, environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    """In a process group of its own, which Ctrl-C doesn't reach: jobs are to be taken down before their daemons."""
    with (folder / f"{Path(command[0]).name}.out").open("wb") as out:
        return subprocess.Popen(command, env=environment, stdout=out, stderr=out, start_new_session=True)


def _wait_for(
    sign: tuple[Sequence[str], str], daemons: "list[subprocess.Popen[bytes]]", folder: Path, env: dict[str, str]
) -> None:
    command, word = [part.format(folder=folder) for part in sign[0]], sign[1]
    deadline = time.monotonic() + PATIENCE_S
    while word not in subprocess.run(command, env=env, capture_output=True, text=True, check=False).stdout:
        if daemons[-1].poll() is not None or time.monotonic() > deadline:
            raise SlurmDownError(f"Slurm does not come up: {_last_words(daemons[-1], folder)}")
        time.sleep(0.2)


def _last_words(daemon: "subprocess.Popen[bytes]", folder: Path) -> str:
    name = Path(str(daemon.args[0])).name  # type: ignore[index]
    lines = [
        line
        for path in (folder / f"{name}.log", folder / f"{name}.out")
        if path.exists()
        for line in path.read_text(errors="replace").splitlines()[-LOG_LINES:]
    ]
    return f"{name} says\n" + "\n".join(lines)


def _take_down(daemons: "list[subprocess.Popen[bytes]]", environment: dict[str, str]) -> None:
    if len(daemons) > 1:  # end the jobs
        subprocess.run(["scancel", "--user=root"], env=environment, capture_output=True, check=False)
        _until_nothing_runs(environment)
    for daemon in reversed(daemons):
        daemon.terminate()
        try:
            daemon.wait(timeout=10)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()


def _until_nothing_runs(environment: dict[str, str]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        left = subprocess.run(["squeue", "--noheader"], env=environment, capture_output=True, check=False)
        if not left.stdout.strip():
            return
        time.sleep(0.5)


def _megabytes() -> int:
    """Of memory that this machine has."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20


def _program(name: str) -> str | None:
    """Where it is; daemons may lie in folders that a user's PATH lacks."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin:/usr/local/sbin")


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]
    finally:
        for each in sockets:
            each.close()


def _as_interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main())
    sys.exit(130)
