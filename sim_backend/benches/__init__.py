"""The benches by kind, a folder each, or a plug-in's; each builds a world and its instruments.

Their addresses reach nothing real, should a preset ever be opened with another library: no laboratory has a
GPIB board 99, no name ends in ".invalid" (RFC 2606), no serial number is SIMULATED.
"""

from collections.abc import Callable, Mapping

from nado_lab.plugins import Registry
from nado_lab.sim_backend.daqmx import DaqChannels
from nado_lab.sim_backend.scpi import ScpiDevice
from nado_lab.sim_backend.world import World

Build = Callable[..., tuple[World, Mapping[str, tuple[str, ScpiDevice | DaqChannels]]]]
"""Build world and instruments from a clock, a specimen and options by name.

Instruments are role -> (address, instrument), NI-DAQmx channels among them as `DaqChannels`.
"""


class BenchError(ValueError):
    """Say that there is no such simulated bench, or that it is broken."""

    for_people = True


def _complaint(_: str, found: object) -> str:
    return "" if callable(found) else f"expected a function that builds a bench, got {found!r}"


BENCHES = Registry[Build](
    "benches",
    "simulated bench",
    {
        "asvi": "nado_lab.sim_backend.benches.spin_vortex_ice:build",
        "delay_oscillator": "nado_lab.sim_backend.benches.delay_oscillator:build",
        "memristor": "nado_lab.sim_backend.benches.memristor_array:build",
        "nanoring": "nado_lab.sim_backend.benches.nanoring:build",
    },
    complaint=_complaint,
    error=BenchError,
)

__all__ = ["BENCHES", "BenchError", "Build"]
