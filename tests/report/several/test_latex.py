"""The leaderboard as LaTeX: each sign printed as it is, and every table whole."""

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from llmrl_runner.report.several.latex import ESCAPED, escaped, latex_of
from llmrl_runner.report.several.report import report_of
from llmrl_runner.report.several.study import read_study
from tests.report.several.folders import write_arms

COMMANDS = re.compile("|".join(map(re.escape, sorted(ESCAPED.values(), key=len, reverse=True))))


@given(st.text())
def test_no_sign_of_a_text_is_a_command(text: str) -> None:
    left = COMMANDS.sub("", escaped(text).replace("$-$", "-").replace("-{}", "-"))

    assert not set("\\&%$#_{}~^") & set(left)


@given(st.text(alphabet=st.sampled_from([*ESCAPED, "a", " ", "1"])))
def test_a_text_can_be_read_back(text: str) -> None:
    signs = {printed: sign for sign, printed in ESCAPED.items()}

    assert COMMANDS.sub(lambda found: signs[found[0]], escaped(text)) == " ".join(text.split())


def test_a_minus_is_one_and_a_hyphen_stays() -> None:
    assert escaped("DoorKey-8x8 -2.5 [-3, -1.5] --all") == "DoorKey-8x8 $-$2.5 [$-$3, $-$1.5] -{}-all"


def test_a_table_an_environment_and_one_over_all_with_as_many_cells_as_columns(tmp_path: Path) -> None:
    for env in ("lake", "taxi"):
        write_arms(tmp_path, env, {"a&b_c": [0.7, 0.9], "random": [0.0, 0.1]})

    latex = latex_of(report_of(read_study([tmp_path]), "Lakes", {}))

    tables = re.findall(r"\\begin{table}.*?\\end{table}", latex, re.DOTALL)
    assert re.findall(r"\\label{(.*)}", latex) == ["tab:all-of-lake-taxi", "tab:lake", "tab:taxi"]
    for table in tables:
        [columns] = re.findall(r"\\begin{tabular}{(l*r*)}", table)
        rows = re.findall(r"(.*) \\\\", table)
        assert len(rows) == 3
        assert sum(row.strip().startswith(r"llm=a\&b\_c ") for row in rows) == 1
        assert all(len(re.findall(r"(?<!\\)&", row)) + 1 == len(columns) for row in rows)
