"""Beside the measurement: readings, limits, pauses, and one owner a bench."""

import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import pytest
from nado_lab.lab.errors import LabError
from nado_lab.lab.runs import MonitorSettings, StopRequest, owned, run_protocol
from nado_lab.lab.store import Run, Status, StoreError
from nado_lab.protocols import Characterise, configure

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
    stop, rows = StopRequest(), []
    device = FakeDevice(on_trial=lambda trial: stop.pause() if trial == 2 else None)
    thread = threading.Thread(
        target=run_protocol,
        args=(characterise(), device, tmp_path / "run"),
        kwargs={"stop": stop, "subscribers": [lambda stream, row: rows.append(row["sequence"])]},
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


def test_a_subscriber_that_fails_does_not_harm_the_run(tmp_path, caplog):
    heard = []

    def fails(stream, row):
        heard.append("fails")
        raise ValueError("window closed")

    run_protocol(
        characterise(),
        FakeDevice(),
        tmp_path / "run",
        subscribers=[fails, lambda stream, row: heard.append("works")],
        progress=lambda done, total: 1 / 0,
    )
    assert Run.open(tmp_path / "run").status is Status.COMPLETE
    assert heard.count("fails") == 1
    assert heard.count("works") == 6
    assert "window closed" in caplog.text


def on_real_instruments(address="GPIB0::6::INSTR"):
    role = SimpleNamespace(address=address)
    return SimpleNamespace(config=SimpleNamespace(visa_library="@py", roles={"supply": role}))


def test_one_bench_one_process():
    program = (
        "import sys, time; from types import SimpleNamespace as N; from lab.runs import owned\n"
        "s = N(config=N(visa_library='@py', roles={'a': N(address='GPIB0::61::INSTR')}))\n"
        "with owned(s): print('mine', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    bench = on_real_instruments("GPIB0::61::INSTR")
    try:
        assert other.stdout.readline().strip() == "mine"
        with (
            pytest.raises(StoreError, match=f"GPIB0::61::INSTR is in use by process {other.pid}"),
            owned(bench),
        ):
            pass
        other.kill()
        other.wait()
        with owned(bench):
            pass
    finally:
        other.kill()
        other.communicate()


def test_one_process_may_hold_its_bench_twice():
    bench = on_real_instruments("GPIB0::62::INSTR")
    with owned(bench), owned(bench):
        pass
    with owned(bench):
        pass
