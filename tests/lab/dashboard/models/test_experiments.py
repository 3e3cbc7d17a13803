import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from nado_lab.instruments import LimitError
from nado_lab.lab.dashboard.models import experiments
from nado_lab.lab.dashboard.models.events import RowArrived, RunEnded, RunStarted
from nado_lab.lab.dashboard.models.experiment import State
from nado_lab.lab.errors import LabError
from nado_lab.lab.store import Run
from nado_lab.protocols import load_protocol

SMALL = {"sequences": 6, "repeats": 2, "steps": 6}


def test_order_repeat_and_removal_of_what_waits(session):
    queue = session.queue
    a, b, c = [queue.add("characterise", {"seed": n}) for n in range(3)]
    queue.move(c, -2)
    assert queue.items == [c, a, b]
    queue.move(c, 99)
    assert queue.items == [a, b, c]
    queue.remove(b)
    again = queue.repeat(a)
    assert queue.items == [a, c, again]
    assert again.values == a.values
    assert again.number != a.number
    assert all(each.state is State.QUEUED for each in queue.items)


def test_every_row_is_shown_and_stored(session, wait_for):
    session.bench.connect("sim:nanoring").ended.wait(150)
    experiment = session.queue.add("characterise", SMALL)
    wait_for(lambda: experiment.state is State.COMPLETE)
    events = []

    def has_ended():
        events.extend(session.events.take() for _ in range(len(session.events)))
        return any(isinstance(event, RunEnded) for event in events)

    wait_for(has_ended)
    rows = [e.row for e in events if isinstance(e, RowArrived) and e.stream == "primary"]
    stored = Run.open(experiment.out).dataset()
    assert len(rows) == stored.sizes["trial"] == 12
    np.testing.assert_array_equal([r["readout"] for r in rows], stored["readout"].values)
    start = next(e for e in events if isinstance(e, RunStarted))
    assert (start.rows, start.path) == (12, str(experiment.out))
    assert next(e for e in events if isinstance(e, RunEnded)).status == "complete"
    assert (experiment.done, experiment.total) == (12, 12)


def test_pause_leaves_no_field_and_resume_completes_the_same_run(session, wait_for):
    bench, queue = session.bench, session.queue
    bench.connect("sim:nanoring").ended.wait(150)
    experiment = queue.add("characterise", {"sequences": 300, "repeats": 1, "steps": 28})
    wait_for(lambda: experiment.done >= 20)
    queue.pause()
    assert experiment.state is State.PAUSED
    wait_for(lambda: not bench.simulation.world.sources_on())
    done = experiment.done
    time.sleep(0.2)
    assert experiment.done == done < 300
    queue.resume()
    wait_for(lambda: experiment.state is State.COMPLETE)
    data = Run.open(experiment.out).dataset()
    np.testing.assert_array_equal(data["sequence"].values, np.arange(300))


def test_what_an_abort_left_is_completed_in_the_same_run(session, wait_for):
    session.bench.connect("sim:nanoring").ended.wait(150)
    queue = session.queue
    experiment = queue.add("characterise", {"sequences": 300, "repeats": 1, "steps": 28})
    wait_for(lambda: experiment.done >= 5)
    session.abort().join(60)
    wait_for(lambda: experiment.state is State.ABORTED)
    stored = Run.open(experiment.out).rows()
    assert 5 <= stored < 300
    rest = queue.complete(experiment.out)
    wait_for(lambda: rest.state is State.COMPLETE)
    assert Run.open(experiment.out).rows() == 300
    assert Run.open(experiment.out).status == "complete"


def test_what_is_beyond_the_limits_is_refused_when_it_is_queued(session, wait_for):
    session.bench.connect("sim:nanoring").ended.wait(150)
    queue = session.queue
    with pytest.raises(LimitError, match="field"):
        queue.add("characterise", SMALL | {"field_centre": 900.0})
    assert queue.items == []
    good = queue.add("characterise", SMALL)
    wait_for(lambda: good.state is State.COMPLETE)


def test_what_was_queued_before_connecting_waits_until_somebody_says_so(session, wait_for):
    queue = session.queue
    bad = queue.add("characterise", SMALL | {"field_centre": 900.0})
    good = queue.add("characterise", SMALL)
    session.bench.connect("sim:nanoring").ended.wait(150)
    queue.check_what_waits()
    time.sleep(0.3)
    assert (bad.state, good.state, queue.current) == (State.FAILED, State.QUEUED, None)
    assert "field" in bad.reason
    assert not session.bench.simulation.world.sources_on()
    queue.resume()
    wait_for(lambda: good.state is State.COMPLETE)


def test_what_waits_for_one_bench_does_not_start_on_another(session, wait_for):
    session.bench.connect("sim:nanoring").ended.wait(150)
    queue = session.queue
    queue.pause()
    waiting = queue.add("characterise", SMALL)
    session.bench.disconnect().ended.wait(60)
    session.bench.connect("sim:nanoring", seed=3).ended.wait(150)
    time.sleep(0.2)
    assert queue.holds
    assert waiting.state is State.QUEUED


def test_a_fault_of_the_bench_holds_what_waits(session, wait_for):
    """One fault is one failed run, not one for everything that waits."""
    session.bench.connect("sim:nanoring").ended.wait(150)
    queue, simulation = session.queue, session.bench.simulation
    simulation.set_fault("supply_x:overtemperature")
    queue.pause()
    first = queue.add("characterise", SMALL)
    others = [queue.add("characterise", SMALL) for _ in range(2)]
    queue.resume()
    wait_for(lambda: first.state is State.FAILED)
    wait_for(lambda: queue.current is None)
    assert queue.holds
    assert [each.state for each in others] == [State.QUEUED] * 2
    simulation.clear_faults()
    queue.resume()
    wait_for(lambda: all(each.state is State.COMPLETE for each in others))


def test_every_protocol_is_estimated_and_a_measured_run_corrects_it(session, wait_for):
    queue, characterise = session.queue, load_protocol("characterise")
    assert queue.admission.estimate_s(characterise, SMALL) is None
    session.bench.connect("sim:nanoring").ended.wait(150)
    rate = session.bench.setup.config.timing.rotation_hz
    assert queue.admission.estimate_s(characterise, SMALL) == pytest.approx(
        (12 * (2 + 6) + 1) / rate
    )  # two rotations before each trial, one after a burst
    waits = {"probes": 3, "steps": 10, "interval": 60}
    assert queue.admission.estimate_s(load_protocol("drift_watch"), waits) == pytest.approx(
        120 + 3 * (2 + 10 + 1) / rate
    )
    assert queue.admission.estimate_s(load_protocol("hysteresis"), {"points": 21}) == pytest.approx(
        (2 + 41 + 1) / rate
    )
    experiment = queue.add("characterise", SMALL)
    wait_for(lambda: experiment.state is State.COMPLETE)
    again = queue.admission.estimate_s(characterise, SMALL | {"repeats": 4})
    assert again == pytest.approx(2 * experiment.seconds, rel=0.01)
    replay = queue.admission.estimate_s(load_protocol("replay"), {"of": str(experiment.out)})
    assert replay == pytest.approx(experiment.seconds, rel=0.01)
    assert queue.admission.estimate_s(load_protocol("replay"), {"of": "no-such-run"}) is None


def test_a_run_measured_by_code_in_a_file_is_completed_only_if_that_was_chosen_here(session, monkeypatch):
    record = SimpleNamespace(name="/lab/own.py:Scan", values=dict)
    stored = SimpleNamespace(metadata=SimpleNamespace(protocol=record))
    monkeypatch.setattr(experiments.Run, "open", lambda path: stored)
    with pytest.raises(LabError, match=r"nado resume run --protocol /lab/own\.py:Scan"):
        session.queue.complete(Path("run"))
    session.queue.add("/lab/../lab/own.py:Scan", {})
    assert session.queue.complete(Path("run")).goes_on
