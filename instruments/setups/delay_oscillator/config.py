"""What a delay-oscillator setup states beside the common part."""

from collections.abc import Mapping
from math import pi
from typing import ClassVar, Literal, Self

from nado_lab.instruments.setups.config import ConfigPart, SetupConfig
from pydantic import Field, PositiveFloat, model_validator

DRIVING = ("generator", "output")


class TimingConfig(ConfigPart):
    """The clockwork: samples a second of input and readout, and how many of them a step lasts.

    `max_burst_s` bounds how many trials one burst joins; a longer trial is a burst of its own.
    `transfer_bytes_per_s` is what uploads and read-backs reach, for estimates; left out: they count nothing.
    """

    sample_hz: PositiveFloat
    samples_per_step: int = Field(ge=1, le=65536)
    max_burst_s: PositiveFloat = 30.0
    poll_s: PositiveFloat = 0.5
    transfer_bytes_per_s: PositiveFloat | None = None


class LoopConfig(ConfigPart):
    """The delay of the loop in s."""

    delay_s: PositiveFloat


class ResetConfig(ConfigPart):
    """How many delays the input rests before a trial, so that the loop forgets the one before."""

    delays: int = Field(ge=1, le=100_000)


class MaskConfig(ConfigPart):
    """What the input of a step is multiplied by, sample by sample: drawn once from a seed, a mask a port.

    binary: -1 or 1; uniform: -1 to 1; none: 1 throughout.
    """

    seed: int = Field(default=0, ge=0)
    values: Literal["binary", "uniform", "none"] = "binary"


class ReadoutConfig(ConfigPart):
    """The range of the photodiodes' voltage."""

    range_v: PositiveFloat


class LaserConfig(ConfigPart):
    """What a laser of the setup's (role `laser`) is set to."""

    wavelength_m: PositiveFloat
    watts: PositiveFloat


class BiasConfig(ConfigPart):
    """The bias point of a modulator, as a bias scan measures it (`nado measure bias_scan`).

    The transmission is cos^2(phase_rad + pi V / (2 half_wave_v)); the bias is set so that this phase is
    `target_rad`.
    """

    half_wave_v: PositiveFloat
    phase_rad: float
    target_rad: float = pi / 4
    half_wave_error_v: float = Field(default=0.0, ge=0)
    phase_error_rad: float = Field(default=0.0, ge=0)

    @property
    def volts(self) -> float:
        """Return the bias nearest 0 V that makes the target (the transmission has the period pi)."""
        turn = (self.target_rad - self.phase_rad + pi / 2) % pi - pi / 2
        return 2 * self.half_wave_v * turn / pi


class LimitsConfig(ConfigPart):
    """What the modulators bear: volts at the signal and at the bias electrode, mean square of the signal.

    `max_duty` is the largest mean square of a trial's input, relative to `max_volts` squared.
    """

    max_volts: PositiveFloat
    max_bias_v: PositiveFloat
    max_duty: PositiveFloat = Field(default=1.0, le=1.0)


class DelayOscillatorConfig(SetupConfig, frozen=True, extra="forbid"):
    """Modulators in delay loops, driven by voltages, read by photodiodes; a port and a bias a node."""

    required_limits: ClassVar[Mapping[str, tuple[str, ...]]] = dict.fromkeys(DRIVING, ("max_volts",))
    taken_down: ClassVar[tuple[tuple[str, ...], ...]] = (DRIVING, ("laser",))
    safe_state: ClassVar[str] = "modulators at 0 V, sources off"

    kind: Literal["delay-oscillator"]
    timing: TimingConfig
    loop: LoopConfig
    reset: ResetConfig
    mask: MaskConfig = MaskConfig()
    readout: ReadoutConfig
    bias: tuple[BiasConfig, ...] = Field(min_length=1)
    limits: LimitsConfig
    laser: LaserConfig | None = None

    @property
    def not_stepwise(self) -> str:
        """Say that the light goes on circulating while a step is awaited, and forgets."""
        step_ms, rest_ms = 1e3 * self.loop.delay_s, 1e3 * self.reset.delays * self.loop.delay_s
        return (
            f"a step is one delay ({step_ms:.3g} ms), and the light circulates on while the next one is "
            f"computed and uploaded; after {rest_ms:.3g} ms nothing of the steps before is left in the loop"
        )

    @model_validator(mode="after")
    def _a_bias_a_port(self) -> Self:
        if len(self.bias) != len(self.ports):
            raise ValueError(f"{len(self.ports)} ports need as many [[bias]]; there are {len(self.bias)}")
        if "laser" in self.roles and self.laser is None:
            raise ValueError("a role 'laser' needs a table [laser] with wavelength_m and watts")
        units = {port.unit for port in self.ports}
        if units != {"V"}:
            raise ValueError(f"the ports are voltages at the modulators: unit V, not {', '.join(units)}")
        return self

    def with_bias(self, node: int, values: Mapping[str, float]) -> Self:
        """Return the same setup with a measured bias point of a node."""
        changed = self.bias[node].model_copy(update=dict(values))
        return self.model_copy(update={"bias": (*self.bias[:node], changed, *self.bias[node + 1 :])})
