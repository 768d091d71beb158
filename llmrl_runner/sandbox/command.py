"""The command line of the child, and the few places on disk that Python and numpy need to start."""

import functools
import math
import os
import sys
import sysconfig
from pathlib import Path

import numpy as np

from llmrl_runner.sandbox import inside
from llmrl_runner.sandbox.limits import Limits

MODULES = ("layouts", "wire", "loading", "walls", "serving")  # each imports those before it alone
ENVIRONMENT = {"PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
NUMPY = Path(np.__file__).parent
SYSTEM_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache")

# numpy is loaded from its own folder, so that the folder of all packages needn't be seen; then the modules of `inside`
# under their own names, from their text.
START = """
import importlib.util, sys, types
spec = importlib.util.spec_from_file_location("numpy", {numpy!r}, submodule_search_locations=[{folder!r}])
sys.modules["numpy"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sys.modules["numpy"])
package = types.ModuleType({package!r})
sys.modules[package.__name__] = package
for name, text in {texts!r}:
    module = types.ModuleType(package.__name__ + "." + name)
    sys.modules[module.__name__] = module
    setattr(package, name, module)
    exec(compile(text, name, "exec"), module.__dict__)
sys.modules[package.__name__ + ".serving"].main({confined!r}, {cpu_s!r}, {memory_mb!r}, {answer_bytes!r})
"""


def child_command(confined: bool, limits: Limits) -> list[str]:
    """The command that becomes a child which answers requests on its standard input and reads no file of ours."""
    text = START.format(
        numpy=str(NUMPY / "__init__.py"),
        folder=str(NUMPY),
        package=inside.__name__,
        texts=_texts(),
        confined=confined,
        cpu_s=max(1, math.ceil(limits.cpu_s)),
        memory_mb=limits.memory_mb,
        answer_bytes=limits.answer_mb << 20,
    )
    # No user's packages, no folder of packages, nothing from the current folder, no bytecode written.
    return [interpreter(), "-s", "-S", "-P", "-B", "-c", text]


@functools.cache
def _texts() -> list[tuple[str, str]]:
    folder = Path(inside.__file__).parent
    return [(name, (folder / f"{name}.py").read_text(encoding="utf-8")) for name in MODULES]


def interpreter() -> str:
    """The Python that this virtual environment was made from."""
    return str(Path(sys.executable).resolve())


def environment() -> dict[str, str]:
    """All variables that the child starts with; it forgets them before it looks at a program."""
    found = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if os.environ.get(name)}
    return {**ENVIRONMENT, **found}


def readable() -> list[str]:
    """Files and folders that Python and numpy are loaded from, none of them below another."""
    wanted = [interpreter(), sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), str(NUMPY)]
    wanted += [f"{NUMPY}.libs", f"{sys.base_prefix}/lib", *SYSTEM_LIBRARIES]
    wanted += environment().get("LD_LIBRARY_PATH", "").split(":")
    paths = sorted({path for path in wanted if path and Path(path).exists()})
    return [path for path in paths if not any(path.startswith(f"{other}/") for other in paths)]
