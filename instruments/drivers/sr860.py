"""Stanford Research SR860 lock-in: PyMeasure's driver with strict values and the capture buffer it lacks."""

from typing import Any, ClassVar

import numpy as np
from pymeasure.instruments import Instrument
from pymeasure.instruments.srs import SR860 as PyMeasureSR860

from ..errors import ReplyError
from ..limits import within
from .lock_in import LockInDriver, one_of

_SAMPLE_BYTES, _KILOBYTE, _LARGEST_READ = 4, 1024, 64


class SR860(LockInDriver, PyMeasureSR860):
    """Demodulate at the frequency of its own sine output; capture one X a trigger."""

    identity = r"Stanford_Research_Systems,SR860"
    units: ClassVar = {
        "frequency": "Hz",
        "phase": "deg",
        "harmonic": "",
        "sine_voltage": "V",
        "sensitivity": "V",
        "time_constant": "s",
        "filter_slope": "",
        "capture_channels": "",
        "capture_kilobytes": "kB",
    }

    frequency = Instrument.control(
        "FREQ?",
        "FREQ %0.6e",
        """Control the frequency in Hz (float).""",
        validator=within,
        values=(1e-3, 5e5),
    )
    phase = Instrument.control(
        "PHAS?", "PHAS %0.7f", """Control the phase in deg (float).""", validator=within, values=(-360, 360)
    )
    harmonic = Instrument.control(
        "HARM?", "HARM %d", """Control the harmonic (int from 1 to 99).""", validator=within, values=(1, 99)
    )
    sine_voltage = Instrument.control(
        "SLVL?",
        "SLVL %0.9e",
        """Control the sine output in V rms (float, strictly within the limits).""",
        validator=within,
        values=(0, 2),
        dynamic=True,
    )
    sensitivity = Instrument.control(
        "SCAL?",
        "SCAL %d",
        """Control the sensitivity in V (float, one of the instrument's).""",
        validator=one_of,
        values=PyMeasureSR860.SENSITIVITIES,
        map_values=True,
    )
    time_constant = Instrument.control(
        "OFLT?",
        "OFLT %d",
        """Control the time constant in s (float, one of the instrument's).""",
        validator=one_of,
        values=PyMeasureSR860.TIME_CONSTANTS,
        map_values=True,
    )
    capture_channels = Instrument.control(
        "CAPTURECFG?",
        "CAPTURECFG %d",
        """Control what is captured (int: 0 X, 1 XY, 2 R theta, 3 all).""",
        validator=within,
        values=(0, 3),
        cast=int,
    )
    capture_kilobytes = Instrument.control(
        "CAPTURELEN?",
        "CAPTURELEN %d",
        """Control the size of the capture buffer in kB (int from 1 to 4096).""",
        validator=within,
        values=(1, 4096),
        cast=int,
    )

    def __init__(self, adapter: Any, *, max_volts: float = 2.0, **kwargs: Any):
        within(max_volts, (0, 2))
        super().__init__(adapter, read_termination="\n", write_termination="\n", **kwargs)
        self.sine_voltage_values = (0, max_volts)
        self._count = 0

    def prepare(
        self, frequency_hz: float, sine_v: float, time_constant_s: float, sensitivity_v: float
    ) -> None:
        """Set reference, modulation, filter and sensitivity; the sine output modulates from now on."""
        self.apply(frequency=frequency_hz, harmonic=1, time_constant=time_constant_s)
        self.apply(sensitivity=sensitivity_v, capture_channels=0, sine_voltage=sine_v)

    def arm(self, count: int) -> None:
        """Capture X once a trigger, ``count`` times."""
        self._count = count
        kilobytes = 2 * -(-count * _SAMPLE_BYTES // (2 * _KILOBYTE))
        with self.lock:
            self.write("CAPTURESTOP")
            self.apply(capture_kilobytes=kilobytes)
            self.write("CAPTURESTART 0, 2")
            self.check_errors()

    def readings(self) -> np.ndarray:
        """Read the captured X (count,) in V; too few are an error."""
        with self.lock:
            captured = self._register("CAPTUREBYTES?") // _SAMPLE_BYTES
            self.write("CAPTURESTOP")
            if captured < self._count:
                raise ReplyError(f"{self.name}: expected {self._count} samples, {captured} were captured")
            data = b"".join(self._blocks(self.recall("capture_kilobytes")))
        return self._checked(np.frombuffer(data[: 4 * self._count], dtype="<f4"), self._count)

    def _blocks(self, kilobytes: int) -> list[bytes]:
        starts = range(0, kilobytes, _LARGEST_READ)
        sizes = [min(_LARGEST_READ, kilobytes - start) for start in starts]
        blocks = [self.ask_block(f"CAPTUREGET? {a}, {n}") for a, n in zip(starts, sizes, strict=True)]
        if any(len(block) != n * _KILOBYTE for block, n in zip(blocks, sizes, strict=True)):
            raise ReplyError(f"{self.name}: a block of the capture buffer is shorter than asked for")
        return blocks

    def _make_safe(self) -> None:
        """Stop the modulation."""
        self.sine_voltage = 0.0
        self.write("CAPTURESTOP")
        self._require_off(self.recall("sine_voltage"), "the modulation")
