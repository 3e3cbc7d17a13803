"""A bench: one world, its instruments at their VISA addresses, the library that reaches them."""

from collections.abc import Callable, Mapping
from inspect import Parameter, signature
from typing import Any, cast

from nado_lab.sim_backend.clock import Clock, SimulatedClock
from nado_lab.sim_backend.conditions import Conditions, Drift
from nado_lab.sim_backend.daqmx import DaqChannels, SimulatedDaqmx
from nado_lab.sim_backend.daqmx.gate import DaqGate
from nado_lab.sim_backend.faults import Fault, FaultGate
from nado_lab.sim_backend.scpi import ScpiDevice
from nado_lab.sim_backend.visa import BenchVisaLibrary
from nado_lab.sim_backend.world import World
from pyvisa import rname

Devices = Mapping[str, tuple[str, ScpiDevice | DaqChannels]]
"""Role -> (address, instrument)."""
_LARGEST = 1e9
_BOUNDS = {
    "size": (1, 300),  # 90 000 rings: seconds to build
    "contacts": (1, 64),
    "devices": (1, 256),
    "readout_bits": (0, 32),
    "noise_seed": (0, 2**63),
    "run": (0, 2**31),
}
"""Lowest and largest value of options that cost time and memory, or that numpy cannot take."""
_TYPES = {int: "a whole number", float: "a number", str: "a word in quotation marks"}


class Bench:
    """What ``open_bench`` hands out."""

    def __init__(self, kind: str, clock: Clock, world: World[Any], devices: Devices):
        """Take ``devices`` as role -> (VISA address, instrument), or NI-DAQmx channels by their own names."""
        self.kind, self.clock, self.world = kind, clock, world
        self.roles = {
            name: (at, made) for name, (at, made) in devices.items() if isinstance(made, ScpiDevice)
        }
        self.channels = {name: made for name, (_, made) in devices.items() if isinstance(made, DaqChannels)}
        self._visa_gates = {role: FaultGate(device, clock) for role, (_, device) in self.roles.items()}
        daq_gates = {role: channels.gate for role, channels in self.channels.items()}
        self._gates: dict[str, FaultGate | DaqGate] = {**self._visa_gates, **daq_gates}
        self._by_address = {_canonical(address): role for role, (address, _) in self.roles.items()}
        self.visa_library = BenchVisaLibrary.for_bench(self)
        if self.channels:
            self.visa_library.daqmx = SimulatedDaqmx(clock, list(self.channels.values()))

    def device(self, role: str) -> ScpiDevice:
        """Return the simulated instrument of a role."""
        return self.roles[role][1]

    def faults_of(self, role: str) -> frozenset[str]:
        """Return what can be broken on purpose at a role, be it an instrument or channels of an NI card."""
        return self.channels[role].faults if role in self.channels else self.roles[role][1].faults

    def device_at(self, address: str) -> FaultGate | None:
        """Return what answers at a VISA address, None where nothing does."""
        role = self._by_address.get(_canonical(address))
        return None if role is None else self._visa_gates[role]

    def gate(self, role: str) -> FaultGate:
        """Return what stands before the instrument of a role that VISA reaches."""
        return self._visa_gates[role]

    def set_fault(self, fault: Fault | str) -> None:
        """Switch a fault on, ``"generator:timeout@20"``; the bench may be live."""
        chosen = Fault.parse(fault) if isinstance(fault, str) else fault
        if chosen.role not in self._gates:
            raise ValueError(f"no role {chosen.role!r}; this bench has {', '.join(self._gates)}")
        self._gates[chosen.role].set(chosen)

    def clear_faults(self) -> None:
        """Switch all faults off."""
        for gate in self._gates.values():
            gate.set(None)

    # -- knobs: the bench may be live, and a measurement may run -------------------------------

    @property
    def conditions(self) -> Conditions:
        """The temperature, the scale of the noise and the drift as they are now."""
        return self.world.conditions

    def set_temperature(self, kelvin: float) -> None:
        """Warm or cool the sample to ``kelvin`` K (1 to 800): thermal depinning, spread of switching."""
        self.world.set_temperature(kelvin)

    def set_noise(self, scale: float) -> None:
        """Multiply all readout noise by ``scale`` >= 0; 1 is the noise the bench was opened with."""
        self.world.set_noise(scale)

    def set_drift(
        self,
        *,
        gain_per_hour: float = 0.0,
        offset_v_per_hour: float = 0.0,
        field_gain_per_hour: float = 0.0,
    ) -> None:
        """Let readout gain, readout offset (V) and field per ampere drift from now on, per bench hour.

        Gains are relative (0.01 is 1 % an hour). Rates of zero keep what has drifted; see ``clear_drift``.
        """
        self.world.set_drift(Drift(gain_per_hour, offset_v_per_hour, field_gain_per_hour))

    def clear_drift(self) -> None:
        """Return to the calibrated gains and offsets."""
        self.world.clear_drift()

    # ------------------------------------------------------------------------------------------

    def addresses(self) -> list[str]:
        """Return all VISA addresses of the bench."""
        return list(self._by_address)

    def close(self) -> None:
        """Forget the sessions; later reads fail."""
        self.visa_library.forget()


def open_bench(kind: str, *, clock: Clock | None = None, specimen: int = 0, **options: object) -> Bench:
    """Open the bench of a ``kind`` ("nanoring"); the same specimen is the same device with the same noise."""
    from nado_lab.sim_backend.benches import BENCHES

    build = BENCHES.load(kind)
    _require_options(kind, build, options)
    chosen = SimulatedClock() if clock is None else clock
    world, devices = build(chosen, specimen, **options)
    return Bench(kind, chosen, world, devices)


def plain_options(kind: str) -> tuple[str, ...]:
    """Return the names of the options of a bench that stand in [simulation] of a setup's file."""
    from nado_lab.sim_backend.benches import BENCHES

    return tuple(_plain(BENCHES.load(kind)))


def _require_options(kind: str, build: Callable[..., object], options: dict[str, object]) -> None:
    """Raise ValueError where an option is not the bench's, of another type, or out of range."""
    plain = _plain(build)
    for name, value in options.items():
        if name not in plain and name not in _keywords(build):
            raise ValueError(f"no option {name!r} of a simulated {kind} bench; it has {', '.join(plain)}")
        wanted = plain.get(name)
        if wanted and type(value) not in (wanted, int if wanted is float else wanted):
            raise ValueError(f"{name} = {_short(value)}: expected {_TYPES[wanted]}")
        low, high = _BOUNDS.get(name, (-_LARGEST, _LARGEST))
        if wanted in (int, float) and not low <= cast("float", value) <= high:
            raise ValueError(f"{name} = {_short(value)}: expected {_TYPES[wanted]}, {low:g} to {high:g}")


def _keywords(build: Callable[..., object]) -> dict[str, Parameter]:
    return {
        name: each for name, each in signature(build).parameters.items() if each.kind is each.KEYWORD_ONLY
    }


def _plain(build: Callable[..., object]) -> dict[str, type]:
    """Return name -> type of the options that a file can state; objects are given by programs alone."""
    defaults = {name: each.default for name, each in _keywords(build).items()}
    plain = {name: type(default) for name, default in defaults.items() if type(default) in _TYPES}
    return plain | {name: int for name in ("noise_seed",) if name in defaults}


def _short(value: object) -> str:
    try:
        return f"{value!r:.40}"
    except ValueError:  # a whole number of thousands of digits
        return "a huge number"


def _canonical(address: str) -> str:
    return str(rname.parse_resource_name(address))
