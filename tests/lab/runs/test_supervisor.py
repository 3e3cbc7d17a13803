"""kill -9 and SIGSTOP of a program in mid-field, over TCP: the supervisor brings the field to zero."""

import contextlib
import os
import queue
import select
import signal
import socket
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from nado_lab.instruments import load_setup, open_setup
from nado_lab.lab.runs import NoBench, StopRequest, driven
from nado_lab.lab.runs.guard import Guard, guarded
from nado_lab.lab.runs.supervisor import make_safe, watch
from nado_lab.lab.runs.watched_bench import WatchedBench
from nado_lab.lab.store import Run
from nado_lab.sim_backend import WallClock, open_bench, serve

pytestmark = pytest.mark.skipif(os.name == "nt", reason="sends POSIX signals")

PROGRAM = """
import sys
from nado_lab.instruments import load_setup, open_setup
from nado_lab.lab.runs import run_protocol
from nado_lab.protocols import Characterise, configure
config = type(load_setup("sim:nanoring")).model_validate_json(open(sys.argv[1]).read())
procedure = Characterise()
configure(procedure, {"sequences": 400, "steps": 20})
with open_setup(config) as setup:
    run_protocol(procedure, setup, sys.argv[2])
"""


@pytest.fixture
def bench():
    opened = open_bench("nanoring", clock=WallClock())
    with serve(opened) as server:
        opened.served_at = server.addresses()
        yield opened
    opened.close()


def start(bench, folder):
    config = load_setup("sim:nanoring").with_addresses(bench.served_at, "@py")
    (folder / "setup.json").write_text(config.model_dump_json())
    command = [sys.executable, "-c", PROGRAM, str(folder / "setup.json"), str(folder / "run")]
    return config, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def field(bench) -> float:
    with bench.visa_library.lock:
        bench.world.advance()
        return float(np.linalg.norm(bench.world.field()))


def wait_until(condition, seconds: float) -> float:
    """Wait for a condition; give how long it took, or fail."""
    start = time.monotonic()
    while not condition():
        if time.monotonic() - start > seconds:
            raise AssertionError(f"not within {seconds} s")
        time.sleep(0.01)
    return time.monotonic() - start


def is_safe(bench) -> bool:
    return field(bench) < 1e-6 and not bench.world.sources_on()


@pytest.mark.parametrize(("number", "within_s"), [(signal.SIGKILL, 2.0), (signal.SIGSTOP, 6.0)])
def test_field_goes_to_zero_when_the_program_is_gone(bench, tmp_path, number, within_s):
    config, program = start(bench, tmp_path)
    slew_s = 2 * config.roles["supply_x"].limits["max_amperes"] / 50.0
    try:
        wait_until(lambda: field(bench) > 1e-3 or program.poll() is not None, 60)
        assert program.poll() is None, program.stdout.read()
        program.send_signal(number)
        wait_until(lambda: is_safe(bench), within_s + slew_s)
        time.sleep(0.5)
        assert is_safe(bench)
        if number == signal.SIGSTOP:
            program.send_signal(signal.SIGCONT)
            program.wait(timeout=60)
            assert is_safe(bench)
            assert "supervisor switched off" in Run.open(tmp_path / "run").metadata.reason
    finally:
        with contextlib.suppress(ProcessLookupError):
            program.kill()
        program.stdout.close()
        program.wait()


def watched(config) -> WatchedBench:
    return WatchedBench.model_validate_json(WatchedBench.of(config).model_dump_json())


class OneAtATime:
    """Stand before an instrument's port and let one client talk at a time; the next one waits unheard."""

    def __init__(self, port: int):
        self._to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while self._listener.fileno() >= 0:
            with contextlib.suppress(OSError):
                client, _ = self._listener.accept()
                with client, socket.create_connection(("127.0.0.1", self._to)) as instrument:
                    self._talk(client, instrument)

    def _talk(self, *ends):
        while True:
            for end in select.select(ends, [], [])[0]:
                try:
                    data = end.recv(65536)
                    (ends[0] if end is ends[1] else ends[1]).sendall(data)
                except OSError:
                    return
                if not data:
                    return

    def close(self):
        self._listener.close()


def test_instruments_of_one_connection_are_taken_over_from_a_stopped_program(bench, tmp_path):
    ports = {role: int(address.split("::")[2]) for role, address in bench.served_at.items()}
    gates = {role: OneAtATime(port) for role, port in ports.items()}
    bench.served_at = {role: f"TCPIP0::127.0.0.1::{gate.port}::SOCKET" for role, gate in gates.items()}
    _, program = start(bench, tmp_path)
    try:
        wait_until(lambda: field(bench) > 1e-3 or program.poll() is not None, 60)
        assert program.poll() is None, program.stdout.read()
        program.send_signal(signal.SIGSTOP)
        wait_until(lambda: is_safe(bench), 20)
        assert program.wait(timeout=5) == -signal.SIGKILL
    finally:
        program.kill()
        program.stdout.close()
        program.wait()
        for gate in gates.values():
            gate.close()


def lines(*words):
    found = queue.Queue()
    for word in words:
        found.put(word)
    return found


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("beat 0.1", "done"), ""),
        (("beat 0.1", ""), "the program died"),
        (("beat 0.1", "stop"), "told to stop"),
        (("beat 9.5",), "the measurement gave no sign of life for 10 s"),
        (("beat 0.1",), "the program gave no sign of life for 0.05 s"),
    ],
)
def test_what_makes_the_supervisor_act(words, reason):
    assert watch(lines(*words), heartbeat_s=0.05, hang_s=5.0) == reason


def test_who_gives_no_signs_of_life_is_watched_for_its_death_only(monkeypatch):
    """A script's `setup.respond`, `nado check`: nothing says `alive` there, however long they take."""
    assert watch(lines("beat 9.5", "beat 99999", "done"), heartbeat_s=5.0, hang_s=float("inf")) == ""
    asked = []

    @contextlib.contextmanager
    def no_guard(config, stop, hang_s):
        asked.append(hang_s)
        yield Guard()

    monkeypatch.setattr("nado_lab.lab.runs.driven_bench.guarded", no_guard)
    with driven(NoBench()):
        pass
    assert asked == [float("inf")]


def test_one_lost_instrument_does_not_keep_the_others_on(bench):
    config = load_setup("sim:nanoring").with_addresses(bench.served_at, "@py")
    with open_setup(config) as setup:
        setup.energise()
        assert bench.world.sources_on()
        lost = {**bench.served_at, "supply_x": "TCPIP0::127.0.0.1::9::SOCKET"}
        failures = make_safe(watched(config.with_addresses(lost, "@py")))
        assert [line.split(":")[0] for line in failures] == ["supply_x"]
        assert make_safe(watched(config)) == []
        assert is_safe(bench)


def test_what_only_reads_need_not_be_reached(bench):
    config = load_setup("sim:nanoring").with_addresses(bench.served_at, "@py")
    lost = {**bench.served_at, "digitiser_0": "TCPIP0::127.0.0.1::9::SOCKET"}
    assert make_safe(watched(config.with_addresses(lost, "@py"))) == []
    assert is_safe(bench)


def test_the_family_says_what_drives_and_what_goes_first_not_the_names():
    nanoring, ice = watched(load_setup("sim:nanoring")), watched(load_setup("sim:asvi"))
    assert nanoring.taken_down == [["supply_x", "supply_y"], ["generator", "source"]]
    assert nanoring.readers == ["digitiser_0", "digitiser_1", "thermometer"]
    assert ice.taken_down == [["supply"], ["microwave", "lockin"]]
    config = load_setup("sim:nanoring")
    unknown = {"supply_of_coffee": config.roles["thermometer"], "heater": config.roles["source"]}
    more = config.model_copy(update={"roles": {**unknown, **config.roles}})
    assert watched(more).taken_down == [*nanoring.taken_down, ["heater"]]
    assert "supply_of_coffee" in watched(more).readers


def test_a_bench_that_was_left_without_a_word_is_made_safe_by_the_supervisor(bench):
    """Whoever drives says that the bench is safe; where nobody knows, the supervisor acts."""
    config = load_setup("sim:nanoring").with_addresses(bench.served_at, "@py")
    with open_setup(config) as setup:
        setup.energise()
        assert bench.world.sources_on()
        with guarded(config, StopRequest()):
            pass
        assert is_safe(bench)
        stop = StopRequest()
        with driven(setup, stop):
            setup.energise()
        assert is_safe(bench)
        assert not stop(), stop.reason
