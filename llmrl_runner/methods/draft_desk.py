"""Where drafts of a reward are asked for, read and held against stored steps, before anything is trained with them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from llmrl_runner.answers.errors import ParseError
from llmrl_runner.config.schema import Config
from llmrl_runner.llm import LLMClient, Request
from llmrl_runner.llm.parsing import Parsed, ask_each_until_parsed
from llmrl_runner.methods.draft import CheckResult, Draft
from llmrl_runner.methods.draft_checks import check_reward
from llmrl_runner.methods.preference import preference_of
from llmrl_runner.methods.reward_answer import read_reward
from llmrl_runner.methods.reward_prompts import RewardPrompts
from llmrl_runner.methods.written_programs import program_of
from llmrl_runner.rl.rewards import RewardError
from llmrl_runner.rl.stored_episodes import StoredEpisodes
from llmrl_runner.rl.written_reward import WrittenReward
from llmrl_runner.sandbox.program import ProgramError

LOADS = "loads"  # the first check


@dataclass(frozen=True)
class Reading:
    """What was made of an answer: a program, empty where it held none, and the checks up to one that it fell in."""

    source: str = ""
    checks: list[CheckResult] = field(default_factory=list)

    @property
    def fault(self) -> CheckResult | None:
        """The check that it fell in."""
        return next((check for check in self.checks if not check.passed), None)


@dataclass(frozen=True)
class Answered:
    """A draft, the prompt that it was asked for with, and what was answered."""

    draft: Draft
    prompt: str
    parsed: Parsed[Reading]


class DraftDesk:
    """Asks for drafts and checks them on `stored` episodes. One that falls is asked for once more."""

    def __init__(self, llm: LLMClient, prompts: RewardPrompts, config: Config, stored: StoredEpisodes) -> None:
        self._llm, self._prompts, self._config, self._stored = llm, prompts, config, stored
        self._faulty: dict[str, Reading] = {}  # what a repair has to show again, by what was wrong with it

    def drafts(self, iteration: int, requests: Sequence[Request]) -> list[Answered]:
        """A draft a request. Those that stood the checks tell which of the stored episodes they like."""
        parsed = ask_each_until_parsed(self._llm, requests, self._read, self._repair)
        return [
            Answered(self._draft(iteration, number, answer), request.messages[-1].content, answer)
            for number, (request, answer) in enumerate(zip(requests, parsed, strict=True), start=1)
        ]

    def _read(self, answer: str) -> Reading:
        """Raises ParseError for the first check that the program falls in."""
        reading = self._checked(read_reward(answer).source)
        if reading.fault is None:
            return reading
        self._faulty[reading.fault.line] = reading
        raise ParseError(reading.fault.line)

    def _checked(self, source: str) -> Reading:
        try:
            with program_of(self._config, source) as program:
                steps = self._stored.transitions
                checks = check_reward(WrittenReward(program), steps, self._config.method.checks.row_microseconds)
        except ProgramError as error:
            checks = [CheckResult(LOADS, False, str(error), traceback=error.traceback)]
        return Reading(source, checks)

    def _repair(self, problem: str) -> str:
        reading = self._faulty.get(problem, Reading())
        return self._prompts.repair(problem, reading.source, reading.fault.traceback if reading.fault else "")

    def _draft(self, iteration: int, number: int, parsed: Parsed[Reading]) -> Draft:
        if parsed.value is None:
            problem = parsed.problems[-1]
            reading = self._faulty.get(problem, Reading())
            return Draft(iteration, number, reading.source, "rejected", problem, checks=reading.checks)
        draft = Draft(iteration, number, parsed.value.source, checks=parsed.value.checks)
        self._prefer(draft)
        return draft

    def _prefer(self, draft: Draft) -> None:
        """Note which of the stored episodes it pays more, and let it go where those are the worse ones."""
        stored, config = self._stored, self._config
        try:
            with program_of(config, draft.source) as program:
                rewards = WrittenReward(program).pay(stored.transitions).rewards
        except (ProgramError, RewardError) as error:
            draft.status, draft.reason = "rejected", str(error)
            return
        gamma, checks = config.training.gamma, config.method.checks
        liked = preference_of(rewards, stored.episodes, stored.returns, stored.successes, gamma, checks)
        draft.preference = liked
        if not liked.passed:
            share = f"{liked.share:.0%} of {liked.pairs} pairs"
            draft.status = "let go"
            draft.reason = f"it pays the better of two stored episodes more in only {share}"
