import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.sandbox.errors import MissingError
from llmrl_runner.sandbox.limits import Limits
from llmrl_runner.sandbox.process import Way
from llmrl_runner.sandbox.program import Program, ProgramError
from llmrl_runner.sandbox.ways import UNCONFINED

QUICK = Limits(start_s=20.0, call_s=1.0, answer_mb=1)
REWARD = """
import numpy as np

CONSTANTS = {"weight": 2, "bonus": 0.5}
RANGES = {"weight": (0, 4)}
calls = 0

def compute_reward(obs, action, next_obs, info):
    global calls
    calls += 1
    distance = np.linalg.norm(next_obs - obs, axis=1)
    effort = (action ** 2).sum(axis=1)
    parts = {"effort": effort, "ended": info["terminated"], "calls": calls}
    return CONSTANTS["bonus"] - CONSTANTS["weight"] * distance, parts
"""

# A program that finds the trusted code of its own process and answers by it, whenever it likes.
FORGER = """
import sys
def forge(x):
    requests = sys._getframe(2).f_locals["requests"]
    requests.answer(4, [x, {}])
"""

RAISES = "def g(x): raise ValueError('a\\nb\\x1b')"
SPEECHLESS = "class E(Exception):\n  def __str__(self): 1 / 0"


def program(source: str, way: Way = UNCONFINED, limits: Limits = QUICK) -> Program:
    return Program(source, "f", way, limits)


def failure(source: str, way: Way = UNCONFINED, limits: Limits = QUICK) -> ProgramError:
    """The error of f(array of three), or of loading it."""
    with pytest.raises(ProgramError) as caught, program(source, way, limits) as loaded:
        loaded.call(np.arange(3.0))
    return caught.value


# -------------------------------------------------------------------------------------------------- what it answers


def test_a_reward_function_answers_a_batch_as_it_would_at_home(way: Way) -> None:
    rng = np.random.default_rng(0)
    obs, action, next_obs = rng.normal(size=(5, 3)), rng.normal(size=(5, 2)), rng.normal(size=(5, 3))
    ended = np.array([True, False, True, False, True])

    with Program(REWARD, "compute_reward", way, QUICK) as reward:
        answer = reward.call(obs, action, next_obs, {"terminated": ended})

    np.testing.assert_array_equal(answer.value, 0.5 - 2 * np.linalg.norm(next_obs - obs, axis=1))
    np.testing.assert_array_equal(answer.parts["effort"], (action**2).sum(axis=1))
    np.testing.assert_array_equal(answer.parts["ended"], ended.astype(float))
    assert answer.parts["calls"] == 1.0
    assert all(array.dtype == np.float64 for array in (answer.value, *answer.parts.values()))


@pytest.mark.parametrize(
    ("returned", "value", "parts"),
    [
        ("1", 1.0, {}),
        ("True", 1.0, {}),
        ("[1, 2.5]", [1.0, 2.5], {}),
        ("np.float32(2)", 2.0, {}),
        ("x.astype(int)", [0.0, 1.0, 2.0], {}),
        ("x[::-1]", [2.0, 1.0, 0.0], {}),
        ("np.zeros((2, 0))", np.zeros((2, 0)), {}),
        ("x, {}", [0.0, 1.0, 2.0], {}),
        ("0, {'a b': x > 1, 'ä': 3}", 0.0, {"a b": [0.0, 0.0, 1.0], "ä": 3.0}),
        ("float('nan'), {'i': float('inf')}", np.nan, {"i": np.inf}),
    ],
)
def test_whatever_numpy_makes_real_numbers_of_is_an_answer(returned: str, value: object, parts: dict) -> None:
    with program(f"import numpy as np\ndef f(x): return {returned}") as loaded:
        first = loaded.call(np.arange(3.0))
        second = loaded.call(np.arange(3.0))

    for answer in (first, second):
        np.testing.assert_array_equal(answer.value, np.asarray(value))
        assert answer.value.shape == np.shape(value)
        assert set(answer.parts) == set(parts)
        for name, part in parts.items():
            np.testing.assert_array_equal(answer.parts[name], part)


@pytest.mark.parametrize(
    "returned", ["None", "'1'", "1j", "[[1], [2, 3]]", "x, 3", "x, {1: x}", "x, {'a\\n': x}", "x, {'': 1}", "{}"]
)
def test_anything_else_is_refused_in_words(returned: str) -> None:
    error = failure(f"def f(x): return {returned}")

    assert error.kind == "answer"
    assert "\n" not in str(error)


def test_shapes_may_change_from_call_to_call() -> None:
    with program("def f(x): return (x * 2, {'n': len(x)}) if len(x) % 2 else x") as loaded:
        for rows in (1, 2, 1, 300_000 // 8, 3, 0, 1):
            batch = np.arange(rows, dtype=np.float32)[:, None]
            answer = loaded.call(batch)
            np.testing.assert_array_equal(answer.value, batch * (2 if rows % 2 else 1))
            assert list(answer.parts) == (["n"] if rows % 2 else [])


def test_arguments_reach_it_with_their_types_and_can_not_be_written_to() -> None:
    source = "def f(x, d):\n  assert (x.dtype, d['y'].dtype, d['y'].shape) == ('int8', 'bool', (2, 1))\n  x[0] = 1"

    with program(source) as loaded, pytest.raises(ProgramError, match="read-only"):
        loaded.call(np.zeros(3, np.int8), {"y": np.zeros((2, 1), bool)})


def test_an_answer_can_not_be_written_to() -> None:
    with program("def f(x): return x") as loaded:
        for size in (3, 100_000):
            assert not loaded.call(np.zeros(size)).value.flags.writeable


def test_arguments_that_are_no_numbers_are_the_callers_mistake() -> None:
    with program("def f(x): return x") as loaded:
        with pytest.raises(ValueError, match="can't be handed over"):
            loaded.call(np.array([object()]))
        assert loaded.call(np.ones(1)).value == 1.0


def test_what_it_prints_goes_nowhere_and_harms_nothing(way: Way) -> None:
    source = "import sys\ndef f(x):\n  print('a' * 1000); sys.stderr.write('b'); sys.__stdout__.write('c'); return x"

    with program(source, way) as loaded:
        assert loaded.call(np.ones(1)).value == 1.0


# -------------------------------------------------------------------------------------------------- its constants


def test_constants_are_read_set_and_kept_when_the_child_is_replaced(way: Way) -> None:
    source = """
CONSTANTS = {"a": 1, "b": 2.5}
RANGES = {"a": [0, 5]}
def f(x):
    if x[0] < 0:
        import os
        os._exit(1)
    return CONSTANTS["a"] * x + CONSTANTS["b"]
"""

    with program(source, way) as loaded:
        assert (loaded.constants, loaded.ranges) == ({"a": 1.0, "b": 2.5}, {"a": (0.0, 5.0)})
        loaded.set_constants({"a": 3.0})
        assert loaded.call(np.ones(1)).value == 5.5
        with pytest.raises(ProgramError):
            loaded.call(-2 * np.ones(1))
        assert loaded.call(np.ones(1)).value == 5.5
        assert loaded.constants == {"a": 3.0, "b": 2.5}


@pytest.mark.parametrize("values", [{"c": 1.0}, {"a": float("nan")}])
def test_only_a_known_constant_is_set_and_to_a_finite_number(values: dict) -> None:
    with program("CONSTANTS = {'a': 1}\ndef f(x): return x") as loaded, pytest.raises(ValueError, match="can't be set"):
        loaded.set_constants(values)


@pytest.mark.parametrize(
    "tables",
    [
        "CONSTANTS = 3",
        "CONSTANTS = {'a': 'b'}",
        "CONSTANTS = {'a': True}",
        "CONSTANTS = {'a b': 1}",
        "CONSTANTS = {1: 1}",
        "CONSTANTS = {'a': float('nan')}",
        "CONSTANTS = {'a': 10 ** 400}",
        "CONSTANTS = {f'a{k}': k for k in range(65)}",
        "RANGES = {'a': (0, 1)}",
        "CONSTANTS = {'a': 1}; RANGES = {'a': (0, 1, 2)}",
        "CONSTANTS = {'a': 1}; RANGES = {'a': (2, 1)}",
        "CONSTANTS = {'a': 1}; RANGES = {'a': (2, 3)}",
        "CONSTANTS = {'a': 1}; RANGES = {'a': 1}",
    ],
)
def test_tables_of_constants_are_held_to_their_form(tables: str) -> None:
    error = failure(f"{tables}\ndef f(x): return x")

    assert error.kind in ("constants", "raised")
    assert str(error)


# -------------------------------------------------------------------------------------------------- what goes wrong


@pytest.mark.parametrize(
    ("source", "kind", "words", "lines"),
    [
        ("def f(x:\n", "syntax", "SyntaxError", ["def f(x:"]),
        ("import no_such_module", "raised", "No module named 'no_such_module'", ["import no_such_module"]),
        ("g = 1", "missing", "no function f", []),
        ("f = 1", "missing", "no function f", []),
        ("def f(x): return x / None", "raised", "TypeError", ["def f(x): return x / None"]),
        (f"def f(x): return g(x)\n{RAISES}", "raised", "ValueError: a b?", ["def f(x): return g(x)", RAISES]),
        ("def f(x): return f(x)", "raised", "RecursionError", ["def f(x): return f(x)"]),
        ("def f(x): raise SystemExit(0)", "raised", "SystemExit: 0", ["def f(x): raise SystemExit(0)"]),
        (f"def f(x): raise E()\n{SPEECHLESS}", "raised", "can't be made", ["def f(x): raise E()"]),
        ("def f(x): return x\n\0", "syntax", "null", []),
    ],
)
def test_an_error_is_one_line_with_the_programs_own_lines_beside_it(
    source: str, kind: str, words: str, lines: list[str]
) -> None:
    error = failure(source)

    assert error.kind == kind
    assert words in str(error)
    assert "\n" not in str(error)
    assert error.traceback == "\n".join(f"line {k}: {line}" for k, line in enumerate(lines, 1))


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        ("while True: pass", "time", "no answer within 1 s"),
        ("import os; os._exit(3)", "died", "exit code 3"),
        ("import ctypes; ctypes.string_at(0)", "died", "SIGSEGV"),
        ("import os; os.write(1, b'x' * 200_000)", "forged", "no answer"),
        ("import os; os.write(1, b'x'); return x", "forged", "no answer"),
        ("return bytearray(1 << 40)", "memory", "MemoryError"),
        ("import numpy as np; return np.zeros(200_000)", "flood", "1,048,576 are allowed"),
    ],
)
def test_a_child_that_hangs_dies_or_babbles_is_told_and_replaced(body: str, kind: str, words: str, way: Way) -> None:
    with program(f"def f(x):\n  if x[0] < 0: return x\n  {body}", way) as loaded:
        with pytest.raises(ProgramError) as caught:
            loaded.call(np.ones(1))
        assert (caught.value.kind, words in str(caught.value)) == (kind, True)

        assert loaded.call(-np.ones(1)).value == -1.0


def test_time_is_bounded_while_a_large_request_is_sent_and_while_the_source_is_loaded() -> None:
    start = time.monotonic()

    assert failure("while True: pass", limits=Limits(start_s=0.5)).kind == "time"
    with program(f"{FORGER}\ndef f(x):\n  forge(x)\n  import time; time.sleep(60)") as loaded:
        loaded.call(np.zeros(1))
        with pytest.raises(ProgramError, match="no answer within 1 s"):
            loaded.call(np.zeros(1_000_000))
    assert time.monotonic() - start < 10


def test_processor_time_is_bounded_over_all_calls() -> None:
    limits = Limits(call_s=20.0, cpu_s=1.0)

    error = failure("def f(x):\n  while True: pass", limits=limits)

    assert error.kind == "time"
    assert "1 s of processor time" in str(error)


def test_memory_is_bounded() -> None:
    limits = Limits(memory_mb=600)

    with program("def f(x): return bytearray(int(x[0]) << 20)[:1]", limits=limits) as loaded:
        assert loaded.call(np.array([50.0])).value == 0.0
        with pytest.raises(ProgramError, match="MemoryError"):
            loaded.call(np.array([700.0]))


def test_a_program_that_answers_before_it_is_asked_is_found_out() -> None:
    with program(f"{FORGER}\ndef f(x):\n  forge(x)\n  return x") as loaded:
        for _ in range(2):  # the second answer to the first call comes as the first to the second
            with contextlib.suppress(ProgramError):
                loaded.call(np.ones(1))
        with pytest.raises(ProgramError) as caught:
            [loaded.call(np.ones(1)) for _ in range(3)]

    assert caught.value.kind == "forged"


# -------------------------------------------------------------------------------------------------- its life


def test_where_no_child_starts_the_key_of_the_configuration_is_named() -> None:
    def start(command: list[str]) -> None:
        raise MissingError("lacks something", "buy it")

    with pytest.raises(ConfigError, match="sandbox: wall lacks something"):
        program("def f(x): return x", Way("wall", start))


def test_closed_it_leaves_no_process_and_a_later_call_starts_another(way: Way) -> None:
    others = children()  # of this process, which other tests may have left some
    loaded = program("def f(x): return x", way)
    started = children() - others

    loaded.close()
    loaded.close()

    assert started
    assert not started & children()
    assert loaded.call(np.ones(1)).value == 1.0
    loaded.close()


def test_a_program_outlives_the_thread_that_started_it(way: Way) -> None:
    made: list[Program] = []
    thread = threading.Thread(target=lambda: made.append(program("def f(x): return x", way)))
    thread.start()
    thread.join()

    time.sleep(0.2)

    with made[0]:
        assert made[0].call(np.ones(1)).value == 1.0


@pytest.mark.parametrize("is_busy", [False, True])
def test_killed_without_warning_the_parent_leaves_no_child(is_busy: bool, way: Way) -> None:
    source = f"def f(x):\n  while {is_busy}: pass\n  return x"
    script = (
        "import sys, numpy as np\n"
        "from llmrl_runner.sandbox.program import Program\n"
        "from llmrl_runner.sandbox.limits import Limits\n"
        "from llmrl_runner.sandbox.ways import UNCONFINED, examine\n"
        f"way = next((e.way for e in examine() if e.way and e.way.name == {way.name!r}), UNCONFINED)\n"
        f"program = Program({source!r}, 'f', way, Limits(call_s=60.0))\n"
        f"{'' if is_busy else 'program.call(np.ones(1))'}\n"
        "print('ready', flush=True)\n"
        "program.call(np.ones(1))\n"
        "import time; time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert parent.stdout
    assert parent.stdout.readline() == b"ready\n"
    time.sleep(0.3)
    child = descendants(parent.pid)
    assert child

    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()

    deadline = time.monotonic() + 10
    while alive(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(child)


def children() -> set[int]:
    return set(descendants(os.getpid()))


def descendants(pid: int) -> list[int]:
    """Processes below `pid`, as /proc knows them."""
    parents = {int(p.name): _parent(p) for p in Path("/proc").iterdir() if p.name.isdigit()}
    found, level = [], [pid]
    while level:
        level = [child for child, parent in parents.items() if parent in level]
        found += level
    return found


def _parent(folder: Path) -> int:
    try:
        return int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return -1


def alive(pids: list[int]) -> list[int]:
    def is_alive(pid: int) -> bool:
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
        except OSError:
            return False

    return [pid for pid in pids if is_alive(pid)]
