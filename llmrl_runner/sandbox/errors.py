"""What goes wrong with a program, told so that its writer can mend it; and with the walls, so that their owner can."""


class ProgramError(Exception):
    """One short line fit to be shown to the LLM that wrote the program.

    kind is one word: syntax, raised, missing, constants, answer, time, memory, died, flood or forged. traceback holds
    the program's own lines that led there, outermost first, each with its number; "" where there are none.
    """

    def __init__(self, kind: str, words: str, traceback: str = "") -> None:
        super().__init__(words)
        self.kind = kind
        self.traceback = traceback

    def __reduce__(self) -> tuple[type["ProgramError"], tuple[str, str, str]]:
        return type(self), (self.kind, str(self), self.traceback)


class MissingError(Exception):
    """Something that a way to confine needs and this machine lacks: the trouble and its cure, a line each."""

    def __init__(self, trouble: str, cure: str = "") -> None:
        super().__init__(trouble)
        self.trouble = trouble
        self.cure = cure
