import socket
import time

import numpy as np
import pytest
import pyvisa
from nado_lab import instruments, sim_backend

pytestmark = pytest.mark.filterwarnings("default::ResourceWarning")


@pytest.fixture
def server():
    bench = sim_backend.open_bench("nanoring", specimen=1, size=4, clock=sim_backend.WallClock())
    with sim_backend.serve(bench) as opened:
        yield opened
    bench.close()


def test_every_instrument_has_a_port_of_its_own_on_loopback(server):
    assert len(set(server.ports.values())) == len(server.bench.roles)
    assert all(address.startswith("TCPIP0::127.0.0.1::") for address in server.addresses().values())


def test_plain_socket_as_netcat_uses_it(server):
    with socket.create_connection(("127.0.0.1", server.ports["supply_x"]), timeout=2) as line:
        line.sendall(b"*IDN?\nCURR?")
        line.sendall(b"\n")
        received = b""
        while received.count(b"\n") < 2:
            received += line.recv(4096)
    assert received.startswith(b"KEPCO")


def test_each_refused_command_is_told_once(server):
    with socket.create_connection(("127.0.0.1", server.ports["source"]), timeout=2) as line:
        line.sendall(b"TOAST 1\nTOAST 2\n*IDN?\n")
        line.recv(4096)
    assert server.new_refusals() == ["source refused TOAST: Undefined header; TOAST"]
    assert server.new_refusals() == []


def test_pyvisa_py_reaches_it(server):
    manager = pyvisa.ResourceManager("@py")
    with manager.open_resource(
        server.addresses()["source"], read_termination="\n", write_termination="\n"
    ) as source:
        assert "6221" in source.query("*IDN?")


def test_the_whole_setup_measures_over_tcp(server):
    config = instruments.load_setup("sim:nanoring").with_addresses(server.addresses(), visa_library="@py")
    with instruments.open_setup(config) as setup:
        [response] = setup.measure(np.zeros((1, 3, 1)))
        assert response.readout.shape == (3, 10)
        assert 0.09 < response.readout[0, 0] < 0.11
    assert not server.bench.world.field().any()
    assert not server.bench.world.sources_on()


def test_a_client_that_hangs_up_leaves_the_others_alone(server):
    port = server.ports["source"]
    first = socket.create_connection(("127.0.0.1", port))
    first.sendall(b"*IDN?")
    first.close()
    with socket.create_connection(("127.0.0.1", port), timeout=2) as second:
        second.sendall(b"*IDN?\n")
        assert b"6221" in second.recv(4096)


def test_many_clients_and_half_open_ones_keep_nobody_out(server, monkeypatch):
    monkeypatch.setattr("nado_lab.sim_backend.server._MOST_CLIENTS", 5)
    place = ("127.0.0.1", server.ports["supply_x"])
    silent = [socket.create_connection(place, timeout=2) for _ in range(5)]
    with socket.create_connection(place, timeout=2) as late:
        assert late.recv(10) == b""
    silent.pop().close()
    until(lambda: sum(thread.name == "talk supply_x" and thread.is_alive() for thread in server._threads) < 5)
    with socket.create_connection(place, timeout=2) as line:
        line.sendall(b"*IDN?\n")
        assert line.recv(100).startswith(b"KEPCO")
    for each in silent:
        each.close()
    with socket.create_connection(("127.0.0.1", server.ports["supply_y"]), timeout=2) as line:
        line.sendall(b"*IDN?\n")
        assert line.recv(100).startswith(b"KEPCO")


def test_a_client_that_never_reads_or_never_ends_its_message_is_hung_up_on(server, monkeypatch):
    monkeypatch.setattr("nado_lab.sim_backend.server._MOST_WAITING", 1 << 16)
    monkeypatch.setattr("nado_lab.sim_backend.server._SEND_S", 0.2)
    place = ("127.0.0.1", server.ports["supply_x"])
    for content in (b"x" * 4096, b"*IDN?\n" * 512):
        with socket.create_connection(place, timeout=2) as line, pytest.raises(OSError, match=r"."):
            flood(line, content)
    with socket.create_connection(place, timeout=2) as line:
        line.sendall(b"*IDN?\n")
        assert line.recv(100).startswith(b"KEPCO")


def flood(line, content):
    """Send without ever reading."""
    for _ in range(100_000):
        line.sendall(content)


def until(holds, limit_s=5.0):
    """Wait until something holds."""
    end = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)
