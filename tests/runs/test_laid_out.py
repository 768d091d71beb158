from llmrl_runner.runs.laid_out import with_layouts_fenced

MAP = "          3L 2L  0 1R\n 1 ahead   #  #  ?\n 0 ahead   K  ^  #"


def test_a_map_is_fenced_and_the_words_around_it_stay() -> None:
    fenced = with_layouts_fenced(f"# Now\nFacing: west\n{MAP}\nYour answer:")

    assert fenced == f"# Now\nFacing: west\n\n```\n{MAP}\n```\n\nYour answer:"


def test_what_is_laid_out_already_stays_as_it_is() -> None:
    table = "| field | unit |\n| --- | --- |\n| row | m |\n| column | m |"
    code = f"```\n{MAP}\n```"

    assert with_layouts_fenced(f"{table}\n\n{code}\n") == f"{table}\n\n{code}\n"


def test_rows_behind_bars_without_a_markdown_head_are_fenced() -> None:
    rows = "step | row | action\n0 | 1 | left\nend | 2 | -"

    assert with_layouts_fenced(f"An episode:\n\n{rows}\n").split("```")[1].strip("\n") == rows


def test_prose_is_never_fenced() -> None:
    prose = "One sentence.  Another one, after two spaces.\n\n- a list\n  with a second line\n- and more\n"

    assert with_layouts_fenced(prose) == prose
