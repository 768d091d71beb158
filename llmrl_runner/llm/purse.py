"""What the jobs of a sweep may spend together: one file that all of them keep, in the folder that they share."""

import os
import platform
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.llm_schema import LLMConfig
from llmrl_runner.files.whole import read_json, write_json
from llmrl_runner.llm.budget import UNKNOWN_PRICE
from llmrl_runner.llm.errors import BudgetReached
from llmrl_runner.llm.lines import Record
from llmrl_runner.llm.prices import is_price_unknown

FILE = "spending.json"
KEY = "sweep.max_cost_usd"
ENTRIES = ("cost_usd", "dearest_usd", "under_way", "pid", "host")
ROUNDING_USD = 1e-9  # of sums of many small costs
UNCOUNTED = "can't be kept: the server gave an answer without its number of tokens; set llm.max_calls instead"


class Purse:
    """A run's own purse, which nobody shares and nothing limits; `SharedPurse` is the other kind."""

    def check(self, config: LLMConfig) -> None:
        """Raise ConfigError where the limit could never be kept."""

    def begin(self, call: str) -> None:
        """Before a call, named by its key: raise BudgetReached where there is nothing left for it."""

    def give_up(self, call: str) -> None:
        """The call was not made after all."""

    def settle(self, call: str, record: Record) -> None:
        """The call was answered."""


class SharedPurse(Purse):
    """One run's hand in the purse of its sweep.

    What has been spent counts, and each call that is under way or about to be made as the dearest answer so far: so the
    limit is passed only by answers that are dearer than any before, among them those that were asked for before the
    first one came. Processes take turns by a file lock.
    """

    def __init__(self, folder: Path, run: str, limit_usd: float, records: Iterable[Record]) -> None:
        self._path, self._run, self._limit_usd = folder / FILE, run, limit_usd
        self._turn = threading.Lock()
        self._under_way: set[str] = set()
        self._costs_usd: list[float] = []
        self._is_unknown = False
        for record in records:
            self._count(record)
        with self._accounts() as accounts:
            self._enter(accounts)

    def check(self, config: LLMConfig) -> None:
        """Raise ConfigError where what this model costs is unknown."""
        if config.backend == "manual" or is_price_unknown(config):
            raise ConfigError(KEY, UNKNOWN_PRICE.format(model=config.model or config.name))

    def begin(self, call: str) -> None:
        """Before a call, named by its key: raise BudgetReached where all is spent or under way.

        Raises ConfigError where nobody can tell.
        """
        if self._is_unknown:
            raise ConfigError(KEY, UNCOUNTED)
        with self._accounts() as accounts:
            spent, dearest = _committed_usd(accounts)
            if spent >= self._limit_usd or spent + dearest > self._limit_usd + ROUNDING_USD:
                raise BudgetReached(f"budget reached: {KEY}={self._limit_usd}")
            self._under_way.add(call)
            self._enter(accounts)

    def give_up(self, call: str) -> None:
        """The call was not made after all."""
        if call in self._under_way:
            with self._accounts() as accounts:
                self._under_way.discard(call)
                self._enter(accounts)

    def settle(self, call: str, record: Record) -> None:
        """The call was answered."""
        with self._accounts() as accounts:
            self._under_way.discard(call)
            self._count(record)
            self._enter(accounts)

    def _count(self, record: Record) -> None:
        if record["is_cached"]:
            return
        self._costs_usd.append(record["cost_usd"] or 0.0)
        self._is_unknown = self._is_unknown or record["cost_usd"] is None

    def _enter(self, accounts: dict[str, Any]) -> None:
        accounts[self._run] = {
            "cost_usd": sum(self._costs_usd),
            "dearest_usd": max(self._costs_usd, default=0.0),
            "under_way": len(self._under_way),
            "pid": os.getpid(),
            "host": platform.node(),
        }

    @contextmanager
    def _accounts(self) -> Iterator[dict[str, Any]]:
        """The accounts of all runs, which nobody else changes meanwhile; what they are in the end is kept."""
        with self._turn, _alone_at(self._path):
            accounts = read_accounts(self._path.parent)
            yield accounts
            write_json(self._path, accounts)


MakePurse = Callable[[list[Record]], Purse]  # from what a run's transcript holds


def read_accounts(folder: Path) -> dict[str, Any]:
    """What each run of a sweep has spent, by its name; empty where nobody counts."""
    path = folder / FILE
    if not path.exists():
        return {}
    try:
        accounts = read_json(path)
        if not all(entry in account for account in accounts.values() for entry in ENTRIES):
            raise ValueError(f"{path}: is damaged")
    except (ValueError, AttributeError, TypeError) as error:
        cure = f"mend it, or delete it and lower {KEY} by what was spent"
        raise ConfigError("", f"{path}: what the sweep has spent can't be read; {cure}") from error
    return dict(accounts)


def forget_what_is_under_way(folder: Path) -> None:
    """At a sweep's start: calls of a process of this machine that has ended are no longer under way."""
    if (folder / FILE).exists():
        with _alone_at(folder / FILE):
            accounts = read_accounts(folder)
            ended = {run for run, account in accounts.items() if _has_ended(account)}
            write_json(
                folder / FILE,
                {run: {**account, "under_way": 0} if run in ended else account for run, account in accounts.items()},
            )


def _has_ended(account: dict[str, Any]) -> bool:
    if account["host"] != platform.node():
        return False
    try:
        os.kill(account["pid"], 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return bool(account["pid"] == os.getpid())  # a sweep that this process has ended before


def _alone_at(path: Path) -> FileLock:
    path.parent.mkdir(parents=True, exist_ok=True)
    return FileLock(path.with_name(f".{path.name}.lock"))


def _committed_usd(accounts: dict[str, Any]) -> tuple[float, float]:
    """What is spent or about to be, and the dearest answer so far."""
    each = list(accounts.values())
    dearest = max((account["dearest_usd"] for account in each), default=0.0)
    return float(sum(account["cost_usd"] + account["under_way"] * dearest for account in each)), float(dearest)
