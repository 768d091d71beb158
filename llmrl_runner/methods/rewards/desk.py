"""Where drafts of a reward are asked for, read and examined, before anything is trained with them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from llmrl_runner.answers.errors import ParseError
from llmrl_runner.config.schema import Config
from llmrl_runner.files.whole import read_json, write_json
from llmrl_runner.llm import LLMClient, Request
from llmrl_runner.llm.parsing import Parsed, ask_each_until_parsed
from llmrl_runner.methods.rewards.answer import read_reward
from llmrl_runner.methods.rewards.draft import Draft
from llmrl_runner.methods.rewards.examination import examined
from llmrl_runner.methods.rewards.programs import program_of
from llmrl_runner.methods.rewards.prompts import RewardPrompts
from llmrl_runner.rl.stored_episodes import StoredEpisodes


@dataclass(frozen=True)
class Answered:
    """A draft, the prompt that it was asked for with, and what was answered."""

    draft: Draft
    prompt: str
    parsed: Parsed[Draft]


class DraftDesk:
    """Asks for drafts and examines them on `stored` episodes. One that is rejected is asked for once more.

    examined: a folder that keeps what each program came to. A run that was killed reads it there: how long a program
    takes and what it draws at random may be otherwise the next time, and a repair in other words would be asked again.
    """

    def __init__(
        self, llm: LLMClient, prompts: RewardPrompts, config: Config, stored: StoredEpisodes, examined: Path
    ) -> None:
        self._llm, self._prompts, self._config, self._stored, self._kept = llm, prompts, config, stored, examined

    def drafts(self, iteration: int, requests: Sequence[Request]) -> list[Answered]:
        """A draft a request, numbered from 1 in their order."""
        parsed = ask_each_until_parsed(self._llm, requests, self._read, self._repair)
        return [
            Answered(self._draft(iteration, number, answer), request.messages[-1].content, answer)
            for number, (request, answer) in enumerate(zip(requests, parsed, strict=True), start=1)
        ]

    def _read(self, answer: str) -> Draft:
        """What an answer holds, not numbered yet. Raises ParseError where that can't be trained with."""
        draft = self._examined(read_reward(answer).source)
        if draft.status == "rejected":
            raise ParseError(draft.reason)
        return draft

    def _examined(self, source: str) -> Draft:
        """A program after its checks, once in the life of the run."""
        path = self._kept / f"{hashlib.sha256(source.encode(errors='surrogatepass')).hexdigest()[:16]}.json"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_json(path, self._examine(source).to_json())
        return Draft.from_json(read_json(path))

    def _examine(self, source: str) -> Draft:
        config = self._config
        return examined(
            Draft(0, 0, source),
            lambda source: program_of(config, source),
            self._stored,
            config.method.checks,
            config.training.gamma,
        )

    def _repair(self, sample: Parsed[Draft]) -> str:
        draft = self._rejected(sample)
        return self._prompts.repair(draft.reason, draft.source, draft.traceback)

    def _rejected(self, sample: Parsed[Draft]) -> Draft:
        """Whatever there is of a draft in an answer that can't be trained with."""
        try:
            return self._examined(read_reward(sample.answer.text).source)
        except ParseError:
            return Draft(0, 0, "", "rejected", sample.problems[-1])

    def _draft(self, iteration: int, number: int, parsed: Parsed[Draft]) -> Draft:
        """The draft of a request; where also its repair was rejected, whatever there is of it."""
        return replace(parsed.value or self._rejected(parsed), iteration=iteration, number=number)
