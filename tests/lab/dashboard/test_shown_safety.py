"""What the window says of a served bench in real time is known, also while another process drives it."""

import os
import signal

import numpy as np
import psutil
import pytest
from nado_lab.instruments import load_setup
from nado_lab.lab.dashboard.models import bench as bench_model
from nado_lab.lab.dashboard.models.events import BenchSafe, BenchStateChanged
from nado_lab.lab.dashboard.models.experiment import State
from nado_lab.lab.runs.bench_state import Condition
from nado_lab.sim_backend import WallClock, open_bench, serve

pytestmark = pytest.mark.skipif(os.name == "nt", reason="sends POSIX signals")
LONG = {"sequences": 400, "steps": 20}


@pytest.fixture
def served(tmp_path):
    opened = open_bench("nanoring", clock=WallClock())
    with serve(opened) as server:
        config = load_setup("sim:nanoring").with_addresses(server.addresses(), "@py")
        short = config.timing.model_copy(update={"max_burst_s": 1.0})
        config = config.model_copy(update={"timing": short})
        opened.file = tmp_path / "bench.toml"
        opened.file.write_text(config.to_toml(), encoding="utf-8")
        yield opened
    opened.close()


def field(bench) -> float:
    with bench.visa_library.lock:
        bench.world.advance()
        return float(np.linalg.norm(bench.world.field()))


def events_of(session):
    return [session.events.take() for _ in range(len(session.events))]


def test_a_bench_whose_process_is_stopped_is_not_called_safe(served, session, wait_for, monkeypatch):
    monkeypatch.setattr(bench_model, "LENT_S", 0.5)
    bench = session.bench
    bench._patience_s = 0.5
    assert bench.connect(str(served.file)).ended.wait(60)
    experiment = session.queue.add("characterise", LONG, apart=True)
    wait_for(lambda: field(served) > 1e-3 or experiment.state is State.FAILED)
    wait_for(lambda: bench.safety.state.condition is Condition.DRIVING)
    assert "by another process" in bench.safety.state.text()
    process = psutil.Process(bench.lent.pid)
    process.send_signal(signal.SIGSTOP)
    try:
        wait_for(lambda: bench.safety.state.condition is Condition.UNKNOWN, 5)
        session.abort().join(30)
        assert bench.safety.state.text().endswith(f"process {process.pid}, which drives it, is stopped")
        assert not any(isinstance(event, BenchSafe) for event in events_of(session))
    finally:
        process.send_signal(signal.SIGCONT)
    wait_for(lambda: session.queue.current is None)
    wait_for(lambda: bench.safety.state.condition is Condition.SAFE)
    assert field(served) < 1e-6
    assert experiment.state is not State.COMPLETE


def test_while_it_drives_no_reading_from_before_is_shown(served, session, wait_for):
    bench = session.bench
    assert bench.connect(str(served.file)).ended.wait(60)
    assert bench.safety.state.condition is Condition.IDLE
    assert bench.safety.state.reading.endswith(" K")
    experiment = session.queue.add("characterise", LONG)
    wait_for(lambda: field(served) > 1e-3 or experiment.state is State.FAILED)
    assert bench.safety.state.condition is Condition.DRIVING
    assert bench.safety.state.reading == ""
    session.queue.pause()
    wait_for(lambda: bench.safety.state.condition is Condition.HELD)
    assert field(served) < 1e-6
    session.abort().join(30)
    assert bench.safety.state.condition is Condition.SAFE
    shown = [e.state.condition for e in events_of(session) if isinstance(e, BenchStateChanged)]
    assert "unknown" not in shown
