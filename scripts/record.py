"""Keep a run's answers as a recording that `llm=replay` answers from.

    python scripts/record.py outputs/tabular/cartpole/manual/seed0-1a2b3c4d

The words stay as the model gave them; what a replay doesn't need is left out.
"""

import argparse
import json
import shlex
import sys
from pathlib import Path
from typing import Any

import yaml

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.limits import is_import_path
from llmrl_runner.config.places import recordings_folder
from llmrl_runner.files.whole import write_text
from llmrl_runner.llm.backends.recording import FORMAT
from llmrl_runner.llm.lines import RECORDED, Record
from llmrl_runner.llm.transcript import read_lines
from llmrl_runner.runs.finding import run_meant

HOW = {
    "manual": "through llm=manual: the answers were put into files",
    "live": "by the provider's API",
}
EXIT_REFUSED = 2
FINAL = ("env_steps_each", "last_evaluation", "held_out_success_rates", "held_out_return_means")


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit code: 0, or 2 with one line that says why nothing was written."""
    options = parse_arguments(arguments)
    try:
        print(record(options))
    except ConfigError as error:
        print(error, file=sys.stderr)
        return EXIT_REFUSED
    return 0


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Keep a run's answers as a recording for llm=replay.")
    parser.add_argument("run", metavar="RUN", help="the run's folder, or the beginning of its name or id")
    parser.add_argument("--model", help="who answered, where the run's llm.model doesn't say it truly")
    parser.add_argument("--how", help="how the answers were got, for the header")
    parser.add_argument("--to", type=Path, help="the file; default experiments/recordings/<method>/<env>.jsonl")
    parser.add_argument("--force", action="store_true", help="replace a recording that holds something else")
    parser.add_argument("--outputs", type=Path, default=Path("outputs"), help="where a run is looked for by its name")
    return parser.parse_args(arguments)


def record(options: argparse.Namespace) -> str:
    """Write the recording. Returns the line that says so; raises ConfigError where it can't be made."""
    run = run_meant(options.run, options.outputs)
    config = read_config(run)
    lines = answers(run, config)
    check_is_of_one_model(run, lines)
    header = make_header(run, options, config, lines)
    method, env = header["method"], header["env"]
    path: Path = options.to or recordings_folder() / method / f"{env}.jsonl"
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in [header, *lines])
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and not options.force and path.read_text(encoding="utf-8") != text:
        raise ConfigError("", f"{path} holds another recording; --force replaces it")
    write_text(path, text)
    return f"{path}: {len(lines)} answers of {header['model']}"


def read_config(run: Path) -> dict[str, Any]:
    """The run's resolved configuration. Raises ConfigError where the folder is none, or no model answered in it."""
    path = run / "config.yaml"
    if not path.is_file():
        raise ConfigError("", f"{run} has no config.yaml")
    config: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    backend = config["llm"]["backend"]
    if backend not in HOW and not is_import_path(backend):
        raise ConfigError("", f"{run} was run with llm={backend}: only answers that a model gave itself are recorded")
    if not (run / "result.json").is_file():
        print(f"warning: {run} isn't finished; its answers so far are recorded", file=sys.stderr)
    return config


def answers(run: Path, config: dict[str, Any]) -> list[Record]:
    """The transcript's lines with what a replay needs, in the order of the run."""
    lines = [{name: line[name] for name in RECORDED} for line in read_lines(run / "transcript.jsonl")]
    if not lines:
        raise ConfigError("", f"{run} holds no answer yet")
    return sorted(lines, key=lambda line: line["iteration"])


def check_is_of_one_model(run: Path, lines: list[Record]) -> None:
    """Raise ConfigError where another model, or none, gave some answers, as in a run that went on from another's."""
    models = list(dict.fromkeys(line["model"] for line in lines))
    if len(models) > 1:
        raise ConfigError("", f"{run} holds answers of {' and of '.join(models)}: a recording is of one model")
    if models == ["random"]:
        raise ConfigError("", f"{run} holds blind answers: only answers that a model gave itself are recorded")


def make_header(run: Path, options: argparse.Namespace, config: dict[str, Any], lines: list[Record]) -> dict[str, Any]:
    """What the first line says of the recording."""
    llm = config["llm"]
    return {
        "recording": FORMAT,
        "method": config["method"]["name"],
        "env": config["env"]["name"],
        "model": options.model or lines[-1]["model"],
        "how": options.how or HOW.get(llm["backend"]) or f"by {llm['backend']}",
        "date": day_of_last_answer(run),
        "command": command_of(run, config),
        "temperature": None if llm["backend"] == "manual" else llm["temperature"],
        "answers": len(lines),
        **({"returns": found} if (found := played_returns(run)) else {}),
        **({"demonstrations": told} if (told := demonstrated(run)) else {}),
        **({"final": scores} if (scores := final_scores(run)) else {}),
    }


def command_of(run: Path, config: dict[str, Any]) -> str:
    """As it was typed, but for where its results went; of a run that kept no command, what it was about."""
    path = run / "command.txt"
    words = shlex.split(path.read_text(encoding="utf-8")) if path.is_file() else []
    names = [f"{group}={config[group]['name']}" for group in ("method", "env", "llm")]
    about = ["python", "run.py", *names, f"seed={config['seed']}"]
    return shlex.join([word for word in words if not word.startswith("paths.")] or about)


def demonstrated(run: Path) -> dict[str, Any]:
    """How many episodes were demonstrated, and how many of them succeeded."""
    path = run / "iteration_000" / "demos.json"
    found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return {name: found[name] for name in ("attempted", "succeeded") if name in found}


def played_returns(run: Path) -> list[list[float]]:
    """The return of each episode that the model played itself, a list a round: what a replay has to come to again."""
    rounds = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(run.glob("iteration_*/episodes.json"))]
    return [each["total_rewards"] for each in rounds]


def final_scores(run: Path) -> dict[str, Any]:
    """What the networks came to that were trained with a written reward in the end, a figure a seed: a replay comes to
    the same on a machine with the same versions. Nothing where one of them broke."""
    path = run / "result.json"
    found = (json.loads(path.read_text(encoding="utf-8")).get("final") if path.exists() else None) or {}
    return {} if found.get("broken") else {name: found[name] for name in FINAL if name in found}


def day_of_last_answer(run: Path) -> str:
    """YYYY-MM-DD, as the transcript has it."""
    return str(max(line["time"] for line in read_lines(run / "transcript.jsonl")))[:10]


if __name__ == "__main__":
    sys.exit(main())
