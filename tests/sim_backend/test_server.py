import socket

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
