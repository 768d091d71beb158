"""What the machine has: cores, memory, disk, an accelerator, git."""

import os
import shutil
import subprocess
from pathlib import Path

from llmrl_runner.config.machine import usable_cores
from scripts.checks.finding import Finding

GIB = 1024**3
DISK_NEEDED_GIB = 0.5  # a sweep of a few hundred runs with their GIFs
DISK_COMFORTABLE_GIB = 5.0
MEMORY_COMFORTABLE_GIB = 2.0  # two trainings side by side
CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")


def check_cores_and_memory() -> Finding:
    """Cores and memory that this process may use."""
    memory = memory_gib()
    text = f"{usable_cores()} cores, {memory:.1f} GiB of memory"
    if memory >= MEMORY_COMFORTABLE_GIB:
        return Finding("cores, memory", "ok", text)
    return Finding("cores, memory", "warn", text, "run one job at a time: leave out hydra/launcher=joblib")


def memory_gib(limit: Path = CGROUP_LIMIT) -> float:
    """Physical memory, or the container's limit where that is smaller."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    text = limit.read_text().strip() if limit.exists() else "max"
    return min(physical, int(text) if text.isdigit() else physical) / GIB


def check_disk(folder: Path) -> Finding:
    """Free space where runs are written."""
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    free = shutil.disk_usage(nearest).free / GIB
    text = f"{free:.1f} GiB free below {nearest}"
    cure = "free some space, or write elsewhere: paths.outputs=/big/disk/outputs"
    if free < DISK_NEEDED_GIB:
        return Finding("disk", "bad", text, cure)
    return Finding("disk", "ok", text) if free >= DISK_COMFORTABLE_GIB else Finding("disk", "warn", text, cure)


def check_torch() -> Finding:
    """The device that `device=auto` takes, and the threads torch would use."""
    try:
        import torch
    except Exception as error:  # a broken library raises OSError, a missing one ImportError
        return Finding("torch", "bad", f"can't be imported: {error}", "make -B sync")
    threads = f"{torch.get_num_threads()} threads"
    if torch.cuda.is_available():
        return Finding("torch", "ok", f"{torch.__version__}, cuda: {torch.cuda.get_device_name(0)}, {threads}")
    return Finding("torch", "ok", f"{torch.__version__}, cpu, {threads}")


def check_git() -> Finding:
    """git, by which a run could be tied to a state of the code."""
    cure = "apt-get install git"
    if shutil.which("git") is None:
        return Finding("git", "warn", "not installed: no pre-commit hooks", cure)
    done = subprocess.run(["git", "--version"], capture_output=True, text=True, check=False)
    return Finding("git", "ok", done.stdout.strip().removeprefix("git version "))
