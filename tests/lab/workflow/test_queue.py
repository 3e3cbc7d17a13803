"""A queue goes on past a failure, skips what is done, and resumes what was stopped."""

from contextlib import contextmanager

import pytest
from nado_lab.lab.errors import LabError
from nado_lab.lab.runs import UnsafeError
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


def test_a_failure_does_not_keep_the_others(queue, tmp_path):
    ended = run_queue(queue, None, bench({"a": StoreError("bench a is away"), "b": FakeDevice()}))
    assert [line.status for line in ended] == ["failed", "complete"]
    assert ended[0].reason == "bench a is away"
    assert not (tmp_path / "one").exists()


def test_a_second_call_skips_and_resumes(queue, tmp_path):
    def interrupt(trial):
        if trial == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_queue(queue, None, bench({"a": FakeDevice(on_trial=interrupt)}))
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
    with pytest.raises(LabError, match=r"experiment\.0\.setup"):
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
