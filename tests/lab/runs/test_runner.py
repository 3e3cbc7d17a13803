"""However a run ends: hardware safe first, rows kept, the reason written down."""

import os
import signal

import numpy as np
import pytest
from nado_lab.lab.runs import Observer, StopRequest, UnsafeError, resume_protocol, run_protocol
from nado_lab.lab.store import Run, Status, load_trials
from nado_lab.protocols import Characterise, Drives, Replay, configure

from tests.lab.observers import Watching
from tests.protocols.fake_device import FakeDevice


def characterise(sequences=6) -> Characterise:
    procedure = Characterise()
    configure(procedure, {"sequences": sequences, "steps": 4})
    return procedure


def test_a_whole_run(tmp_path):
    seen, rows = [], []
    device = FakeDevice()
    run_protocol(
        characterise(),
        device,
        tmp_path / "run",
        operator="ada",
        lineage=["earlier"],
        observer=Watching(
            lambda stage, share, doing: seen.append((share, doing)),
            lambda stream, row: rows.append((stream, row["sequence"])),
        ),
    )
    run = Run.open(tmp_path / "run")
    assert run.status is Status.COMPLETE
    assert seen[-1] == (1.0, "6 of 6 rows")
    assert rows == [("primary", number) for number in range(6)]
    assert run.metadata.operator == "ada"
    assert run.metadata.lineage == ["earlier"]
    assert run.metadata.protocol.name == "characterise"
    assert run.metadata.protocol.parameters["field_range"].value == pytest.approx(1.0)
    assert run.metadata.protocol.parameters["field_range"].units == "mT"
    assert run.metadata.instruments["generator"]["identity"] == "FAKE,1,0,0"
    data = run.dataset()
    assert data["waveform"].dims == ("trial", "step", "sample", "contact")
    trials = load_trials(run)
    assert np.allclose(trials.readout[:, 1, 0], trials.drive[:, 0, 0] / 2 + trials.drive[:, 1, 0])


def test_an_error_leaves_hardware_safe_rows_kept_and_traceback(tmp_path):
    device = FakeDevice(fail_at=3)
    with pytest.raises(RuntimeError, match="fell off"):
        run_protocol(characterise(), device, tmp_path / "run")
    run = Run.open(tmp_path / "run")
    assert device.events == ["shutdown"]
    assert (run.status, run.rows()) == (Status.FAILED, 3)
    assert "fell off the table" in run.metadata.reason
    assert "measure" in run.metadata.traceback


def test_shutdown_that_fails_is_reported_and_the_status_still_written(tmp_path):
    device = FakeDevice(shutdown_error=OSError("no answer"))
    with pytest.raises(UnsafeError, match="no answer"):
        run_protocol(characterise(), device, tmp_path / "run")
    assert Run.open(tmp_path / "run").status is Status.FAILED
    assert Run.open(tmp_path / "run").rows() == 6


def test_a_device_that_stays_on_is_named(tmp_path):
    with pytest.raises(UnsafeError, match="supply_x: no answer"):
        run_protocol(characterise(), FakeDevice(failed=["supply_x: no answer"]), tmp_path / "run")
    assert Run.open(tmp_path / "run").status is Status.FAILED


@pytest.mark.skipif(not hasattr(os, "getpid") or os.name == "nt", reason="needs POSIX signals to itself")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_cleanly(tmp_path, number):
    device = FakeDevice(on_trial=lambda trial: os.kill(os.getpid(), number) if trial == 2 else None)
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt):
        run_protocol(characterise(), device, tmp_path / "run")
    run = Run.open(tmp_path / "run")
    assert (run.status, run.rows()) == (Status.ABORTED, 2)
    assert device.events == ["shutdown"]
    assert signal.getsignal(number) is before


def test_a_keyboard_interrupt_inside_the_procedure(tmp_path):
    def interrupt(trial):
        if trial == 1:
            raise KeyboardInterrupt

    device = FakeDevice(on_trial=interrupt)
    with pytest.raises(KeyboardInterrupt):
        run_protocol(characterise(), device, tmp_path / "run")
    run = Run.open(tmp_path / "run")
    assert (run.status, run.rows(), device.events) == (Status.ABORTED, 1, ["shutdown"])


def test_stop_request_aborts_with_its_reason_and_resume_completes(tmp_path):
    stop = StopRequest()
    device = FakeDevice(on_trial=lambda trial: stop.stop("coil too hot") if trial == 4 else None)
    run_protocol(characterise(), device, tmp_path / "run", observer=Observer(stop))
    run = Run.open(tmp_path / "run")
    assert (run.status, run.metadata.reason, run.rows()) == (Status.ABORTED, "coil too hot", 4)
    second = FakeDevice()
    resume_protocol(characterise(), second, tmp_path / "run")
    assert second.played == 2
    run_protocol(characterise(), FakeDevice(), tmp_path / "undisturbed")
    resumed, whole = load_trials(tmp_path / "run"), load_trials(tmp_path / "undisturbed")
    assert np.array_equal(resumed.drive, whole.drive)
    assert np.array_equal(resumed.readout, whole.readout)
    assert Run.open(tmp_path / "run").status is Status.COMPLETE


def test_drives_play_an_array(tmp_path):
    procedure = Drives()
    procedure.drive = np.linspace(-1, 1, 12).reshape(3, 4, 1)
    run_protocol(procedure, FakeDevice(), tmp_path / "run")
    assert np.array_equal(load_trials(tmp_path / "run").drive, procedure.drive)
    assert "waveform" not in Run.open(tmp_path / "run").dataset()


def test_a_replay_names_its_run_once_in_the_lineage(tmp_path):
    first = run_protocol(characterise(), FakeDevice(), tmp_path / "run")
    run_id = Run.open(first).metadata.run_id
    replay = Replay()
    configure(replay, {"of": str(first)})
    run_protocol(replay, FakeDevice(), tmp_path / "again", lineage=[run_id, "other"])
    assert Run.open(tmp_path / "again").metadata.lineage == [run_id, "other"]
