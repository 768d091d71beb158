"""Each program of the corpus is contained: it comes to what its head says, and nothing leaks, changes or is left."""

import os
import sys
from collections.abc import Iterator
from itertools import groupby

import pytest

from llmrl_runner.sandbox.process import Way
from llmrl_runner.sandbox.program import Answer, Program, ProgramError
from llmrl_runner.sandbox.ways import examine, find_way
from tests.sandbox.bad_programs import (
    CORPUS,
    KINDS,
    LIMITS,
    MOMENTS,
    BadProgram,
    armed,
    bad_programs,
    batch,
    fits,
    reports_escape,
    run,
    told,
)
from tests.sandbox.canaries import Canaries, left_behind

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has these walls")

PROGRAMS = bad_programs()
TOPICS = {topic: list(programs) for topic, programs in groupby(PROGRAMS, lambda program: program.topic)}
# Of each topic every so manieth program is run by `make test`; all of them take minutes, in `make test-all`.
QUICK = {"sandlock": 16, "bubblewrap": 24}
GOOD = "def compute_reward(obs, action, next_obs, info):\n    return obs[:, 0], {'next': next_obs[:, 0]}\n"
TAG = f"corpus-{os.getpid()}-"


def cases() -> list[object]:
    return [
        pytest.param(
            program, library, id=f"{library}-{program.name}", marks=[pytest.mark.slow] if number % every else []
        )
        for library, every in QUICK.items()
        for programs in TOPICS.values()
        for number, program in enumerate(programs)
    ]


def secrets() -> list[object]:
    return [
        pytest.param(program, id=program.name, marks=[pytest.mark.slow] if number % QUICK["bubblewrap"] else [])
        for number, program in enumerate(TOPICS["secrets"])
    ]


@pytest.fixture(scope="module")
def canaries() -> Iterator[Canaries]:
    found = Canaries()
    try:
        found.plant()
        yield found
    finally:
        found.uproot()


@pytest.fixture(scope="module")
def neighbours() -> Iterator[dict[str, Program]]:
    """A good program for each way, which the tests start, and which goes on while the bad ones come and go."""
    programs: dict[str, Program] = {}
    yield programs
    for program in programs.values():
        program.close()


def way_of(library: str) -> Way:
    (examined,) = (found for found in examine() if found.library == library)
    if examined.way is None:
        pytest.skip(f"{library} {examined.trouble}")
    return examined.way


@pytest.mark.parametrize(("bad", "library"), cases())
def test_a_bad_program_is_contained(
    bad: BadProgram, library: str, canaries: Canaries, neighbours: dict[str, Program]
) -> None:
    way = way_of(library)
    if library not in neighbours:
        neighbours[library] = Program(GOOD, "compute_reward", way)
    before = canaries.state()

    outcomes, seconds = run(bad.source(canaries.places), armed(way, bad.modules(), TAG))

    assert fits(bad, outcomes), [(getattr(outcome, "kind", "harmless"), outcome) for outcome in outcomes]
    assert seconds < bad.within
    assert not any(canaries.secret.encode() in told(outcome) for outcome in outcomes)
    assert not any(reports_escape(outcome) for outcome in outcomes)
    assert all(is_fit_to_be_shown(outcome) for outcome in outcomes)
    assert canaries.state() == before
    assert canaries.heard() == []
    assert left_behind(TAG) == []
    assert neighbours[library].call(*batch()).value.tolist() == [0.0, 5.0, 10.0]


def is_fit_to_be_shown(outcome: Answer | ProgramError) -> bool:
    """Whether its words are short, and would neither break a line nor command a terminal."""
    if isinstance(outcome, Answer):
        return all(name.isprintable() and 0 < len(name) <= 255 for name in outcome.parts)
    lines = [str(outcome), *outcome.traceback.splitlines()]
    return bool(str(outcome)) and len(lines) <= 20 and all(line.isprintable() and len(line) <= 400 for line in lines)


@pytest.mark.parametrize("library", QUICK)
@pytest.mark.parametrize("name", ["stalls/second_call", "exits/dies_at_second_call"])
def test_the_same_program_answers_again_after_its_child_was_lost(name: str, library: str) -> None:
    bad = BadProgram(CORPUS / f"{name}.py")

    with Program(bad.text, "compute_reward", armed(way_of(library), bad.modules(), TAG), LIMITS) as program:
        first = program.call(*batch())
        with pytest.raises(ProgramError):
            program.call(*batch())
        third = program.call(*batch())

    assert first.value.tolist() == third.value.tolist() == [0.0, 0.0, 0.0]
    assert left_behind(TAG) == []


@pytest.mark.parametrize("library", QUICK)
@pytest.mark.parametrize("bad", secrets())
def test_either_wall_alone_keeps_the_secrets(bad: BadProgram, library: str, canaries: Canaries) -> None:
    way = way_of(library)
    outer_wall_alone = Way(way.name, way.start, confines=False)  # the child then installs no filter of its own

    outcomes, _ = run(bad.source(canaries.places), armed(outer_wall_alone, bad.modules(), TAG))

    assert outcomes
    assert not any(canaries.secret.encode() in told(outcome) for outcome in outcomes)


@pytest.mark.parametrize("name", ["secrets/file_in_home", "secrets/file_in_project", "secrets/file_by_fromfile"])
def test_without_walls_the_canaries_are_within_reach(name: str, canaries: Canaries) -> None:
    bad = BadProgram(CORPUS / f"{name}.py")

    outcomes, _ = run(bad.source(canaries.places), armed(find_way("none"), bad.modules(), TAG))

    assert all(canaries.secret.encode() in told(outcome) for outcome in outcomes)


@pytest.mark.parametrize("name", ["network/tcp_connect", "network/abstract_socket", "processes/signal_to_parent"])
def test_without_walls_an_escape_is_reported(name: str, canaries: Canaries) -> None:
    bad = BadProgram(CORPUS / f"{name}.py")

    outcomes, _ = run(bad.source(canaries.places), armed(find_way("none"), bad.modules(), TAG))

    assert outcomes
    assert all(reports_escape(outcome) for outcome in outcomes)
    assert bool(canaries.heard()) == (bad.topic == "network")


def test_the_forgeries_speak_the_form_that_the_parent_reads() -> None:
    bad = BadProgram(CORPUS / "wire" / "serves_by_itself.py")

    outcomes, _ = run(bad.text, find_way("none"))

    assert [outcome.value.tolist() for outcome in outcomes if isinstance(outcome, Answer)] == [[13.0], [13.0]]


def test_the_corpus_is_large_and_its_heads_are_readable() -> None:
    assert len(PROGRAMS) >= 80
    assert len(TOPICS) >= 10
    for program in PROGRAMS:
        assert program.expects <= KINDS | {"harmless"}, program.name
        assert program.when in MOMENTS, program.name
        assert program.within > LIMITS.call_s, program.name
