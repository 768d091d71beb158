"""What Slurm's answers are taken for."""

import pytest

from llmrl_runner.cluster.queue import Standing, accounted, in_queue
from tests.cluster.conftest import Say


def test_a_job_is_known_by_its_id_its_state_and_why(say: Say) -> None:
    say("squeue", "12_0|RUNNING|None", "12_1|PENDING|Resources", "13|CANCELLED|None")

    seen = in_queue()

    assert seen == {
        "12_0": Standing("RUNNING", "None"),
        "12_1": Standing("PENDING", "Resources"),
        "13": Standing("CANCELLED", "None"),
    }
    assert [standing.is_over for standing in seen.values()] == [False, False, True]


def test_a_slurm_that_does_not_answer_says_nothing_of_any_job(say: Say) -> None:
    assert in_queue() is None
    assert accounted("12_0") is None


def test_an_empty_queue_is_an_answer(say: Say) -> None:
    say("squeue", "")

    assert in_queue() == {}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("CANCELLED by 1000", "was cancelled"),
        ("OUT_OF_MEMORY", "ran out of memory"),
        ("TIMEOUT", "ran into its time limit"),
        ("NODE_FAIL", "was lost with its node"),
    ],
)
def test_the_accounts_tell_how_a_job_ended(line: str, words: str, say: Say) -> None:
    say("sacct", line)

    standing = accounted("12_0")

    assert standing is not None
    assert standing.is_over
    assert standing.words == words


def test_what_can_never_start_is_told_from_what_waits() -> None:
    assert Standing("PENDING", "BadConstraints").is_hopeless
    assert Standing("PENDING", "BadConstraints").words == "can't start (BadConstraints)"
    assert not Standing("PENDING", "Priority").is_hopeless
    assert not Standing("RUNNING", "None").is_hopeless
