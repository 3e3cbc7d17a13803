"""What a setup of memristors states beside the common part."""

from collections.abc import Mapping
from math import isclose
from typing import ClassVar, Literal, Self

from nado_lab.instruments.setups.config import ConfigPart, SetupConfig
from pydantic import Field, PositiveFloat, PositiveInt, model_validator


class PulseConfig(ConfigPart):
    """The pulses of a step, in whole samples of the output's clock (points of a source-meter's list).

    `max_burst_s` bounds how many trials one burst joins; a longer trial is a burst of its own.
    """

    rate_hz: PositiveFloat
    write_s: PositiveFloat
    wait_s: PositiveFloat
    read_s: PositiveFloat
    read_v: float
    max_burst_s: PositiveFloat = 20.0
    poll_s: PositiveFloat = 0.5

    @model_validator(mode="after")
    def _whole_samples(self) -> Self:
        for name in ("write_s", "wait_s", "read_s"):
            samples = getattr(self, name) * self.rate_hz
            if round(samples) < 1 or not isclose(samples, round(samples), rel_tol=1e-6):
                raise ValueError(
                    f"{name} {getattr(self, name):g} s is {samples:g} samples of {1 / self.rate_hz:g} s; "
                    "write a whole number of them"
                )
        return self


class RestConfig(ConfigPart):
    """What begins every trial: a rest at 0 V of so many time constants of the devices."""

    tau_s: PositiveFloat
    times: PositiveFloat = 8.0

    @property
    def seconds(self) -> float:
        """How long the rest is."""
        return self.tau_s * self.times


class CurrentReadoutConfig(ConfigPart):
    """The transimpedance amplifiers on the inputs, and their range; a source-meter needs none."""

    volts_per_ampere: PositiveFloat = 2e4
    range_v: PositiveFloat = 5.0
    least_amperes: PositiveFloat = 2e-8
    """A device that conducts less than this in a read pulse counts as not connected."""


class MemristorLimitsConfig(ConfigPart):
    """What a device bears: more current than `max_amperes` breaks it."""

    max_volts: PositiveFloat
    max_amperes: PositiveFloat


class MemristorConfig(SetupConfig, frozen=True, extra="forbid"):
    """Voltage pulses on volatile memristors and the currents that answer.

    Roles: `output` and `input` (several devices side by side), or `meter` (a source-meter, one device).
    """

    required_limits: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "output": ("max_volts",),
        "meter": ("max_volts", "max_amperes"),
    }
    taken_down: ClassVar[tuple[tuple[str, ...], ...]] = (("output", "meter"),)
    safe_state: ClassVar[str] = "outputs at 0 V, off"

    kind: Literal["memristor"]
    devices: tuple[str, ...] = ()
    """Names of the devices side by side, in the order of the channels; none: one device."""
    pulse: PulseConfig
    reset: RestConfig
    readout: CurrentReadoutConfig = Field(default_factory=CurrentReadoutConfig)
    limits: MemristorLimitsConfig
    burst_trials: PositiveInt = 1000
    """Most trials that one burst joins."""

    @property
    def not_stepwise(self) -> str:
        """Nothing: pulses can be sent one by one, with the devices at 0 V between them."""
        return ""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if len(self.ports) != 1 or self.ports[0].unit != "V":
            told = ", ".join(map(str, self.ports))
            raise ValueError(f"this kind of setup has one port, a voltage in V; got {told}")
        if len(set(self.devices)) < len(self.devices):
            raise ValueError(f"devices need names of their own; got {', '.join(self.devices)}")
        if "meter" in self.roles and len(self.devices) > 1:
            raise ValueError("a source-meter drives one device; name no devices, or use outputs and inputs")
        most = self.readout.range_v / self.readout.volts_per_ampere
        if "input" in self.roles and self.limits.max_amperes > most:
            raise ValueError(
                f"limits.max_amperes {self.limits.max_amperes:g} A lies beyond what the inputs can see "
                f"({most:g} A): lower it, or readout.volts_per_ampere"
            )
        return self
