import platform
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.sandbox import bubblewrap, command, landlock, ways
from llmrl_runner.sandbox.errors import MissingError
from llmrl_runner.sandbox.inside import walls as inside_walls
from llmrl_runner.sandbox.process import PlainProcess, Way
from llmrl_runner.sandbox.program import Program, ProgramError
from llmrl_runner.sandbox.ways import Examined, find_way


def test_where_nothing_confines_the_refusal_says_what_is_missing_and_what_else_there_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nothing = (Examined("sandlock", None, "isn't installed"), Examined("bubblewrap", None, "starts no child: no"))
    monkeypatch.setattr(ways, "examine", lambda: nothing)

    with pytest.raises(ConfigError) as caught:
        find_way("auto")

    assert caught.value.key == "sandbox"
    for words in ("sandlock isn't installed", "bubblewrap starts no child: no", "sandbox=none"):
        assert words in caught.value.problem
    assert "\n" not in str(caught.value)


def test_the_first_way_that_works_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    works = Way("bubblewrap 1", lambda _: pytest.fail("not started"))
    monkeypatch.setattr(ways, "examine", lambda: (Examined("sandlock", None, "no"), Examined("bubblewrap", works)))

    assert find_way("auto") is works


def test_none_confines_nothing_and_says_so() -> None:
    assert (find_way("none").name, find_way("none").confines) == ("none", False)


def test_a_way_that_starts_nothing_is_examined_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_: list[str]) -> PlainProcess:
        return PlainProcess([sys.executable, "-c", "raise SystemExit('no luck here')"], {})

    monkeypatch.setitem(ways.LIBRARIES, "sandlock", lambda: Way("x", start))

    examined = ways._examined("sandlock")

    assert examined.way is None
    assert "no luck here" in examined.trouble


@pytest.mark.parametrize(
    ("landlock_abi", "kernel", "words"), [(0, "6.18.1", "no Landlock"), (3, "6.1.0-28-amd64", "newer than 6.1.0")]
)
def test_sandlock_is_not_taken_where_the_kernel_lacks_something(
    landlock_abi: int, kernel: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landlock, "abi", lambda: landlock_abi)
    monkeypatch.setattr(landlock, "platform", SimpleNamespace(release=lambda: kernel))
    monkeypatch.setattr(landlock.importlib.metadata, "version", lambda _: "0.9.0")

    with pytest.raises(MissingError, match=words):
        landlock.find()


def test_without_bubblewrap_its_cure_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bubblewrap.shutil, "which", lambda _: None)

    with pytest.raises(MissingError) as caught:
        bubblewrap.find()

    assert "apt-get install bubblewrap" in caught.value.cure


@pytest.mark.parametrize(
    ("release", "version"), [("6.18.44-arch1", (6, 18)), ("5.10.0-28-amd64", (5, 10)), ("?", (0, 0))]
)
def test_a_kernels_version_is_read_from_its_release(release: str, version: tuple[int, int]) -> None:
    assert landlock.kernel_version(release) == version


# ------------------------------------------------------------------------------------------------------ the walls

FORBIDDEN = [
    "open('/etc/hostname')",
    "open('/proc/self/environ')",
    "open('/tmp/x', 'w')",
    "os.listdir('/')",
    "os.stat('/etc/passwd')",
    "os.fork()",
    "os.execv('/bin/sh', ['sh'])",
    "os.kill(os.getppid(), 0)",
    "os.kill(1, 0)",
    "os.pipe()",
    "os.dup(0)",
    "os.write(2, b'x')",
    "os.read(1, 1)",
    "os.sched_setaffinity(1, {0})",
    "os.setuid(1)",
    "os.chmod('/', 0)",
    "sys.modules['_thread'].start_new_thread(print, ())",
]


def test_nothing_but_computing_is_allowed(walls: Way) -> None:
    source = "import os, sys\ndef f(k):\n" + "".join(f"  if k == {k}: {line}\n" for k, line in enumerate(FORBIDDEN))
    kinds = []

    with Program(source, "f", walls) as program:
        for k in range(len(FORBIDDEN)):
            with pytest.raises(ProgramError) as caught:  # what is allowed returns None, which is no answer
                program.call(np.array(k))
            kinds.append(caught.value.kind)

    assert dict(zip(FORBIDDEN, kinds, strict=True)) == dict.fromkeys(FORBIDDEN, "raised")


def test_the_child_knows_no_variable_and_no_argument_of_its_parent(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_KEY", "secret")
    source = "import os, sys\ndef f(): return len(os.environ), {'arguments': len(sys.argv[1:] + sys.orig_argv)}"

    with Program(source, "f", way) as program:
        answer = program.call()

    assert answer.value == 0
    assert answer.parts["arguments"] == 0


def test_chance_is_the_same_in_every_run(way: Way) -> None:
    source = "import random\nimport numpy as np\ndef f(): return [random.random(), np.random.random(), hash('a')]"
    values = []

    for _ in range(2):
        with Program(source, "f", way) as program:
            values.append(program.call().value.tolist())

    assert values[0] == values[1]


def test_the_child_finds_its_python_and_numpy_and_nothing_of_the_project() -> None:
    readable = command.readable()

    assert all(not path.endswith(("site-packages", "llmrl_runner")) or "/lib/python" in path for path in readable)
    assert not {"/", "/home", "/root", "/tmp", "/etc", "/proc", "/usr", str(command.NUMPY.parent)} & set(readable)


# ------------------------------------------------------------------------------------------------------ the filter

LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06


def verdict(machine: str, number: int, arguments: tuple[int, ...] = (0,) * 6, audit: int | None = None) -> int:
    """What the kernel would make of one system call: the filter, run as the kernel runs it."""
    architecture = inside_walls.ARCHITECTURES[machine] if audit is None else audit
    fields = {0: number, 4: architecture} | {16 + 8 * k: value for k, value in enumerate(arguments)}
    program, at, loaded = inside_walls.filter_of(machine), 0, 0
    while True:
        what, if_true, if_false, value = program[at]
        if what == RETURN:
            return value
        if what == LOAD:
            loaded = fields[value]
            at += 1
        else:
            is_true = loaded == value if what == EQUAL else loaded >= value
            at += 1 + (if_true if is_true else if_false)


@pytest.mark.parametrize("machine", sorted(inside_walls.ARCHITECTURES))
def test_the_filter_lets_through_what_is_listed_and_refuses_all_else(machine: str) -> None:
    free, bound = inside_walls.ALLOWED[machine], inside_walls.ALLOWED_WITH[machine]
    passing = {number for number in range(1000) if verdict(machine, number, (9, 9, 9)) == inside_walls.ALLOW}

    assert passing == set(free)
    for number, (place, value) in bound.items():
        right = tuple(value if k == place else 9 for k in range(6))
        assert verdict(machine, number, right) == inside_walls.ALLOW
        assert verdict(machine, number, (9, 9, 9, 9, 9, 9)) == inside_walls.REFUSE


@pytest.mark.parametrize("machine", sorted(inside_walls.ARCHITECTURES))
def test_calls_of_another_architecture_kill(machine: str) -> None:
    assert verdict(machine, 0, audit=0x40000003) == inside_walls.KILL
    assert verdict(machine, 0x40000000 + 1) == inside_walls.KILL


def test_without_a_filter_for_this_machine_nothing_runs_confined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")

    with pytest.raises(OSError, match="riscv64"):
        inside_walls.confine()
