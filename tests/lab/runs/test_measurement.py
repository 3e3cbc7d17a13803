"""Beside the measurement: readings, limits, pauses, and one owner a bench."""

import subprocess
import sys
import threading
import time
from contextlib import nullcontext
from types import SimpleNamespace

import pytest
from nado_lab.instruments import load_setup
from nado_lab.instruments.setups.address import visa_address
from nado_lab.instruments.setups.config import RoleConfig
from nado_lab.lab.errors import LabError
from nado_lab.lab.runs import MonitorSettings, Observer, Together, UnsafeError, owned, run_protocol
from nado_lab.lab.runs.driven_bench import DrivenBench
from nado_lab.lab.runs.measurement import Measurement
from nado_lab.lab.runs.monitors import Monitor
from nado_lab.lab.store import Run, RunMetadata, RunWriter, Status, StoreError
from nado_lab.lab.store.ownership import Ownership
from nado_lab.protocols import Characterise, configure

from tests.lab.observers import Watching
from tests.protocols.fake_device import FakeDevice


def characterise(sequences=6) -> Characterise:
    procedure = Characterise()
    configure(procedure, {"sequences": sequences, "steps": 4})
    return procedure


class WarmingDevice(FakeDevice):
    """A device whose coil gains a kelvin a trial."""

    def readings(self):
        return {"coil": (295.0 + self.played, "K"), "current": (0.5, "A")}


def test_baseline_before_and_after_and_a_monitor_stream(tmp_path):
    settings = MonitorSettings(every_s=0.0)
    run_protocol(characterise(), WarmingDevice(), tmp_path / "run", monitors=settings)
    run = Run.open(tmp_path / "run")
    assert run.streams == ("primary", "baseline", "monitor")
    baseline = run.dataset("baseline")
    assert baseline["moment"].values.tolist() == ["before", "after"]
    assert baseline["coil"].values.tolist() == [295.0, 301.0]
    assert baseline["coil"].attrs["units"] == "K"
    assert run.dataset("monitor")["coil"].values.tolist() == [296, 297, 298, 299, 300, 301]


def test_a_reading_beyond_its_limits_ends_the_run(tmp_path):
    settings = MonitorSettings(every_s=0.0, limits={"coil": (0.0, 297.5)})
    device = WarmingDevice()
    run_protocol(characterise(), device, tmp_path / "run", monitors=settings)
    run = Run.open(tmp_path / "run")
    assert (run.status, run.rows()) == (Status.ABORTED, 3)
    assert run.metadata.reason == "coil is 298 K, outside 0 to 297.5 K"
    assert device.events == ["shutdown"]


def test_a_limit_on_what_is_not_read_is_refused(tmp_path):
    settings = MonitorSettings(limits={"helium": (0.0, 1.0)})
    with pytest.raises(LabError, match="no reading 'helium' to limit; this setup offers: coil, current"):
        run_protocol(characterise(), WarmingDevice(), tmp_path / "run", monitors=settings)
    assert not (tmp_path / "run").exists()


def test_a_pause_holds_with_zero_field_and_goes_on_with_the_same_run(tmp_path):
    rows: list[int] = []
    observer = Watching(row=lambda stream, row: rows.append(row["sequence"]))
    stop = observer.stop
    device = FakeDevice(on_trial=lambda trial: stop.pause() if trial == 2 else None)
    thread = threading.Thread(
        target=run_protocol,
        args=(characterise(), device, tmp_path / "run"),
        kwargs={"observer": observer},
    )
    thread.start()
    end = time.monotonic() + 10
    while not ((tmp_path / "run").exists() and Run.open(tmp_path / "run").rows()) and time.monotonic() < end:
        time.sleep(0.01)
    assert device.events == ["shutdown"]
    assert len(rows) == Run.open(tmp_path / "run").rows() == 3
    stop.go_on()
    thread.join(timeout=10)
    assert rows == list(range(6))
    assert Run.open(tmp_path / "run").status is Status.COMPLETE


def test_an_observer_that_fails_does_not_harm_the_run(tmp_path, caplog):
    heard = []

    def fails(stream, row):
        heard.append("fails")
        raise ValueError("window closed")

    run_protocol(
        characterise(),
        FakeDevice(),
        tmp_path / "run",
        observer=Together(
            Watching(row=fails),
            Watching(lambda *_: 1 / 0),
            Watching(row=lambda stream, row: heard.append("works")),
        ),
    )
    assert Run.open(tmp_path / "run").status is Status.COMPLETE
    assert heard.count("fails") == 1
    assert heard.count("works") == 6
    assert "window closed" in caplog.text


def address(number) -> str:
    return visa_address(f"GPIB0::{number}::INSTR")


def on_real_instruments(*numbers):
    """A setup of as many instruments outside this process, which nobody has."""
    roles = {f"role_{n}": {"driver": "sr830", "address": f"GPIB0::{n}::INSTR"} for n in numbers}
    config = load_setup("sim:nanoring").model_copy(
        update={"visa_library": "@py", "roles": {name: RoleConfig(**role) for name, role in roles.items()}}
    )
    return SimpleNamespace(config=config)


@pytest.fixture
def other_process():
    """A process that owns instrument 12."""
    program = (
        "import sys; from nado_lab.lab.store.ownership import Ownership\n"
        "mine = Ownership('instrument', sys.argv[1]).take(); print('mine', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", program, address(12)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert other.stdout.readline().strip() == "mine"
        yield other
    finally:
        other.kill()
        other.communicate()


def is_owned(number) -> bool:
    return Ownership("instrument", address(number)).is_taken()


def test_one_bench_one_process(other_process):
    bench = on_real_instruments(12)
    told = f"{address(12)} is in use by process {other_process.pid}"
    with pytest.raises(StoreError, match=told), owned(bench):
        pass
    other_process.kill()
    other_process.wait()
    with owned(bench):
        assert is_owned(12)


def test_one_process_may_hold_its_bench_twice():
    bench = on_real_instruments(13)
    with owned(bench):
        with owned(bench):
            assert is_owned(13)
        assert is_owned(13)
    assert not is_owned(13)


def test_a_refused_opening_takes_nothing_from_who_holds_the_bench(other_process):
    """Addresses are taken in order: the second opening gets 11 and is refused 12."""
    with owned(on_real_instruments(11, 13)):
        with pytest.raises(StoreError, match="in use"), owned(on_real_instruments(11, 12, 13)):
            pass
        assert is_owned(11)
        assert is_owned(13)
    assert not is_owned(11)
    assert not is_owned(13)


def test_a_bench_is_owned_until_its_last_holder_leaves_whoever_came_first():
    bench, entered, leave = on_real_instruments(14), threading.Event(), threading.Event()

    def hold():
        with owned(bench):
            entered.set()
            leave.wait(10)

    with owned(bench):
        thread = threading.Thread(target=hold)
        thread.start()
        assert entered.wait(10)
    assert is_owned(14)
    leave.set()
    thread.join(10)
    assert not is_owned(14)


def test_a_setup_that_does_not_say_what_it_drives_is_refused(tmp_path):
    device = FakeDevice()
    device.in_process = False
    with pytest.raises(LabError, match="FakeDevice does not say what it drives: give it `config`"):
        run_protocol(characterise(), device, tmp_path / "run")
    assert device.played == 0
    assert not (tmp_path / "run").exists()


class OwnShutdown(Characterise):
    """A procedure whose own shutdown uses the device again, and may fail."""

    trouble: Exception | None = None

    def shutdown(self):
        self.setup.energise()
        if self.trouble:
            raise self.trouble


@pytest.mark.parametrize("trouble", [None, ValueError("my shutter is stuck")])
def test_a_procedures_own_shutdown_fails_alone_and_the_bench_is_safe_after_it(tmp_path, trouble):
    procedure, device, told = OwnShutdown(), FakeDevice(), []
    configure(procedure, {"sequences": 2, "steps": 4})
    procedure.trouble = trouble
    guard = SimpleNamespace(
        alive=lambda: None, act=lambda: told.append("act"), finish=lambda: told.append("finish")
    )
    bench = DrivenBench(device, guard)
    monitor = Monitor(device, MonitorSettings())
    procedure.bind(device)
    writer = RunWriter.create(
        tmp_path / "run", RunMetadata(protocol=None), procedure.columns(), procedure.coordinates()
    )
    measurement = Measurement(procedure, bench, writer, monitor, Observer())
    with pytest.raises(ValueError, match="shutter") if trouble else nullcontext() as raised:
        measurement.run()
    assert device.events == ["shutdown", "energise", "shutdown"]
    assert told == ["finish"]
    assert Run.open(tmp_path / "run").status is (Status.FAILED if trouble else Status.COMPLETE)
    if trouble:
        assert "the procedure's own shutdown" in "".join(raised.value.__notes__)


def test_hardware_left_on_is_told_even_where_something_failed_before(tmp_path):
    device = FakeDevice(fail_at=1, failed=["supply_x: no answer"])
    with pytest.raises(UnsafeError, match="supply_x: no answer") as raised:
        run_protocol(characterise(), device, tmp_path / "run")
    assert "fell off the table" in str(raised.value.__cause__)
    run = Run.open(tmp_path / "run")
    assert "fell off the table" in run.metadata.traceback
    assert "UnsafeError" in run.metadata.reason


@pytest.mark.parametrize(("answer", "status"), [(True, "complete"), (None, "complete"), (False, "failed")])
def test_a_shutdown_of_ones_own_that_answers_true_or_false(tmp_path, answer, status):
    class Own(FakeDevice):
        def shutdown(self):
            super().shutdown()
            return answer

    with nullcontext() if status == "complete" else pytest.raises(UnsafeError, match="says that it failed"):
        run_protocol(characterise(2), Own(), tmp_path / "run")
    assert Run.open(tmp_path / "run").status.value == status
