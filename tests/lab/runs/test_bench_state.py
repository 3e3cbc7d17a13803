"""What is shown of a bench is known: no sequence of events shows "safe", or a number, that nobody knows."""

import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nado_lab.lab.runs import Observer, driven, run_protocol
from nado_lab.lab.runs.bench import NoBench
from nado_lab.lab.runs.bench_state import BenchState, Condition, Source, age, watch_of
from nado_lab.lab.runs.driven_bench import UnsafeError
from nado_lab.lab.store import Run
from nado_lab.protocols import Characterise, configure

from tests.protocols.fake_device import FakeDevice

VALUES = st.sampled_from(["3.36 mT", "2.5 V", "10 mW"])
EVENTS = st.one_of(
    st.just(("opened",)),
    st.tuples(st.just("driven"), st.one_of(st.just(""), VALUES)),
    st.tuples(st.just("read"), VALUES),
    st.tuples(
        st.just("shut_down"),
        st.sampled_from([(), ("supply_x: no answer",)]),
        st.sampled_from([Source.COMMAND, Source.SUPERVISOR]),
    ),
    st.just(("held",)),
    st.tuples(st.just("lost"), st.just("the process does not answer")),
    st.just(("closed",)),
)


def happen(state: BenchState, at: int, event) -> BenchState:
    name, *given_with = event
    return getattr(state, name)(float(at), *given_with)


def known_safe(events) -> bool:
    """Say by the events alone whether the bench is known to be safe."""
    safe = False
    for name, *given_with in events:
        if name == "shut_down":
            safe = not given_with[0]
        elif name in ("held", "closed", "read"):
            continue
        else:
            safe = False
    return safe


def held_then_closed(events) -> bool:
    """A pause whose bench was closed: it was held, but nobody confirmed it after that."""
    held = False
    for name, *_ in events:
        held = {"held": True, "shut_down": False}.get(name, held)
        if name == "closed" and held:
            return True
    return False


def numbers(events) -> set[str]:
    """Give the numbers that may be shown: what is driven up to, and what was read since the last change."""
    may = set()
    for name, *given_with in events:
        if name == "driven":
            may = set(filter(None, given_with))
        elif name == "read":
            may |= set(given_with)
        elif name != "held":
            may = set()
    return may


@settings(max_examples=300, deadline=None)
@given(st.lists(EVENTS, max_size=12))
def test_nothing_is_shown_that_nobody_knows(events):
    state = BenchState()
    for at, event in enumerate(events):
        state = happen(state, at, event)
    shown = f"{state.text()} {state.reading} {state.read_ago(len(events))}"
    if not known_safe(events):
        assert not state.is_safe
        assert state.safe_state not in shown
        assert "safe_state" not in state.to_json()
    elif not held_then_closed(events):
        assert state.is_safe
    for value in ("3.36 mT", "2.5 V", "10 mW"):
        assert value not in shown or value in numbers(events)
    if state.condition is Condition.UNKNOWN:
        assert shown.startswith("UNKNOWN")


def test_the_words_of_each_condition():
    assert BenchState().text() == "no bench is connected"
    bench = BenchState().opened(0, "outputs at 0 V, off")
    assert bench.text().startswith("not driven by this program since ")
    assert bench.driven(1, "up to 2.5 V").text().startswith("driving up to 2.5 V since ")
    assert bench.driven(1).text().startswith("driving within its limits since ")
    safe = bench.driven(1).shut_down(2)
    assert safe.text().startswith("outputs at 0 V, off: confirmed at ")
    assert safe.held(3).text().startswith("held at outputs at 0 V, off since ")
    assert "by the safety supervisor" in bench.driven(1).shut_down(2, (), Source.SUPERVISOR).text()
    left = bench.driven(1).shut_down(2, ("supply_x: no answer",))
    assert left.text() == "UNKNOWN whether the bench is safe: supply_x: no answer"


def test_a_reading_has_its_age_and_ends_with_its_condition():
    state = BenchState().opened(0).read(10, "0 T, 0 A")
    assert (state.reading, state.read_ago(12.4)) == ("0 T, 0 A", "read 2 s ago")
    assert (state.driven(13).reading, state.driven(13).read_ago(14)) == ("", "")


@pytest.mark.parametrize(("seconds", "words"), [(-1, "0 s"), (89, "89 s"), (200, "3 min"), (9000, "2.5 h")])
def test_an_age_is_told_in_words(seconds, words):
    assert age(seconds) == words


def test_a_run_moves_its_bench_through_driving_and_held_to_safe(tmp_path):
    device, seen = FakeDevice(), []
    watch_of(device).listen(lambda state: seen.append(state.condition))
    observer = Observer()
    device.on_trial = lambda trial: observer.stop.pause() if trial == 1 else None
    procedure = Characterise()
    configure(procedure, {"sequences": 3, "steps": 4})
    run = threading.Thread(
        target=run_protocol, args=(procedure, device, tmp_path / "run"), kwargs={"observer": observer}
    )
    run.start()
    end = time.monotonic() + 10
    while watch_of(device).state.condition is not Condition.HELD and time.monotonic() < end:
        time.sleep(0.01)
    observer.stop.go_on()
    run.join(10)
    changes = [now for before, now in zip([None, *seen], seen, strict=False) if now != before]
    assert changes == ["not driven", "driving", "safe", "held", "driving", "safe"]
    told = Run.open(tmp_path / "run").metadata.notes["bench"]
    assert (told["condition"], told["source"]) == ("safe", "acknowledged command")


def test_a_pause_that_does_not_reach_the_bench_ends_the_run(tmp_path):
    observer = Observer()
    device = FakeDevice(on_trial=lambda trial: observer.stop.pause(), failed=["supply_x: no answer"])
    procedure = Characterise()
    configure(procedure, {"sequences": 3, "steps": 4})
    with pytest.raises(UnsafeError, match="supply_x: no answer"):
        run_protocol(procedure, device, tmp_path / "run", observer=observer)
    assert watch_of(device).state.condition is Condition.UNKNOWN


def test_of_instruments_that_a_procedure_opens_itself_nothing_is_known():
    bench = NoBench()
    with driven(bench):
        pass
    assert watch_of(bench).state.condition is Condition.UNKNOWN


def test_the_supervisors_word_counts_only_after_the_program_has_left_the_bench():
    device = FakeDevice()
    with driven(device) as bench:
        bench.supervisor_acted(())
        assert bench.state.condition is Condition.UNKNOWN
        bench.make_safe()
        bench.leave(None)
        bench.supervisor_acted(())
        assert (bench.state.condition, bench.state.source) == (Condition.SAFE, Source.SUPERVISOR)
