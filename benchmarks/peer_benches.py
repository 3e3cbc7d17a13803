"""The simulated instruments that others' drivers are tried on: both benches, each on TCP ports."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from nado_lab import sim_backend

BENCHES = {
    "nanoring": {"size": 2},
    "asvi": {"size": 2},
    "asvi sr830": {"size": 2, "lockin": "sr830"},
    "memristor meter": {"wiring": "meter"},
}
INSTRUMENTS = {
    "SR830": ("asvi sr830", "lockin"),
    "SR860": ("asvi", "lockin"),
    "33500": ("nanoring", "generator"),
    "6221": ("nanoring", "source"),
    "BOP": ("nanoring", "supply_x"),
    "425": ("nanoring", "gaussmeter_x"),
    "DMM6500": ("nanoring", "digitiser_0"),
    "8257D": ("asvi", "microwave"),
    "E5071C": ("asvi", "analyser"),
    "335": ("asvi", "thermometer"),
    "2600": ("memristor meter", "meter"),
}


class Served:
    """The benches on loopback."""

    def __init__(self, servers: dict[str, sim_backend.BenchServer]):
        self.servers = servers

    def address(self, instrument: str) -> str:
        """Return the VISA address of an instrument."""
        bench, role = INSTRUMENTS[instrument]
        return self.servers[bench].addresses()[role]

    def addresses(self) -> dict[str, str]:
        """Return instrument -> VISA address."""
        return {name: self.address(name) for name in INSTRUMENTS}

    def refused(self, instrument: str) -> dict[str, str]:
        """Return header -> why, of all that the instrument has refused."""
        bench, role = INSTRUMENTS[instrument]
        return self.servers[bench].bench.device(role).refused

    def complaints(self, instrument: str) -> Callable[[], list[str]]:
        """Return what empties an instrument's refusals and returns them: looked at from within."""
        bench, role = INSTRUMENTS[instrument]
        device = self.servers[bench].bench.device(role)

        def empty() -> list[str]:
            found = [f"{code} {text}" for code, text in device.error_queue]
            device.error_queue.clear()
            device.event_status &= ~(4 + 8 + 16 + 32)
            return found

        return empty


@contextmanager
def served() -> Iterator[Served]:
    """Serve the benches over loopback on the wall clock."""
    with ExitStack() as stack:
        servers = {}
        for name, options in BENCHES.items():
            kind = name.partition(" ")[0]
            bench = sim_backend.open_bench(kind, specimen=1, clock=sim_backend.WallClock(), **options)
            stack.callback(bench.close)
            for _, device in bench.roles.values():
                device.write(
                    b"*CLS"
                )  # what is compiled at the first message must not be waited for by a peer
            servers[name] = stack.enter_context(sim_backend.serve(bench))
        yield Served(servers)
