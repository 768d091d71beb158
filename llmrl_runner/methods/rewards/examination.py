"""A draft before its training: does its program load, stand the checks, and like the better episodes?"""

from collections.abc import Callable
from dataclasses import replace

from llmrl_runner.config.method_schema import ChecksConfig
from llmrl_runner.methods.rewards.checks import check_reward
from llmrl_runner.methods.rewards.draft import CheckResult, Draft, Preference
from llmrl_runner.methods.rewards.preference import preference_of
from llmrl_runner.rl.rewards import Reward, RewardError
from llmrl_runner.rl.stored_episodes import StoredEpisodes
from llmrl_runner.rl.written_reward import WrittenReward
from llmrl_runner.sandbox.program import Program, ProgramError

LOADS, PREFERENCE = "loads", "preference"


def examined(
    draft: Draft,
    start: Callable[[str], Program],
    stored: StoredEpisodes,
    settings: ChecksConfig,
    gamma: float,
) -> Draft:
    """The draft with its checks and its preference: rejected, let go or, where it may be trained, drafted.

    start: its source to a program; ProgramError is a check that failed. stored: real episodes, at least two steps.
    """
    try:
        program = start(draft.source)
    except ProgramError as error:
        return _rejected(draft, [CheckResult(LOADS, False, str(error), traceback=error.traceback)])
    with program:
        reward = WrittenReward(program)
        checks = [CheckResult(LOADS, True), *check_reward(reward, stored.transitions, settings.row_microseconds)]
        if not checks[-1].passed:
            return _rejected(draft, checks)
        try:
            preference = preference_for(reward, stored, settings, gamma)
        except RewardError as error:  # of a program that counts its calls, say
            return _rejected(draft, [*checks, CheckResult(PREFERENCE, False, error.problem, traceback=error.traceback)])
        return _weighed(replace(draft, checks=checks), preference)


def preference_for(reward: Reward, stored: StoredEpisodes, settings: ChecksConfig, gamma: float) -> Preference:
    """See preference_of. All stored steps are paid in one call. Raises RewardError."""
    rewards = reward.pay(stored.transitions).rewards
    return preference_of(rewards, stored.episodes, stored.returns, stored.successes, gamma, settings)


def _rejected(draft: Draft, checks: list[CheckResult]) -> Draft:
    return replace(draft, status="rejected", reason=checks[-1].line, checks=checks)


def _weighed(draft: Draft, preference: Preference) -> Draft:
    """Let go where it likes the worse episodes more."""
    weighed = replace(draft, preference=preference, status="drafted", reason="")
    return weighed if preference.passed else replace(weighed, status="let go", reason=preference_words(preference))


def preference_words(preference: Preference) -> str:
    """Why a draft isn't trained."""
    share = 0.0 if preference.share is None else preference.share
    kinds = "a successful and a failed" if preference.by == "success" else "a better and a worse"
    return f"of {preference.pairs} pairs of {kinds} episode it paid the good one more in only {share:.0%}"
