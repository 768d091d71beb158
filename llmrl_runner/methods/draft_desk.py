"""Where drafts of a reward are asked for, read and examined, before anything is trained with them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from llmrl_runner.answers.errors import ParseError
from llmrl_runner.config.schema import Config
from llmrl_runner.llm import LLMClient, Request
from llmrl_runner.llm.parsing import Parsed, ask_each_until_parsed
from llmrl_runner.methods.draft import Draft
from llmrl_runner.methods.examination import examined
from llmrl_runner.methods.reward_answer import read_reward
from llmrl_runner.methods.reward_prompts import RewardPrompts
from llmrl_runner.methods.written_programs import program_of
from llmrl_runner.rl.stored_episodes import StoredEpisodes


@dataclass(frozen=True)
class Answered:
    """A draft, the prompt that it was asked for with, and what was answered."""

    draft: Draft
    prompt: str
    parsed: Parsed[Draft]


class DraftDesk:
    """Asks for drafts and examines them on `stored` episodes. One that is rejected is asked for once more."""

    def __init__(self, llm: LLMClient, prompts: RewardPrompts, config: Config, stored: StoredEpisodes) -> None:
        self._llm, self._prompts, self._config, self._stored = llm, prompts, config, stored
        self._rejected: dict[str, Draft] = {}  # what a repair has to show again, by what was wrong with it

    def drafts(self, iteration: int, requests: Sequence[Request]) -> list[Answered]:
        """A draft a request, numbered from 1 in their order."""
        parsed = ask_each_until_parsed(self._llm, requests, self._read, self._repair)
        return [
            Answered(self._draft(iteration, number, answer), request.messages[-1].content, answer)
            for number, (request, answer) in enumerate(zip(requests, parsed, strict=True), start=1)
        ]

    def _read(self, answer: str) -> Draft:
        """What an answer holds, not numbered yet. Raises ParseError where that can't be trained with."""
        config = self._config
        draft = examined(
            Draft(0, 0, read_reward(answer).source),
            lambda source: program_of(config, source),
            self._stored,
            config.method.checks,
            config.training.gamma,
        )
        if draft.status != "rejected":
            return draft
        self._rejected[draft.reason] = draft
        raise ParseError(draft.reason)

    def _repair(self, problem: str) -> str:
        draft = self._rejected.get(problem, Draft(0, 0, ""))
        return self._prompts.repair(problem, draft.source, draft.traceback)

    def _draft(self, iteration: int, number: int, parsed: Parsed[Draft]) -> Draft:
        """The draft of a request; where also its repair was rejected, whatever there is of it."""
        if parsed.value is not None:
            return replace(parsed.value, iteration=iteration, number=number)
        problem = parsed.problems[-1]
        draft = self._rejected.get(problem, Draft(0, 0, "", "rejected", problem))
        return replace(draft, iteration=iteration, number=number)
