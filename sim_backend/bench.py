"""A bench: one world, its instruments at their VISA addresses, the library that reaches them."""

from typing import Any

from pyvisa import rname

from .clock import SimulatedClock
from .visa import BenchVisaLibrary


class Bench:
    """What ``open_bench`` hands out."""

    def __init__(self, kind: str, clock: Any, world: Any, devices: dict[str, tuple[str, Any]]):
        """Take ``devices`` as role -> (VISA address, instrument)."""
        self.kind, self.clock, self.world = kind, clock, world
        self.roles = devices
        self._by_address = {_canonical(address): device for address, device in devices.values()}
        self.visa_library = BenchVisaLibrary.for_bench(self)

    def device(self, role: str) -> Any:
        """Return the simulated instrument of a role."""
        return self.roles[role][1]

    def device_at(self, address: str) -> Any | None:
        """Return the instrument at a VISA address, None where there is none."""
        return self._by_address.get(_canonical(address))

    def addresses(self) -> list[str]:
        """Return all VISA addresses of the bench."""
        return list(self._by_address)

    def close(self) -> None:
        """Forget the sessions; later reads fail."""
        self.visa_library.forget()


def open_bench(kind: str, *, clock: Any = None, seed: int = 0, **options: Any) -> Bench:
    """Open the bench of a ``kind`` ("nanoring"); the same seed gives the same device and noise."""
    from .benches import BENCHES

    if kind not in BENCHES:
        raise ValueError(f"no bench {kind!r}; there are {', '.join(sorted(BENCHES))}")
    chosen = SimulatedClock() if clock is None else clock
    world, devices = BENCHES[kind](chosen, seed, **options)
    return Bench(kind, chosen, world, devices)


def _canonical(address: str) -> str:
    return str(rname.parse_resource_name(address))
