"""What the room may use."""

import subprocess
import sys

IMPORT_ALL = """
import sys
from llmrl_runner.answers import brackets, fences, json_reading, json_values, thinking
print(*sorted(name for name in sys.modules if name.startswith("llmrl_runner") or name in ("numpy", "pydantic")))
"""


def test_it_imports_nothing_of_the_project() -> None:
    found = subprocess.run([sys.executable, "-c", IMPORT_ALL], capture_output=True, text=True, check=True).stdout.split()

    assert [name for name in found if not name.startswith("llmrl_runner.answers")] == ["llmrl_runner"]
