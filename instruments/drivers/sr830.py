"""Stanford Research SR830 lock-in: PyMeasure's driver with strict values and one sample a trigger."""

from typing import ClassVar

import numpy as np
from nado_lab.instruments.drivers.lock_in import LockInDriver
from nado_lab.instruments.errors import LimitError, ReplyError
from pymeasure.instruments.srs import SR830 as PyMeasureSR830

_BUFFER_POINTS = 16383
_ON_TRIGGER = 14


class SR830(LockInDriver, PyMeasureSR830):
    """A lock-in whose sine output cannot go below 4 mV, which is what ``shutdown`` leaves."""

    identity = r"Stanford_Research_Systems,SR830"
    own_reference = "Internal"
    stop_command = "PAUS"
    overload_bits = 1 + 2 + 4
    """Input or reserve, time-constant filter, output (SR830 manual, 5-23; PyMeasure's LIAStatus)."""
    units: ClassVar = LockInDriver.units | {"input_grounding": "", "input_notch_config": ""}
    own_settings: ClassVar = {
        "input_config": "A",
        "input_coupling": "AC",
        "input_notch_config": "None",
        "filter_slope": 6,
        "filter_synchronous": False,
    }
    sine_range, sine_steps_per_v = (0.004, 5.0), 1e3
    sensitivity_values = PyMeasureSR830.SENSITIVITIES
    time_constant_values = PyMeasureSR830.TIME_CONSTANTS

    def identify(self) -> str:
        """Return the identity; it answers on one interface only, GPIB or RS-232 (manual, 5-19)."""
        if self.connected_by("GPIB") or self.connected_by("ASRL"):
            self.write(f"OUTX{int(self.connected_by('GPIB'))}")
        return super().identify()

    def _forget_scaling(self) -> None:
        """Show X and Y without ratio, offset, expansion (manual, 5-8, 5-9); normal reserve."""
        with self.lock:
            for command in (
                "DDEF1,0,0",
                "DDEF2,0,0",
                "OEXP1,0,0",
                "OEXP2,0,0",
                "OEXP3,0,0",
                "RMOD1",
                "TSTR0",
            ):
                self.write(command)
            self.check_errors()

    def arm(self, count: int) -> None:
        """Store X once a trigger, ``count`` times."""
        if not 0 < count <= _BUFFER_POINTS:
            raise LimitError(f"{self.name}: {count} samples do not fit a buffer of {_BUFFER_POINTS}")
        self._count = count
        with self.lock:
            for command in ("REST", "SEND0", f"SRAT{_ON_TRIGGER}", "STRT"):
                self.write(command)
            self.check_errors()
            self._forget_overloads()

    def readings(self) -> np.ndarray:
        """Read the stored X (count,) in V; too few are an error."""
        with self.lock:
            stored = self._register("SPTS?")
            self.write(self.stop_command)
            self._require_stored(stored)
            return self._checked(self._numbers(self.ask(f"TRCA?1,0,{self._count}")))

    def _numbers(self, reply: str) -> np.ndarray:
        try:
            return np.array([float(part) for part in reply.strip().rstrip(",").split(",")])
        except ValueError as error:
            raise ReplyError(f"{self.name}: the trace holds no numbers ({error})") from error
