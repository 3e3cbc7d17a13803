"""What the Stanford lock-ins share as drivers: settings, modulation, status registers, checked samples.

A driver of the family overrides what its instrument spells or limits otherwise, by PyMeasure's names
(``frequency_set_command``, ``frequency_values``), and brings its own sample buffer.
"""

import math
from typing import Any, ClassVar

import numpy as np
from nado_lab.instruments.drivers.event_status import EventStatusDriver
from nado_lab.instruments.drivers.reading import checked
from nado_lab.instruments.errors import LimitError, OverloadError, ReplyError
from nado_lab.instruments.limits import within
from pymeasure.adapters import Adapter
from pymeasure.instruments import Instrument

_AMONG = "expected one of {} but got {:g}; nothing was sent"


def one_of(value: float, values: Any) -> float:
    """Return the listed value that ``value`` is, to 0.1 %; a PyMeasure validator that never rounds up."""
    for allowed in values:
        if abs(value - allowed) <= 1e-3 * abs(allowed):
            return allowed
    raise LimitError(_AMONG.format(", ".join(f"{v:g}" for v in values), value))


class LockInDriver(EventStatusDriver):
    """Demodulate at the frequency of the sine output, which modulates; store one X a trigger."""

    units: ClassVar = {
        "frequency": "Hz",
        "phase": "deg",
        "harmonic": "",
        "sine_voltage": "V",
        "sensitivity": "V",
        "time_constant": "s",
        "filter_slope": "dB/octave",
        "reference_source": "",
        "input_config": "",
        "input_coupling": "",
        "filter_synchronous": "",
    }
    own_settings: ClassVar[dict[str, Any]] = {}
    """What is set before every use, so that nothing of it is what the last user left."""
    overload_bits: ClassVar[int]
    """Bits of ``LIAS?`` that say that what is read is not what is there."""
    sine_range: ClassVar[tuple[float, float]]
    """Least and largest amplitude of the sine output in V."""
    sine_steps_per_v: ClassVar[float]
    """What is sent is rounded to a step: a limit counts as the step below it."""
    own_reference: ClassVar[str]
    """What ``reference_source`` calls the sine output's own frequency."""
    stop_command: ClassVar[str]
    """What ends the storing of samples."""

    frequency = Instrument.control(
        "FREQ?",
        "FREQ%0.5e",
        """Control the frequency in Hz (float).""",
        validator=within,
        values=(1e-3, 102e3),
        dynamic=True,
    )
    phase = Instrument.control(
        "PHAS?",
        "PHAS%0.2f",
        """Control the phase in deg (float).""",
        validator=within,
        values=(-360, 729.99),
        dynamic=True,
    )
    harmonic = Instrument.control(
        "HARM?",
        "HARM%d",
        """Control the harmonic (int).""",
        validator=within,
        values=(1, 19999),
        dynamic=True,
    )
    sine_voltage = Instrument.control(
        "SLVL?",
        "SLVL%0.3f",
        """Control the sine output in V rms (float, strictly within the limits).""",
        validator=within,
        values=(0.0, 0.0),
        dynamic=True,
    )
    sensitivity = Instrument.control(
        "SENS?",
        "SENS%d",
        """Control the sensitivity in V (float, one of the instrument's).""",
        validator=one_of,
        values=(),
        map_values=True,
        dynamic=True,
    )
    time_constant = Instrument.control(
        "OFLT?",
        "OFLT%d",
        """Control the time constant in s (float, one of the instrument's).""",
        validator=one_of,
        values=(),
        map_values=True,
        dynamic=True,
    )

    def __init__(self, adapter: Adapter | str, *, max_volts: float | None = None, **kwargs: Any):
        least, most = self.sine_range
        limit = within(most if max_volts is None else max_volts, (least, most))
        super().__init__(adapter, read_termination="\n", write_termination="\n", **kwargs)
        steps = math.floor(limit * self.sine_steps_per_v * (1 + 1e-12))
        self.sine_voltage_values = (least, steps / self.sine_steps_per_v)
        self._least_sine_v, self._count = least, 0

    def prepare(
        self, frequency_hz: float, sine_v: float, time_constant_s: float, sensitivity_v: float
    ) -> None:
        """Set reference, modulation, filter and sensitivity; the sine output modulates from now on."""
        self.apply(**self.own_settings)
        self._forget_scaling()
        self.apply(reference_source=self.own_reference, frequency=frequency_hz, harmonic=1)
        self.apply(time_constant=time_constant_s, sensitivity=sensitivity_v, sine_voltage=sine_v)

    def _forget_scaling(self) -> None:
        """Show and store X as it is: no offset, no expansion, no ratio of the last user."""
        raise NotImplementedError

    def _forget_overloads(self) -> None:
        """Clear the status register, which latches: what settled before the samples is not theirs."""
        self._register("LIAS?")

    def require_no_overload(self) -> None:
        """Raise OverloadError where input, filter or output was overloaded since the samples began."""
        status = self._register("LIAS?")
        if status & self.overload_bits:
            raise OverloadError(f"{self.name}: overload (status {status}); take a larger sensitivity")

    def _checked(self, volts: np.ndarray) -> np.ndarray:
        """Return the samples that were asked for, in V, if all of them are there and are numbers."""
        count = self._count
        if len(volts) < count or not np.all(np.isfinite(volts[:count])):
            raise ReplyError(f"{self.name}: expected {count} samples, got {len(volts)} or some that are none")
        self.require_no_overload()
        return checked(self.name, volts[:count].astype(float), "the signal")

    def _require_stored(self, stored: int) -> None:
        if stored < self._count:
            raise ReplyError(f"{self.name}: expected {self._count} samples, {stored} were stored")

    def _make_safe(self) -> None:
        """Take the modulation to the least amplitude there is, and stop storing."""
        self.sine_voltage = self._least_sine_v
        self.write(self.stop_command)
        self._require_off(self.read_back("sine_voltage") > self._least_sine_v, "the modulation")
