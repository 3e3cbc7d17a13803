"""Software that others wrote for the instruments works against the simulated ones, and both drivers agree."""

import pytest

from benchmarks.peer_benches import served
from benchmarks.peer_calls import WORKS, WRONG, Call, same, table
from benchmarks.peer_crossed import crossed
from benchmarks.peer_others import others
from benchmarks.peer_pymeasure import calls

pytestmark = [
    pytest.mark.filterwarnings("default::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def test_pymeasures_classes_work_against_the_served_bench():
    with served() as benches:
        found = calls(benches, ["425", "BOP"]) + crossed(benches, quick=True)
    assert len(found) > 50
    assert [call for call in found if call.outcome != WORKS] == []


def test_a_python_that_is_not_there_is_said_in_words():
    with served() as benches:
        found, told = others(benches, "/no/such/python")
    assert found == []
    assert "left out" in told


def test_calls_are_counted_and_four_digits_agree():
    assert same("+9.989E-2", 0.1)
    assert not same(0.05, 0.1)
    assert same("curr", "CURR")
    counted = table([Call("p", "i", "a", WORKS), Call("p", "i", "b", WRONG, reason="theirs")])
    assert counted["p i"]["works_percent"] == 50.0
    assert counted["p i"]["excused"] == 1
