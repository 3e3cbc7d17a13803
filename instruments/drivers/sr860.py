"""Stanford Research SR860 lock-in: PyMeasure's driver with strict values and the capture buffer it lacks."""

from typing import ClassVar

import numpy as np
from nado_lab.instruments.drivers.lock_in import LockInDriver
from nado_lab.instruments.errors import LimitError, ReplyError
from nado_lab.instruments.limits import within
from pymeasure.instruments import Instrument
from pymeasure.instruments.srs import SR860 as PyMeasureSR860

_SAMPLE_BYTES, _KILOBYTE, _LARGEST_READ, _LARGEST_BUFFER = 4, 1024, 64, 4096


class SR860(LockInDriver, PyMeasureSR860):
    """A lock-in with a capture buffer."""

    identity = r"Stanford_Research_Systems,SR860"
    own_reference = "INT"
    stop_command = "CAPTURESTOP"
    units: ClassVar = LockInDriver.units | {
        "filter_slope": "",
        "capture_channels": "",
        "capture_kilobytes": "kB",
    }
    frequency_set_command = "FREQ %0.6e"
    frequency_values = (1e-3, 5e5)
    phase_set_command = "PHAS %0.7f"
    phase_values = (-360, 360)
    harmonic_set_command = "HARM %d"
    harmonic_values = (1, 99)
    sine_voltage_set_command = "SLVL %0.9e"
    sine_range, sine_steps_per_v = (0.0, 2.0), 1e9
    sensitivity_get_command, sensitivity_set_command = "SCAL?", "SCAL %d"
    sensitivity_values = PyMeasureSR860.SENSITIVITIES
    time_constant_set_command = "OFLT %d"
    time_constant_values = PyMeasureSR860.TIME_CONSTANTS

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
        values=(1, _LARGEST_BUFFER),
        cast=int,
    )

    def prepare(
        self, frequency_hz: float, sine_v: float, time_constant_s: float, sensitivity_v: float
    ) -> None:
        """Capture X; set reference, modulation, filter and sensitivity."""
        self.apply(capture_channels=0)
        super().prepare(frequency_hz, sine_v, time_constant_s, sensitivity_v)

    def arm(self, count: int) -> None:
        """Capture X once a trigger, ``count`` times."""
        kilobytes = 2 * -(-count * _SAMPLE_BYTES // (2 * _KILOBYTE))
        if not 0 < kilobytes <= _LARGEST_BUFFER:
            raise LimitError(f"{self.name}: {count} samples do not fit a buffer of {_LARGEST_BUFFER} kB")
        self._count = count
        with self.lock:
            self.write(self.stop_command)
            self.apply(capture_kilobytes=kilobytes)
            self.write("CAPTURESTART 0, 2")
            self.check_errors()

    def readings(self) -> np.ndarray:
        """Read the captured X (count,) in V; too few are an error."""
        with self.lock:
            stored = self._register("CAPTUREBYTES?") // _SAMPLE_BYTES
            self.write(self.stop_command)
            self._require_stored(stored)
            data = b"".join(self._blocks(self.read_back("capture_kilobytes")))
            return self._checked(np.frombuffer(data[: _SAMPLE_BYTES * self._count], dtype="<f4"))

    def _blocks(self, kilobytes: int) -> list[bytes]:
        starts = range(0, kilobytes, _LARGEST_READ)
        sizes = [min(_LARGEST_READ, kilobytes - start) for start in starts]
        blocks = [self.ask_block(f"CAPTUREGET? {a}, {n}") for a, n in zip(starts, sizes, strict=True)]
        if any(len(block) != n * _KILOBYTE for block, n in zip(blocks, sizes, strict=True)):
            raise ReplyError(f"{self.name}: a block of the capture buffer is shorter than asked for")
        return blocks
