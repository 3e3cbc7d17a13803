"""A queue goes on past a refusal, is held by whatever may be of the bench, skips and resumes."""

import os
import signal
from contextlib import contextmanager

import pytest
from nado_lab.instruments import DisconnectedError, InterlockError, LimitError
from nado_lab.lab.errors import LabError
from nado_lab.lab.runs import Observer, UnsafeError
from nado_lab.lab.store import Run, Status, StoreError
from nado_lab.lab.workflow.queue import read_queue, run_queue
from nado_lab.protocols import ProtocolError

from tests.protocols.fake_device import FakeDevice

QUEUE = """
[[experiment]]
protocol = "characterise"
setup = "a"
out = "{folder}/one"
parameters = {{ sequences = 3, steps = 2 }}

[[experiment]]
protocol = "hysteresis"
setup = "b"
out = "{folder}/two"
parameters = {{ points = 3 }}
"""


@pytest.fixture
def queue(tmp_path):
    path = tmp_path / "queue.toml"
    path.write_text(QUEUE.format(folder=tmp_path.as_posix()))
    return read_queue(path)


def bench(devices):
    @contextmanager
    def open_setup(source):
        device = devices[source.name]
        if isinstance(device, Exception):
            raise device
        yield device

    return open_setup


def raising(error):
    def on_trial(trial):
        raise error

    return FakeDevice(on_trial=on_trial)


@pytest.mark.parametrize("refusal", [LimitError("9 mT is above 8 mT"), ProtocolError("no such drive")])
def test_a_refusal_does_not_keep_the_others(queue, refusal):
    ended = run_queue(queue, None, bench({"a": raising(refusal), "b": FakeDevice()}))
    assert [line.status for line in ended] == ["failed", "complete"]
    assert ended[0].reason == str(refusal)


def test_limits_are_checked_before_anything_is_measured(queue, tmp_path):
    class Small(FakeDevice):
        def measure(self, drive, **options):
            raise LimitError("9 mT is above 8 mT")

    first = FakeDevice()
    with pytest.raises(LabError, match=r"nothing was measured: hysteresis into .*two: 9 mT is above 8 mT"):
        run_queue(queue, None, bench({"a": first, "b": Small()}))
    assert first.played == 0
    assert not (tmp_path / "one").exists()


def test_a_bench_that_is_away_is_told_before_anything_is_measured(queue):
    first = FakeDevice()
    with pytest.raises(DisconnectedError, match="bench b is away"):
        run_queue(queue, None, bench({"a": first, "b": DisconnectedError("bench b is away")}))
    assert first.played == 0


@pytest.mark.parametrize(
    "fault",
    [
        InterlockError("supply_x: coil over-temperature"),
        DisconnectedError("lock-in"),
        StoreError("disk full"),
    ],
)
def test_what_may_be_of_the_bench_holds_the_queue(queue, tmp_path, fault):
    other = FakeDevice()
    ended = run_queue(queue, None, bench({"a": raising(fault), "b": other}))
    assert [line.status for line in ended] == ["failed", "held"]
    assert ended[1].reason == f"not begun: look at the bench after {tmp_path / 'one'}"
    assert other.played == 0
    again = run_queue(queue, None, bench({"a": FakeDevice(), "b": other}))
    assert [line.status for line in again] == ["complete", "complete"]


def test_a_run_that_a_reading_ended_holds_the_queue(queue):
    observer, other = Observer(), FakeDevice()
    hot = FakeDevice(on_trial=lambda trial: observer.stop.stop("coil is 400 K, outside 0 to 350 K"))
    ended = run_queue(queue, observer, bench({"a": hot, "b": other}))
    assert [line.status for line in ended] == ["aborted", "held"]
    assert other.played == 0


@pytest.mark.skipif(os.name == "nt", reason="sends POSIX signals to itself")
def test_ctrl_c_while_a_run_is_closing_ends_the_queue(queue, tmp_path):
    class Pressed(FakeDevice):
        def shutdown(self):
            os.kill(os.getpid(), signal.SIGINT)
            return super().shutdown()

    other = FakeDevice()
    with pytest.raises(KeyboardInterrupt):
        run_queue(queue, None, bench({"a": Pressed(), "b": other}))
    assert Run.open(tmp_path / "one").status is Status.COMPLETE
    assert other.played == 0


def test_ctrl_c_while_a_run_fails_ends_the_queue_too(queue):
    other, observer = FakeDevice(), Observer()

    def press_and_refuse(trial):
        observer.stop.heard(signal.SIGINT)
        raise LimitError("9 mT is above 8 mT")

    with pytest.raises(KeyboardInterrupt):
        run_queue(queue, observer, bench({"a": FakeDevice(on_trial=press_and_refuse), "b": other}))
    assert other.played == 0


def test_a_second_call_skips_and_resumes(queue, tmp_path):
    def interrupt(trial):
        if trial == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_queue(queue, None, bench({"a": FakeDevice(on_trial=interrupt), "b": FakeDevice()}))
    second = FakeDevice()
    assert [line.status for line in run_queue(queue, None, bench({"a": second, "b": second}))] == [
        "complete"
    ] * 2
    assert second.played == 2 + 1
    third = FakeDevice()
    run_queue(queue, None, bench({"a": third, "b": third}))
    assert third.played == 0
    assert Run.open(tmp_path / "one").status is Status.COMPLETE


def test_hardware_that_stays_on_ends_the_queue(queue):
    with pytest.raises(UnsafeError):
        run_queue(queue, None, bench({"a": FakeDevice(failed=["supply_x: no answer"]), "b": FakeDevice()}))


def test_a_mistake_is_found_before_anything_runs(tmp_path):
    path = tmp_path / "queue.toml"
    path.write_text(QUEUE.format(folder="x").replace("points = 3", "points = 1"))
    with pytest.raises(ProtocolError, match="points=1"):
        read_queue(path)
    path.write_text(QUEUE.format(folder="x").replace("setup =", "bench ="))
    with pytest.raises(LabError, match=r"experiment\.0\.bench"):
        read_queue(path)


@pytest.mark.parametrize(
    ("content", "message"), [(None, "cannot be read: No such file"), (b"\xff\xfe", "is not valid TOML")]
)
def test_a_file_that_is_no_queue_is_told_in_words(tmp_path, content, message):
    path = tmp_path / "night.toml"
    if content:
        path.write_bytes(content)
    with pytest.raises(LabError, match=message) as refused:
        read_queue(path)
    assert "Errno" not in str(refused.value)


def test_a_run_that_was_measured_with_other_parameters_is_not_taken_for_done(queue, tmp_path):
    devices = {"a": FakeDevice(), "b": FakeDevice()}
    run_queue(queue, None, bench(devices))
    changed = [queue[0].model_copy(update={"parameters": {"sequences": 4, "steps": 2}}), queue[1]]
    with pytest.raises(LabError, match=r"one holds a run .*sequences 3, now 4.*another out"):
        run_queue(changed, None, bench(devices))
    left_out = [queue[0].model_copy(update={"parameters": {"sequences": 3}})]
    with pytest.raises(LabError, match=r"one holds a run .*steps 2, now"):
        run_queue(left_out, None, bench(devices))
    moved = [queue[0].model_copy(update={"setup": "b", "seed": 3})]
    with pytest.raises(LabError, match=r"setup 'a', now 'b'; seed 0, now 3"):
        run_queue(moved, None, bench(devices))
    other = [queue[0].model_copy(update={"protocol": "repeats", "parameters": {}})]
    with pytest.raises(LabError, match="protocol characterise, now repeats"):
        run_queue(other, None, bench(devices))


def test_a_plain_procedure_is_queued_without_a_bench(tmp_path):
    (tmp_path / "scan.py").write_text(
        "from pymeasure.experiment import Procedure\n"
        "class Scan(Procedure):\n"
        "    DATA_COLUMNS = ['x']\n"
        "    def execute(self):\n"
        "        self.emit('results', {'x': 1})\n"
    )
    path = tmp_path / "queue.toml"
    folder = tmp_path.as_posix()
    path.write_text(f'[[experiment]]\nprotocol = "{folder}/scan.py:Scan"\nout = "{folder}/run"\n')
    for _ in range(2):
        assert [line.status for line in run_queue(read_queue(path))] == ["complete"]
    assert Run.open(tmp_path / "run").rows() == 1


def test_two_experiments_into_one_run_are_refused(tmp_path):
    path = tmp_path / "queue.toml"
    path.write_text(QUEUE.format(folder=tmp_path.as_posix()).replace("/two", "/./one"))
    with pytest.raises(LabError, match="one is the out of more than one experiment"):
        read_queue(path)


def test_a_place_that_cannot_be_written_is_told_before_anything_is_measured(queue, tmp_path):
    (tmp_path / "file").write_text("")
    away = [queue[0], queue[1].model_copy(update={"out": tmp_path / "file" / "two"})]
    first = FakeDevice()
    with pytest.raises(LabError, match="two cannot be written"):
        run_queue(away, None, bench({"a": first, "b": FakeDevice()}))
    assert first.played == 0
