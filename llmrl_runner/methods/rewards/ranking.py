"""All drafts so far, a line each, as the next prompt lists them."""

from collections.abc import Sequence

from llmrl_runner.methods.rewards.draft import Draft, Rung, ranked


def ranking_text(drafts: Sequence[Draft]) -> str:
    """A numbered line a draft, the best first: its name, its scores after each budget, its end."""
    return "\n".join(f"{place}. {draft_line(draft)}" for place, draft in enumerate(ranked(drafts), start=1))


def draft_line(draft: Draft) -> str:
    """`draft 1.2: success 35% after 1500 steps, 90% after 3000 (return -4.2) - trained`."""
    scores = "; ".join(rung_words(rung) for rung in draft.rungs) or "not trained"
    end = draft.status + (f": {draft.reason}" if draft.reason else "")
    return f"draft {draft.name}: {scores} - {end}"


def rung_words(rung: Rung) -> str:
    """`success 35%, return -12.3, length 50 after 1500 steps`; medians, where there are several seeds."""
    success = "" if rung.success is None else f"success {rung.success:.0%}, "
    seeds = f" (median of {len(rung.returns)} seeds)" if len(rung.returns) > 1 else ""
    return f"{success}return {rung.episode_return:.4g}, length {rung.length:.4g} after {rung.timesteps} steps{seeds}"
