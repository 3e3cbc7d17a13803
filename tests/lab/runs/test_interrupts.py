"""Ctrl-C is heard wherever it comes: while something must not be interrupted it waits, and is never lost."""

import os
import signal

import pytest
from nado_lab.lab.runs import Observer, StopRequest, UnsafeError, run_protocol
from nado_lab.lab.runs.interrupts import shielded
from nado_lab.lab.store import Run, Status
from nado_lab.observer import StoppedError
from nado_lab.protocols import Characterise, configure

from tests.protocols.fake_device import FakeDevice

pytestmark = pytest.mark.skipif(os.name == "nt", reason="sends POSIX signals to itself")


class PressedWhileClosing(FakeDevice):
    """Ctrl-C comes in the middle of making the bench safe."""

    def shutdown(self):
        os.kill(os.getpid(), signal.SIGINT)
        return super().shutdown()


def characterise() -> Characterise:
    procedure = Characterise()
    configure(procedure, {"sequences": 3, "steps": 4})
    return procedure


def test_what_comes_in_a_shielded_block_is_delivered_after_it():
    reached = []

    def work():
        with shielded():
            os.kill(os.getpid(), signal.SIGINT)
            reached.append("the end of the block")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert reached


def test_a_stop_request_hears_of_it_instead():
    stop = StopRequest()
    with shielded(stop):
        os.kill(os.getpid(), signal.SIGTERM)
    assert (stop.by_signal, stop.reason) == (True, "the program got SIGTERM")


def test_an_error_of_the_block_counts_more_than_the_interruption():
    def work():
        with shielded():
            os.kill(os.getpid(), signal.SIGINT)
            raise UnsafeError("supply_x is on")

    with pytest.raises(UnsafeError):
        work()


def test_a_run_that_was_closing_is_complete_and_the_wish_is_not_lost(tmp_path):
    stop = StopRequest()
    with pytest.raises(KeyboardInterrupt) as press:
        run_protocol(characterise(), PressedWhileClosing(), tmp_path / "run", observer=Observer(stop))
    assert stop()
    assert Run.open(tmp_path / "run").status is Status.COMPLETE
    kept, bench = press.value.__notes__
    assert kept == f"Kept: {tmp_path / 'run'}, 3 of 3 rows."
    assert bench.startswith("The bench: field at zero, sources off: confirmed at ")


def test_nothing_is_claimed_of_a_bench_that_did_not_go_off(tmp_path):
    class Stuck(FakeDevice):
        def shutdown(self):
            raise TimeoutError("no answer")

    def press(trial):
        raise KeyboardInterrupt

    with pytest.raises(UnsafeError):
        run_protocol(characterise(), Stuck(on_trial=press), tmp_path / "run")
    bench = Run.open(tmp_path / "run").metadata.notes["bench"]
    assert bench["condition"] == "unknown"
    assert bench["text"] == "UNKNOWN whether the bench is safe: no answer"
    assert "safe_state" not in bench


def test_what_is_to_stop_is_not_begun(tmp_path):
    stop = StopRequest()
    stop.stop("coil too hot")
    with pytest.raises(StoppedError, match="coil too hot"):
        run_protocol(characterise(), FakeDevice(), tmp_path / "run", observer=Observer(stop))
    assert not (tmp_path / "run").exists()
