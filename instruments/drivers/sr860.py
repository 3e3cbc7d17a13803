"""Stanford Research SR860 lock-in: PyMeasure's driver with strict values and the capture buffer it lacks."""

from typing import ClassVar

import numpy as np
from nado_lab.instruments.drivers.lock_in import LockInDriver
from nado_lab.instruments.errors import LimitError, ReplyError
from nado_lab.instruments.limits import within
from pymeasure.instruments import Instrument
from pymeasure.instruments.srs import SR860 as PyMeasureSR860

_INPUT_RANGES = {0.01: "10M", 0.03: "30M", 0.1: "100M", 0.3: "300M", 1.0: "1V"}
"""Largest input in V and PyMeasure's word for it (IRNG: 0 is 1 V, 4 is 10 mV)."""
_HEADROOM = 10
_SAMPLE_BYTES, _KILOBYTE, _LARGEST_READ, _LARGEST_BUFFER = 4, 1024, 64, 4096


class SR860(LockInDriver, PyMeasureSR860):
    """A lock-in with a capture buffer."""

    identity = r"Stanford_Research_Systems,SR860"
    own_reference = "INT"
    stop_command = "CAPTURESTOP"
    overload_bits = 1 + 2 + 16 + 256
    """Output scale of channels 1 and 2, input range, data channel 1 (SRS: srsinst.sr860, LiaStatusBitDict).

    Bit 2 means nothing, where it is the output of an SR830. Data channels 2 to 4 need not show X.
    """
    own_settings: ClassVar = {
        "input_signal": "VOLT",
        "input_config": "A",
        "input_coupling": "AC",
        "sine_offset": 0.0,
        "filter_slope": 0,
        "filter_synchronous": "Off",
        "parameter_DAT1": 0,
    }
    units: ClassVar = LockInDriver.units | {
        "input_signal": "",
        "input_range": "",
        "sine_offset": "V",
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

    sine_offset = Instrument.control(
        "SOFF?",
        "SOFF %0.4e",
        """Control the direct voltage of the sine output in V (float from -5 to 5).""",
        validator=within,
        values=(-5, 5),
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
        values=(1, _LARGEST_BUFFER),
        cast=int,
    )

    def prepare(
        self, frequency_hz: float, sine_v: float, time_constant_s: float, sensitivity_v: float
    ) -> None:
        """Capture X; set reference, modulation, filter and sensitivity."""
        holding = [word for largest, word in _INPUT_RANGES.items() if largest >= _HEADROOM * sensitivity_v]
        self.apply(capture_channels=0, input_range=holding[0] if holding else "1V")
        super().prepare(frequency_hz, sine_v, time_constant_s, sensitivity_v)

    def _forget_scaling(self) -> None:
        """Show X and Y on the outputs without offset, expansion and ratio (srsinst.sr860, Output)."""
        with self.lock:
            for command in ("COUT 0, 0", "COUT 1, 0"):
                self.write(command)
            for output in range(3):
                for command in ("COFA", "CEXP", "CRAT"):
                    self.write(f"{command} {output}, 0")
            self.check_errors()

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
            self._forget_overloads()

    def readings(self) -> np.ndarray:
        """Read the captured X (count,) in V; too few are an error."""
        with self.lock:
            stored = self._register("CAPTUREBYTES?") // _SAMPLE_BYTES
            self.write(self.stop_command)
            self._require_stored(stored)
            data = b"".join(self._blocks(self.read_back("capture_kilobytes")))
            return self._checked(np.frombuffer(data[: _SAMPLE_BYTES * self._count], dtype="<f4"))

    def _blocks(self, kilobytes: int) -> list[bytes]:
        """Read the buffer; nothing follows a block (QCoDeS, SR86x.py: expect_termination=False)."""
        starts = range(0, kilobytes, _LARGEST_READ)
        sizes = [min(_LARGEST_READ, kilobytes - start) for start in starts]
        blocks = [
            self.ask_block(f"CAPTUREGET? {a}, {n}", end=b"") for a, n in zip(starts, sizes, strict=True)
        ]
        if any(len(block) != n * _KILOBYTE for block, n in zip(blocks, sizes, strict=True)):
            raise ReplyError(f"{self.name}: a block of the capture buffer is shorter than asked for")
        return blocks
