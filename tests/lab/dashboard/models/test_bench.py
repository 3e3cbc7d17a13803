"""Abort on the simulated bench: in mid-field, and while the bench hangs."""

import threading
import time

import numpy as np
import pytest
from nado_lab.lab.dashboard.models.events import BenchOpened, BenchReading, BenchSafe, ChecksDone
from nado_lab.lab.dashboard.models.experiment import State
from nado_lab.lab.runs.bench_state import Condition


def events_of(session):
    return [session.events.take() for _ in range(len(session.events))]


@pytest.fixture
def bench(session):
    assert session.bench.connect("sim:nanoring").ended.wait(60)
    return session.bench


def field(bench):
    return float(np.abs(bench.simulation.world.field()).max())


def test_connecting_tells_identities_and_readings(session, bench):
    events = events_of(session)
    opened = next(e for e in events if isinstance(e, BenchOpened))
    assert opened.simulated
    assert "KEITHLEY" in opened.identities["source"]
    assert opened.defaults["characterise"]["field_centre"] == pytest.approx(2.6)
    assert next(e for e in events if isinstance(e, BenchReading)).values


def test_checks_are_told(session, bench):
    assert bench.check().ended.wait(30)
    checks = next(e for e in events_of(session) if isinstance(e, ChecksDone)).checks
    assert checks
    assert all(passed for _, passed, _ in checks)


def test_a_limit_left_out_is_told_as_a_warning(session, bench, monkeypatch):
    monkeypatch.setattr(bench.setup, "limits_left_out", lambda: {"source": "max_amperes left out"})
    assert bench.check().ended.wait(30)
    checks = next(e for e in events_of(session) if isinstance(e, ChecksDone)).checks
    assert ("limits of source", True, "warning: max_amperes left out") in checks


def test_abort_in_mid_field_leaves_no_field(session, bench, wait_for):
    experiment = session.queue.add("characterise", {"sequences": 5000, "steps": 28})
    wait_for(lambda: experiment.done >= 1)
    assert bench.simulation.world.sources_on()
    session.abort().join(30)
    wait_for(lambda: experiment.state is State.ABORTED)
    assert field(bench) < 1e-9
    assert not bench.simulation.world.sources_on()
    (safe,) = (e for e in events_of(session) if isinstance(e, BenchSafe))
    assert safe.text.startswith("field at zero, sources off: confirmed at ")
    assert bench.safety.state.condition is Condition.SAFE


def test_abort_works_past_a_bench_that_hangs(session, bench, wait_for):
    """The bench's thread does not come back; the guard switches the outputs off all the same."""
    setup, release, bench._patience_s = bench.setup, threading.Event(), 1.0
    bench.worker.submit("hang", "hang", lambda job: (setup.energise(), release.wait(30)))
    wait_for(lambda: bench.simulation.world.sources_on())
    begun = time.monotonic()
    session.abort().join(30)
    assert time.monotonic() - begun < 10
    assert not bench.simulation.world.sources_on()
    assert field(bench) < 1e-9
    release.set()


def test_a_bench_is_called_safe_only_where_its_shutdown_said_so(session, bench, monkeypatch, caplog):
    monkeypatch.setattr(bench.setup, "shutdown", lambda: ["supply_x: no answer"])
    session.abort().join(30)
    assert "could NOT be made safe: supply_x: no answer" in caplog.text
    assert bench.safety.state.text() == "UNKNOWN whether the bench is safe: supply_x: no answer"
    monkeypatch.undo()
    assert bench.disconnect().ended.wait(30)
    session.abort().join(30)
    assert bench.safety.state.condition is Condition.SAFE  # since it was disconnected, with the time of that
    assert not any(isinstance(e, BenchSafe) for e in events_of(session))


def test_connecting_to_nothing_is_a_message(session):
    job = session.bench.connect("no-such-setup")
    assert job.ended.wait(30)
    assert job.state == "failed"
    assert not session.bench.is_open


def test_closing_leaves_the_bench_safe_in_mid_run(session, bench, wait_for):
    world = bench.simulation.world
    experiment = session.queue.add("characterise", {"sequences": 5000, "steps": 28})
    wait_for(lambda: experiment.done >= 1)
    assert session.close()
    assert not world.sources_on()
    assert experiment.state is State.ABORTED
