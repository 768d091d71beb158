"""Asking a model, each question once in the life of a run, whatever happens to the process."""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from llmrl_runner.config.llm_schema import LLMConfig
from llmrl_runner.llm.backends.base import Backend
from llmrl_runner.llm.budget import Budget, check_limits
from llmrl_runner.llm.errors import CallsEnded, LLMError
from llmrl_runner.llm.lines import Record
from llmrl_runner.llm.purse import MakePurse, Purse
from llmrl_runner.llm.request import Answer, Message, Question, Reply, Request, Usage, fingerprint
from llmrl_runner.llm.transcript import Transcript

Outcome = Answer | CallsEnded


class LLMClient:
    """A model behind a backend, with the run's transcript and budget. Threads may ask at once.

    purse: makes the purse of this run from what its transcript holds, where it shares one with others.
    """

    def __init__(self, config: LLMConfig, backend: Backend, folder: Path, purse: MakePurse | None = None) -> None:
        self.config = config
        self.backend = backend
        self.transcript = Transcript(folder / "transcript.jsonl")
        self.budget = Budget(config, self.transcript.records)
        self.purse = purse(self.transcript.records) if purse else Purse()
        self._pool = ThreadPoolExecutor(config.samples_in_flight, thread_name_prefix="llm")
        self._lock = threading.Lock()
        self._asked: Counter[str] = Counter()
        self._usage = Usage()
        self._is_ending = False

    @property
    def usage(self) -> Usage:
        """What the run has asked so far, also before it was resumed."""
        with self._lock:  # only what is new is added up: an episode asks after every step
            self._usage = self._usage.with_lines(self.transcript.records[self._usage.calls :])
            return self._usage

    @property
    def model(self) -> str:
        """Who has answered, in turn: a run that goes on from another's may have answers of several models."""
        names = dict.fromkeys(str(record["model"]) for record in self.transcript.records)
        return ", then ".join(names) or self.backend.model

    @property
    def is_immediate(self) -> bool:
        """Whether answers are there at once: those of a recording, say."""
        return self.backend.is_immediate

    def check(self) -> None:
        """Raise ConfigError where asking is sure to fail: no key, no address, or a limit that can't be kept."""
        self.backend.check()
        check_limits(self.config)
        self.purse.check(self.config)

    def ask(self, request: Request) -> list[Answer]:
        """The answers to a request, one a sample, in order.

        What the transcript holds is not asked again. Raises LLMError, BudgetReached or RecordingEnded where one is
        missing in the end; the others are in the transcript then, and whoever makes the request again asks for no more
        than the missing ones. Raises ConfigError as `check` does.
        """
        questions = list(self._questions(request))
        try:
            return list(map(_answer, self._outcomes(questions)))
        except BaseException:
            self._uncount(questions)
            raise

    def ask_each(self, requests: Sequence[Request]) -> list[Outcome]:
        """The answer to each of some requests of one sample, asked concurrently, or why there is none any more."""
        return self._outcomes([question for request in requests for question in self._questions(request)])

    def begin_nothing_new(self) -> None:
        """Let what is under way arrive, and refuse what isn't."""
        self._is_ending = True

    def close(self) -> None:
        """Stop what is under way. Nothing that was answered is lost."""
        self.begin_nothing_new()
        self.backend.stop()
        # Without `cancel_futures`: who waits for a future that was cancelled while it queued is never told.
        self._pool.shutdown(wait=True)

    def _questions(self, request: Request) -> Iterator[Question]:
        for sample in range(request.first_sample, request.first_sample + request.samples):
            place = (request.purpose, request.iteration, sample)
            messages = tuple(request.messages)
            words = _words(place, messages)
            occurrence, turn = self._count(words), self._count(fingerprint(place))
            key = fingerprint([self.backend.identity, self._parameters, words, occurrence])
            yield Question(key, *place, occurrence, turn, messages, request.blind, request.takes_exact_words_alone)

    @property
    def _parameters(self) -> dict[str, float | None]:
        return {"temperature": self.config.temperature, "max_output_tokens": self.config.max_output_tokens}

    def _count(self, what: str) -> int:
        """How often this was asked before."""
        with self._lock:
            self._asked[what] += 1
            return self._asked[what] - 1

    def _uncount(self, questions: list[Question]) -> None:
        """Have the same words mean these questions again, and not further ones."""
        with self._lock:
            for question in questions:
                place = (question.purpose, question.iteration, question.sample)
                self._asked.subtract([_words(place, question.messages), fingerprint(place)])

    def _outcomes(self, questions: list[Question]) -> list[Outcome]:
        missing = [question for question in questions if self.transcript.find(question.key) is None]
        ended = self._ask_missing(missing) if missing else {}
        return [ended.get(question.key) or self._recall(question) for question in questions]

    def _recall(self, question: Question) -> Answer:
        record = self.transcript.find(question.key)
        assert record is not None, "an answer that arrived is in the transcript"
        return Answer.from_record(record)

    def _ask_missing(self, missing: list[Question]) -> dict[str, CallsEnded]:
        """Ask as many as the budget allows, in order. Returns the questions that are without an answer, and why."""
        self.check()
        granted, refusal = self.budget.grant(len(missing))
        futures = {question.key: self._pool.submit(self._ask_one, question) for question in missing[:granted]}
        self._wait(list(futures.values()))
        ended = {key: end for key, future in futures.items() if (end := future.result()) is not None}
        return ended | {question.key: refusal for question in missing[granted:] if refusal}

    def _wait(self, futures: list[Future[CallsEnded | None]]) -> None:
        """Until all are answered. After one's failure nothing new is begun, but what is under way may arrive."""
        try:
            wait(futures, return_when=FIRST_EXCEPTION)
            self.budget.release(sum(future.cancel() for future in futures))
            wait(futures)
        except BaseException:  # Ctrl-C, or whatever else ends the run: nobody is there for these answers any more
            self.close()
            raise
        for future in futures:
            if not future.cancelled() and (error := future.exception()):
                raise error

    def _ask_one(self, question: Question) -> CallsEnded | None:
        """Put one answer into the transcript, or say why the run gets no more."""
        started = time.monotonic()
        try:
            if self._is_ending:
                raise LLMError("the run is ending; the same command goes on from here")
            self.budget.check_spending()
            self.purse.begin(question.key)
            reply = self.backend.answer(question)
        except BaseException as error:  # whatever it is, the call that was reserved was not made
            self.budget.release()
            self.purse.give_up(question.key)
            if isinstance(error, CallsEnded):
                return error
            raise
        self._keep(question, reply, time.monotonic() - started)
        return None

    def _keep(self, question: Question, reply: Reply, latency_s: float) -> None:
        record: Record = {
            "key": question.key,
            "purpose": question.purpose,
            "iteration": question.iteration,
            "sample": question.sample,
            "occurrence": question.occurrence,
            "turn": question.turn,
            "messages": [asdict(message) for message in question.messages],
            "parameters": self._parameters,
            **asdict(reply),
            "latency_s": round(latency_s, 3),
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        self.transcript.append(record)
        self.budget.settle(record)
        self.purse.settle(question.key, record)


def _words(place: tuple[str, int, int], messages: tuple[Message, ...]) -> str:
    """What the same messages at the same place have in common, however often they are asked."""
    return fingerprint([*place, messages])


def _answer(outcome: Outcome) -> Answer:
    if isinstance(outcome, CallsEnded):
        raise outcome
    return outcome
