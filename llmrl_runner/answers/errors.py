"""What can be wrong with what a model wrote."""


class ParseError(ValueError):
    """What was wrong with an answer, in words that a model can act on, without the answer itself."""
