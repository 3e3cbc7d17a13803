"""Stanford Research SR830 lock-in: PyMeasure's driver with strict values and one sample a trigger."""

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
    sine_range, sine_steps_per_v = (0.004, 5.0), 1e3
    sensitivity_values = PyMeasureSR830.SENSITIVITIES
    time_constant_values = PyMeasureSR830.TIME_CONSTANTS

    def arm(self, count: int) -> None:
        """Store X once a trigger, ``count`` times."""
        if not 0 < count <= _BUFFER_POINTS:
            raise LimitError(f"{self.name}: {count} samples do not fit a buffer of {_BUFFER_POINTS}")
        self._count = count
        with self.lock:
            for command in ("REST", "SEND0", f"SRAT{_ON_TRIGGER}", "STRT"):
                self.write(command)
            self.check_errors()

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
