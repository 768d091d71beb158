"""One archive of finished runs, with a manifest: the same runs give the same bytes, and each file is read back."""

import gzip
import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.files.whole import replacing
from llmrl_runner.runs.finding import PARTS_OF_A_RUN
from llmrl_runner.runs.folder import RunFolder
from llmrl_runner.runs.lookup import section, value_at

MANIFEST = "manifest.json"
# What may be left out, and the names of its files.
LARGE: Mapping[str, Sequence[str]] = {
    "checkpoints": ("*.zip", "buffer.npz"),
    "gifs": ("*.gif",),
    "tensorboard": ("*tfevents*",),
}
UNWANTED = (".*", "*.tmp", "*.lock", "__pycache__")  # locks, half-written files and caches
SECRET_NAMES = ("_API_KEY", "_TOKEN", "_SECRET")  # how the names of variables end that hold one
SHORTEST_SECRET = 12  # characters; what is shorter occurs by chance
CHUNK = 1 << 20
MODE = 0o644


@dataclass(frozen=True)
class PackedFile:
    """A file of a run: its name in the archive, where it is, its size and its sha256."""

    name: str
    path: Path
    size: int
    sha256: str


def pack(runs: Sequence[Path], to: Path, without: Sequence[str] = ()) -> list[PackedFile]:
    """Write the archive, whole or not at all; what it holds beside its manifest.

    Names, order, times and owners depend on nothing but the runs. without: kinds of LARGE to leave out. Raises
    ConfigError where a file holds a secret of the environment, or one changed while it was packed.
    """
    files = sorted((file for run in runs for file in _files(run, without)), key=lambda file: file.name)
    manifest = json.dumps(manifest_of(runs, files, without), indent=1, ensure_ascii=False).encode() + b"\n"
    top = to.name.removesuffix(".tar.gz")
    to.parent.mkdir(parents=True, exist_ok=True)
    with replacing(to) as temporary:
        _write(temporary, top, manifest, files)
        _check(temporary, top, manifest, files)
    return files


def manifest_of(runs: Sequence[Path], files: Sequence[PackedFile], without: Sequence[str]) -> dict[str, Any]:
    """What runs are in the archive, with what made them and the sum of every file; no time and no place."""
    return {
        "runs": [_run_entry(run) for run in sorted(runs, key=_name_of)],
        "without": sorted(without),
        "files": {file.name: {"bytes": file.size, "sha256": file.sha256} for file in files},
    }


def _run_entry(run: Path) -> dict[str, Any]:
    result, config = RunFolder(run).result(), RunFolder(run).config()
    said = {key: value_at(result, key) for key in ("method", "env", "seed", "iterations", "ended_by", "held_out")}
    llm = {key: value_at(result, "llm", key) for key in ("backend", "model", "calls", "cost_usd")}
    return {"folder": _name_of(run), **said, "llm": llm, "versions": section(result, "versions"), "config": config}


def _files(run: Path, without: Sequence[str]) -> Iterator[PackedFile]:
    """The run's own regular files; nothing that is hidden, and no link, which might lead out of it."""
    unwanted = [*UNWANTED, *(pattern for kind in without for pattern in LARGE[kind])]
    for place, folders, names in os.walk(run):
        folders[:] = [name for name in folders if not _is_any(name, UNWANTED)]
        for name in names:
            path = Path(place) / name
            if not _is_any(name, unwanted) and path.is_file() and not path.is_symlink():
                yield PackedFile(f"{_name_of(run)}/{path.relative_to(run).as_posix()}", path, *_summed(path))


def _is_any(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


def _name_of(run: Path) -> str:
    """`<method>/<env>/<llm>/seed<k>-<id8>`, wherever the outputs are."""
    return "/".join(run.resolve().parts[-PARTS_OF_A_RUN:])


def _summed(path: Path) -> tuple[int, str]:
    """Size and sha256. Raises ConfigError where a secret is in it."""
    data = path.read_bytes()
    for name, secret in _secrets().items():
        if secret in data:
            raise ConfigError("", f"{path}: holds the value of {name}, so nothing was packed; take it out")
    return len(data), hashlib.sha256(data).hexdigest()


def _secrets() -> dict[str, bytes]:
    return {
        name: value.encode()
        for name, value in os.environ.items()
        if name.endswith(SECRET_NAMES) and len(value) >= SHORTEST_SECRET
    }


def _write(path: Path, top: str, manifest: bytes, files: Sequence[PackedFile]) -> None:
    with (
        path.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        archive.addfile(_entry(f"{top}/{MANIFEST}", len(manifest)), io.BytesIO(manifest))
        for file in files:
            with file.path.open("rb") as opened:
                archive.addfile(_entry(f"{top}/{file.name}", file.size), opened)


def _entry(name: str, size: int) -> tarfile.TarInfo:
    """Of 1970, and nobody's: tarfile's own defaults, said here since the bytes depend on them."""
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime, entry.uid, entry.gid = size, MODE, 0, 0, 0
    return entry


def _check(path: Path, top: str, manifest: bytes, files: Sequence[PackedFile]) -> None:
    """Read everything back. Raises ConfigError where it isn't what was found."""
    wanted = {f"{top}/{file.name}": file.sha256 for file in files}
    wanted[f"{top}/{MANIFEST}"] = hashlib.sha256(manifest).hexdigest()
    found = {}
    with tarfile.open(path, "r:gz") as archive:
        for entry in archive:
            opened = archive.extractfile(entry)
            found[entry.name] = _sum_of(opened) if opened else ""
    wrong = sorted(name for name in {*wanted, *found} if wanted.get(name) != found.get(name))
    if wrong:
        raise ConfigError("", f"{wrong[0]}: changed while it was packed, so no archive was written; pack again")


def _sum_of(file: Any) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()
