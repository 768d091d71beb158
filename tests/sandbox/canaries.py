"""Secrets that no program may get at, places that none may change, and ears that none may speak to."""

import contextlib
import hashlib
import os
import platform
import shutil
import signal
import socket
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

PROJECT = Path(__file__).resolve().parents[2]
# Where a file called escaped* would lie if a program wrote one.
SHORES = [Path(name) for name in ("/", "/tmp", "/var/tmp", "/dev/shm", "/dev", "/run")]
SHORES += [Path.home(), Path.cwd(), Path(np.__file__).parent]


@dataclass
class Canaries:
    """Files with a secret in the home folder, the project and /tmp, a variable with it, and open sockets."""

    secret: str = field(default_factory=lambda: f"canary-{os.urandom(8).hex()}")
    folders: dict[str, Path] = field(default_factory=dict)
    ears: list[socket.socket] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)

    def plant(self) -> None:
        for name, parent in (("home", Path.home()), ("project", PROJECT), ("tmp", Path("/tmp"))):
            folder = Path(tempfile.mkdtemp(prefix=".pen-", dir=parent))
            self.folders[name], self.places[f"/canary/{name}"] = folder, str(folder)
            (folder / "notes.txt").write_text(f"{self.secret}\n")
            (folder / ".env").write_text(f"CANARY_API_KEY={self.secret}\n")
            (folder / "canary_module.py").write_text(f"KEY = {self.secret!r}\n")
            (folder / "library.so").write_bytes(b"\x7fELF" + bytes(100))
            (folder / ".ssh").mkdir()
        os.environ["CANARY_API_KEY"] = self.secret
        self._listen()

    def uproot(self) -> None:
        os.environ.pop("CANARY_API_KEY", None)
        for ear in self.ears:
            ear.close()
        for folder in self.folders.values():
            shutil.rmtree(folder, ignore_errors=True)

    def _listen(self) -> None:
        tmp, abstract = self.folders["tmp"], f"ear-{os.urandom(8).hex()}"
        tcp = self._ear(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0))
        udp = self._ear(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0))
        self._ear(socket.AF_UNIX, socket.SOCK_STREAM, str(tmp / "listener.sock"))
        self._ear(socket.AF_UNIX, socket.SOCK_DGRAM, str(tmp / "datagrams.sock"))
        self._ear(socket.AF_UNIX, socket.SOCK_STREAM, f"\0{abstract}")
        self.places |= {"54321": str(tcp.getsockname()[1]), "54322": str(udp.getsockname()[1])}
        self.places |= {"canary-listener": abstract, "os.uname().machine": repr(platform.machine())}

    def _ear(self, family: int, kind: int, address: Any) -> socket.socket:
        ear = socket.socket(family, kind)
        ear.bind(address)
        if kind == socket.SOCK_STREAM:
            ear.listen()
        ear.setblocking(False)
        self.ears.append(ear)
        return ear

    def heard(self) -> list[str]:
        """What the sockets received since they were last asked."""
        words = []
        for ear in self.ears:
            with contextlib.suppress(BlockingIOError):
                while True:
                    words.append(str(ear.accept() if ear.type == socket.SOCK_STREAM else ear.recv(100)))
        return words

    def state(self) -> dict[str, Any]:
        """All that a program must leave as it is, comparable with ==."""
        handlers = {number: signal.getsignal(number) for number in signal.valid_signals()}
        return {
            "files": {str(path): _looks(path) for folder in self.folders.values() for path in _all_of(folder)},
            "washed up": sorted(str(path) for shore in SHORES for path in shore.glob("escaped*")),
            "variables": dict(os.environ),
            "signals": (handlers, signal.pthread_sigmask(signal.SIG_BLOCK, [])),
            "here": (Path.cwd(), os.getpriority(os.PRIO_PROCESS, 0), os.sched_getaffinity(0), os.getpgrp()),
        }


def _all_of(folder: Path) -> list[Path]:
    return [folder, *folder.rglob("*")]


def _looks(path: Path) -> tuple[Any, ...]:
    about = path.lstat()
    content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
    return (about.st_mode, about.st_uid, about.st_nlink, about.st_mtime_ns, about.st_ctime_ns, content)


def left_behind(tag: str, patience_s: float = 2.0) -> list[str]:
    """Processes with that word in their command line that are there even after a while."""
    deadline = time.monotonic() + patience_s
    while found := [path.name for path in Path("/proc").glob("[0-9]*") if tag.encode() in _command_line(path)]:
        if time.monotonic() > deadline:
            return found
        time.sleep(0.01)
    return []


def _command_line(process: Path) -> bytes:
    with contextlib.suppress(OSError):
        return (process / "cmdline").read_bytes()
    return b""
