"""What can end the asking. Each message is one line for the person at the terminal."""


class LLMError(Exception):
    """A model could not be asked, or gave nothing usable after the last attempt: which one, why, and what to do."""


class CallsEnded(Exception):  # noqa: N818 - an end that was agreed on is no error
    """There are no more answers to be had, as was agreed on: the run finishes with what it has."""


class BudgetReached(CallsEnded):
    """A limit of the configuration was reached. The message ends with it as it was written, `llm.max_calls=3`."""


class RecordingEnded(CallsEnded):
    """The recording holds no answer at this place."""
