from collections.abc import Mapping
from pathlib import Path
from typing import Any

from llmrl_runner.report.run_names import run_names


def config(method: str = "tabular", env: str = "cartpole", llm: str = "replay", seed: int = 0, **own: Any) -> Any:
    return {"method": {"name": method, **own}, "env": {"name": env}, "llm": {"name": llm}, "seed": seed}


def named(*configs: Mapping[str, Any]) -> list[str]:
    folders = [Path(f"/outputs/seed{k}-{k}{k}{k}{k}") for k in range(len(configs))]
    return list(run_names(dict(zip(folders, configs, strict=True))).values())


def test_runs_of_a_sweep_are_named_by_what_differs() -> None:
    names = named(*(config(llm=llm, seed=seed) for llm in ("random", "replay") for seed in (0, 1)))

    assert names == ["llm=random seed=0", "llm=random seed=1", "llm=replay seed=0", "llm=replay seed=1"]


def test_a_run_alone_is_named_by_all_that_it_is() -> None:
    assert named(config()) == ["tabular cartpole replay seed=0"]


def test_methods_and_environments_stand_in_the_name_where_there_are_several() -> None:
    names = named(config(), config("reflect"), config("reflect", env="taxi"))

    assert names == ["tabular env=cartpole", "reflect env=cartpole", "reflect env=taxi"]


def test_a_setting_of_the_method_tells_runs_apart() -> None:
    assert named(config(policy="table"), config(policy="linear")) == ["policy=table", "policy=linear"]


def test_runs_that_differ_in_nothing_or_say_nothing_are_told_apart_by_their_folders() -> None:
    names = named(config(), config(), {})

    assert names == ["seed0-0000", "seed1-1111", "seed2-2222"]


def test_runs_of_the_same_name_are_told_apart_by_their_folders_too() -> None:
    names = named(config(seed=0), config(seed=1), config(seed=1))

    assert names == ["seed=0", "seed=1 (seed1-1111)", "seed=1 (seed2-2222)"]


def test_a_name_is_fit_to_be_a_folders() -> None:
    names = named(config(prompts="../mine/" + "x" * 300), config(prompts="\n.."))

    assert len(set(names)) == 2
    assert all("/" not in name and "\n" not in name and not name.startswith(".") for name in names)
    assert all(len(name) <= 130 for name in names)
