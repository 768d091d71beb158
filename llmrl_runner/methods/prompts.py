"""Prompts are files: conf/prompts/<folder>/<name>.md, filled in by jinja2."""

import hashlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound, TemplateSyntaxError

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.places import conf_folder
from llmrl_runner.config.schema import Config

# Whose prompts a method uses besides its own: demonstrations are acted step by step in the words of `reflect`.
LENDERS = {"llmae_ppo": ("reflect",)}


class Prompts:
    """The templates of one folder: a name below conf/prompts, or a path of the user's own.

    What the user's folder leaves out comes from the method's own folder, and then from those of LENDERS. Raises
    ConfigError where there is no such folder, and on rendering where a template is missing.
    """

    def __init__(self, folder: str, method: str) -> None:
        ours = conf_folder() / "prompts"
        chosen = next((path for path in (ours / folder, Path(folder)) if path.is_dir()), None)
        if chosen is None and folder != method:
            raise ConfigError("method.prompts", f"no folder '{folder}', neither below {ours} nor as a path")
        chosen = chosen or ours / method  # a method without prompts of its own has nothing to render
        theirs = [ours / each for each in (method, *LENDERS.get(method, ()))]
        _check_has_prompts(chosen, theirs)
        self._names = sorted({name for place in (chosen, *theirs) for name in _names(place)})
        self._loader = FileSystemLoader([chosen, *theirs])
        self._templates = Environment(
            loader=self._loader, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
        )

    @property
    def digest(self) -> str:
        """A hash of every template: other words are another run."""
        sources = [self._loader.get_source(self._templates, name)[0] for name in self._names]
        return hashlib.sha256("\0".join(sources).encode()).hexdigest()

    def has(self, name: str) -> bool:
        """Whether there is a prompt of this name."""
        return f"{name}.md" in self._names

    def below(self, folder: str) -> list[str]:
        """The names of the prompts in a folder of theirs."""
        inside = f"{folder}/"
        return [name.removeprefix(inside).removesuffix(".md") for name in self._names if name.startswith(inside)]

    def render(self, name: str, **values: Any) -> str:
        """The prompt `name` with its values filled in."""
        try:
            return self._templates.get_template(f"{name}.md").render(**values).strip() + "\n"
        except TemplateNotFound as error:
            raise ConfigError("method.prompts", f"no prompt '{error.name}' in the folder") from error
        except TemplateError as error:  # a name that nothing is known of, say
            raise ConfigError("method.prompts", f"{name}.md, or what it includes: {error}") from error


def _names(folder: Path) -> list[str]:
    """Every template below a folder, as jinja2 names it."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.md"))


def _check_has_prompts(folder: Path, ours: Sequence[Path]) -> None:
    """Raise ConfigError where a folder holds none of the method's prompts and no choice of one's own, such as another
    scaffold, or one that is no text or no template."""
    names, theirs = [name for place in ours for name in _names(place)], _names(folder)
    choices = {PurePosixPath(name).parent for name in names} - {PurePosixPath()}
    if names and not any(name in names or PurePosixPath(name).parent in choices for name in theirs):
        raise ConfigError("method.prompts", f"'{folder}' holds none of {', '.join(names)}")
    for path in [folder / name for name in theirs]:
        try:
            Environment().parse(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError("method.prompts", f"{path}: can't be read ({error})") from error
        except TemplateSyntaxError as error:
            raise ConfigError("method.prompts", f"{path}, line {error.lineno}: {error.message}") from error


def prompts_of(config: Config) -> Prompts:
    """The prompts that `method.prompts` names, else those of the method's own folder."""
    method: Any = config.method
    return Prompts(getattr(method, "prompts", method.name), method.name)
