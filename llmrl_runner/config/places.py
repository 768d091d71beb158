"""Where the project's own files lie: beside the package in a checkout, inside it when it was installed from a wheel."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent


def conf_folder() -> Path:
    """The folder of defaults and prompts."""
    return _inside_or_beside("conf", "conf")


def recordings_folder() -> Path:
    """The folder of recorded answers, one file a method and environment: <method>/<env>.jsonl."""
    return _inside_or_beside("recordings", "experiments/recordings")


def _inside_or_beside(inside: str, beside: str) -> Path:
    packaged = PACKAGE / inside
    return packaged if packaged.is_dir() else PACKAGE.parent / beside
