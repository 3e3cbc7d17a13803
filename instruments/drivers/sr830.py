"""Stanford Research SR830 lock-in: PyMeasure's driver with strict values and one sample a trigger."""

from typing import Any, ClassVar

import numpy as np
from pymeasure.instruments import Instrument
from pymeasure.instruments.srs import SR830 as PyMeasureSR830

from ..errors import LimitError, ReplyError
from ..limits import within
from .lock_in import LockInDriver, one_of

_LEAST_SINE_V = 0.004
_BUFFER_POINTS = 16383
_ON_TRIGGER = 14


class SR830(LockInDriver, PyMeasureSR830):
    """Demodulate at the frequency of its own sine output; store one X a trigger.

    Its sine output cannot go below 4 mV, which is what ``shutdown`` leaves.
    """

    identity = r"Stanford_Research_Systems,SR830"
    units: ClassVar = {
        "frequency": "Hz",
        "phase": "deg",
        "harmonic": "",
        "sine_voltage": "V",
        "sensitivity": "V",
        "time_constant": "s",
        "filter_slope": "dB/octave",
        "reference_source": "",
    }

    frequency = Instrument.control(
        "FREQ?",
        "FREQ%0.5e",
        """Control the frequency in Hz (float).""",
        validator=within,
        values=(1e-3, 102e3),
    )
    phase = Instrument.control(
        "PHAS?", "PHAS%0.2f", """Control the phase in deg (float).""", validator=within, values=(-360, 729.99)
    )
    harmonic = Instrument.control(
        "HARM?", "HARM%d", """Control the harmonic (int to 19999).""", validator=within, values=(1, 19999)
    )
    sine_voltage = Instrument.control(
        "SLVL?",
        "SLVL%0.3f",
        """Control the sine output in V rms (float, strictly within the limits).""",
        validator=within,
        values=(_LEAST_SINE_V, 5.0),
        dynamic=True,
    )
    sensitivity = Instrument.control(
        "SENS?",
        "SENS%d",
        """Control the sensitivity in V (float, one of the instrument's).""",
        validator=one_of,
        values=PyMeasureSR830.SENSITIVITIES,
        map_values=True,
    )
    time_constant = Instrument.control(
        "OFLT?",
        "OFLT%d",
        """Control the time constant in s (float, one of the instrument's).""",
        validator=one_of,
        values=PyMeasureSR830.TIME_CONSTANTS,
        map_values=True,
    )

    def __init__(self, adapter: Any, *, max_volts: float = 5.0, **kwargs: Any):
        within(max_volts, (_LEAST_SINE_V, 5.0))
        super().__init__(adapter, read_termination="\n", write_termination="\n", **kwargs)
        self.sine_voltage_values = (_LEAST_SINE_V, max_volts)
        self._count = 0

    def prepare(
        self, frequency_hz: float, sine_v: float, time_constant_s: float, sensitivity_v: float
    ) -> None:
        """Set reference, modulation, filter and sensitivity; the sine output modulates from now on."""
        self.apply(reference_source="Internal", frequency=frequency_hz, harmonic=1)
        self.apply(time_constant=time_constant_s, sensitivity=sensitivity_v, sine_voltage=sine_v)

    def arm(self, count: int) -> None:
        """Store X once a trigger, ``count`` times."""
        if count > _BUFFER_POINTS:
            raise LimitError(f"{self.name}: {count} samples exceed the buffer of {_BUFFER_POINTS}")
        self._count = count
        with self.lock:
            for command in ("REST", "SEND0", f"SRAT{_ON_TRIGGER}", "STRT"):
                self.write(command)
            self.check_errors()

    def readings(self) -> np.ndarray:
        """Read the stored X (count,) in V; too few are an error."""
        with self.lock:
            stored = self._register("SPTS?")
            self.write("PAUS")
            if stored < self._count:
                raise ReplyError(f"{self.name}: expected {self._count} samples, {stored} were stored")
            reply = self.ask(f"TRCA?1,0,{self._count}")
        return self._checked(self._numbers(reply), self._count)

    def _numbers(self, reply: str) -> np.ndarray:
        try:
            return np.array([float(part) for part in reply.strip().rstrip(",").split(",")])
        except ValueError as error:
            raise ReplyError(f"{self.name}: the trace holds no numbers ({error})") from error

    def _make_safe(self) -> None:
        """Take the modulation to the least amplitude there is."""
        self.sine_voltage = _LEAST_SINE_V
        self.write("PAUS")
        self._require_off(self.recall("sine_voltage") > _LEAST_SINE_V, "the modulation")
