"""Every fault ends in a named error with the field at zero and the sources off.

Here in process, and three over TCP; benchmarks/faults.py runs all of them over both.
"""

import time

import numpy as np
import pytest
from nado_lab import instruments, sim_backend
from nado_lab.sim_backend import FAULTS, Fault

SETUPS = {"sim:nanoring": np.zeros((2, 3, 1)), "sim:asvi": np.zeros((1, 2, 1))}
OVER_TCP = [
    ("sim:nanoring", "generator:disconnect@30"),
    ("sim:nanoring", "digitiser_0:truncate@15"),
    ("sim:asvi", "supply:disconnect@30"),
]
EXPECTED = {
    "timeout": instruments.InstrumentTimeout,
    "slow": instruments.InstrumentTimeout,
    "truncate": instruments.ReplyError,
    "corrupt": instruments.ReplyError,
    "garbage": instruments.ReplyError,
    "error": instruments.DeviceReportedError,
    "disconnect": instruments.DisconnectedError,
    "overload": instruments.OverloadError,
    "stuck": instruments.StuckOutputError,
    "overtemperature": instruments.InterlockError,
    "open": instruments.OverloadError,
}


def every_fault():
    for name in SETUPS:
        bench = sim_backend.open_bench(name.removeprefix("sim:"))
        for role in instruments.load_setup(name).roles:
            for kind in sorted(bench.device(role).faults):
                yield name, role, kind
        bench.close()


def suffer(name, fault, *, tcp=False, drive=None):
    """Measure with a fault switched on; return the bench, the error and the wall time in s."""
    clock = sim_backend.WallClock() if tcp else None
    bench = sim_backend.open_bench(name.removeprefix("sim:"), specimen=1, size=4, clock=clock)
    server = sim_backend.serve(bench) if tcp else None
    config = instruments.load_setup(name)
    addresses = server.addresses() if server else {}
    roles = {
        role: entry.model_copy(update={"timeout_s": 0.3, "address": addresses.get(role, entry.address)})
        for role, entry in config.roles.items()
    }
    config = config.model_copy(update={"roles": roles})
    library, own_clock = ("@py", instruments.WallClock()) if tcp else (bench.visa_library, bench.clock)
    start, caught = time.monotonic(), None
    try:
        with instruments.open_setup(config, visa_library=library, clock=own_clock) as setup:
            bench.set_fault(fault)
            for _ in range(5):
                list(setup.measure(SETUPS[name] if drive is None else drive))
    except instruments.InstrumentError as error:
        caught = error
    wall = time.monotonic() - start
    safe = not bench.world.field().any() and not bench.world.sources_on()
    if server:
        server.close()
    bench.close()
    return bench, caught, wall, safe


@pytest.mark.parametrize(("name", "role", "kind"), list(every_fault()))
@pytest.mark.parametrize("after", [0, 11])
def test_every_fault_in_process(name, role, kind, after):
    bench, caught, wall, safe = suffer(name, f"{role}:{kind}@{after}")
    assert isinstance(caught, EXPECTED[kind])
    assert caught.for_people
    assert safe
    assert bench.world.peak_slew < 25
    assert wall < 5


@pytest.mark.filterwarnings("default::ResourceWarning")
@pytest.mark.parametrize(("name", "fault"), OVER_TCP)
def test_some_faults_over_tcp(name, fault):
    _, caught, wall, safe = suffer(name, fault, tcp=True)
    assert isinstance(caught, instruments.InstrumentError)
    assert safe
    assert wall < 8


def test_over_temperature_in_the_middle_of_a_burst_stops_it():
    bench, caught, _, safe = suffer(
        "sim:nanoring", "supply_x:overtemperature@20", drive=np.zeros((20, 30, 1))
    )
    assert isinstance(caught, instruments.InterlockError)
    assert safe
    assert bench.clock.now() < 15


def test_a_bench_recovers_when_faults_are_cleared():
    bench = sim_backend.open_bench("nanoring", size=4)
    config = instruments.load_setup("sim:nanoring")
    with instruments.open_setup(config, visa_library=bench.visa_library, clock=bench.clock) as setup:
        for fault in ("supply_x:overtemperature", "supply_x:stuck", "digitiser_0:overload", "generator:slow"):
            bench.set_fault(fault)
            with pytest.raises(instruments.InstrumentError):
                list(setup.measure(np.zeros((1, 2, 1))))
            bench.clear_faults()
            assert len(list(setup.measure(np.zeros((1, 2, 1))))) == 1


@pytest.mark.parametrize(
    "text", ["generator", "generator:hiccup", "generator:timeout@soon", "toaster:timeout", "generator:stuck"]
)
def test_a_fault_that_cannot_be_is_refused(text):
    bench = sim_backend.open_bench("nanoring", size=2)
    with pytest.raises(ValueError, match=r"expected|no role|cannot have"):
        bench.set_fault(text)


def test_fault_text():
    assert Fault.parse("lockin:timeout@500") == Fault("lockin", "timeout", 500)
    assert set(EXPECTED) == set(FAULTS)
