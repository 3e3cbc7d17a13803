"""Keysight E5071C (ENA) network analyser: one complex trace of S21 over a frequency grid.

Written on PyMeasure's Instrument, whose E5062A driver queries the front panel's state while it opens.
"""

from typing import Any, ClassVar

import numpy as np
from nado_lab.instruments.drivers.operation import OperationDriver
from nado_lab.instruments.drivers.reading import checked
from nado_lab.instruments.errors import InstrumentTimeout, LimitError, ReplyError
from nado_lab.instruments.limits import one_word, within
from pymeasure.adapters import Adapter
from pymeasure.instruments import Instrument

_HERTZ = (9e3, 20e9)
_GRACE_S, _POLL_S = 5.0, 0.5
_OFF = ("averaging_enabled", "smoothing_enabled", "power_slope_enabled")
"""What the last user may have left on; each is set by itself, as ``*RST`` would switch the stimulus on."""
_LEAST_DBM, _MOST_DBM = -85.0, 10.0


def _switch(header: str, what: str) -> Any:
    """Declare a quantity that is on or off."""
    described = f"Control {what} (bool)."
    return Instrument.control(
        f"{header}?", f"{header} %d", described, map_values=True, values={True: 1, False: 0}
    )


class KeysightE5071C(OperationDriver):
    """Sweep once on a bus trigger and read the corrected complex data."""

    identity = r"(Agilent|Keysight) Technologies, *E50(61|63|71|80)\w"
    units: ClassVar = {
        "start_frequency": "Hz",
        "stop_frequency": "Hz",
        "points": "",
        "power": "dBm",
        "bandwidth": "Hz",
        "sweep_time": "s",
        "parameter": "",
        "output_enabled": "",
        **dict.fromkeys(_OFF, ""),
        "sweep_type": "",
        "sweep_time_automatic": "",
    }

    start_frequency = Instrument.control(
        ":SENS1:FREQ:STAR?",
        ":SENS1:FREQ:STAR %.9e",
        """Control the first frequency in Hz (float).""",
        validator=within,
        values=_HERTZ,
    )
    stop_frequency = Instrument.control(
        ":SENS1:FREQ:STOP?",
        ":SENS1:FREQ:STOP %.9e",
        """Control the last frequency in Hz (float).""",
        validator=within,
        values=_HERTZ,
    )
    points = Instrument.control(
        ":SENS1:SWE:POIN?",
        ":SENS1:SWE:POIN %d",
        """Control the number of frequencies (int from 2 to 20001).""",
        validator=within,
        values=(2, 20001),
        cast=int,
    )
    bandwidth = Instrument.control(
        ":SENS1:BAND?",
        ":SENS1:BAND %g",
        """Control the receiver's bandwidth in Hz (float from 10 to 500000).""",
        validator=within,
        values=(10, 500e3),
    )
    power = Instrument.control(
        ":SOUR1:POW?",
        ":SOUR1:POW %.3f",
        """Control the power in dBm (float, strictly within the limits).""",
        validator=within,
        values=(_LEAST_DBM, _MOST_DBM),
        dynamic=True,
    )
    parameter = Instrument.control(
        ":CALC1:PAR1:DEF?",
        ":CALC1:PAR1:DEF %s",
        """Control what the trace shows (str, S11 to S22).""",
        validator=one_word,
        values=("S11", "S12", "S21", "S22"),
    )
    sweep_type = Instrument.control(
        ":SENS1:SWE:TYPE?",
        ":SENS1:SWE:TYPE %s",
        """Control the grid of the sweep (str, LIN, LOG, SEGM or POW).""",
        validator=one_word,
        values=("LIN", "LOG", "SEGM", "POW"),
    )
    averaging_enabled = _switch(":SENS1:AVER", "whether sweeps are averaged")
    smoothing_enabled = _switch(":CALC1:SMO", "whether the trace is smoothed")
    power_slope_enabled = _switch(":SOUR1:POW:SLOP:STAT", "whether the power rises with the frequency")
    sweep_time_automatic = _switch(":SENS1:SWE:TIME:AUTO", "whether a sweep is as fast as it can be")
    output_enabled = Instrument.control(
        ":OUTP?",
        ":OUTP %d",
        """Control the stimulus (bool).""",
        map_values=True,
        values={True: 1, False: 0},
    )
    trigger_source = Instrument.control(
        ":TRIG:SOUR?",
        ":TRIG:SOUR %s",
        """Control the trigger source (str, INT, EXT, MAN or BUS).""",
        validator=one_word,
        values=("INT", "EXT", "MAN", "BUS"),
    )
    data_format = Instrument.control(
        ":FORM:DATA?",
        ":FORM:DATA %s",
        """Control the format of blocks (str, ASC, REAL or REAL32).""",
        validator=one_word,
        values=("ASC", "REAL", "REAL32"),
    )
    byte_order = Instrument.control(
        ":FORM:BORD?",
        ":FORM:BORD %s",
        """Control the byte order of blocks (str, NORM or SWAP).""",
        validator=one_word,
        values=("NORM", "SWAP"),
    )
    sweep_time = Instrument.measurement(":SENS1:SWE:TIME?", """Get the duration of a sweep in s (float).""")

    def __init__(self, adapter: Adapter | str, *, max_dbm: float = _MOST_DBM, **kwargs: Any):
        within(max_dbm, (_LEAST_DBM, _MOST_DBM))
        options = {"read_termination": "\n", "write_termination": "\n", "includeSCPI": False}
        super().__init__(adapter, name="Keysight E5071C network analyser", **options, **kwargs)
        self.power_values = (_LEAST_DBM, max_dbm)
        self._points = 0

    def prepare_trace(self, start_hz: float, stop_hz: float, points: int, power_dbm: float) -> None:
        """Set the grid and the power of a trace of S21; stimulus on."""
        if not start_hz < stop_hz:
            raise LimitError(f"{self.name}: {start_hz:g} Hz to {stop_hz:g} Hz is no grid; nothing was sent")
        self.apply(power=power_dbm, points=points, start_frequency=start_hz, stop_frequency=stop_hz)
        self.apply(sweep_type="LIN", sweep_time_automatic=True, **dict.fromkeys(_OFF, False))
        self.apply(parameter="S21", data_format="REAL", byte_order="SWAP", trigger_source="BUS")
        self.write(":CALC1:PAR1:SEL")
        self.write(":INIT1:CONT ON")
        self.apply(output_enabled=True)
        self._points = points

    def trace(self) -> np.ndarray:
        """Sweep once and read the complex trace (points,), relative to the calibrated through."""
        if not self._points:
            raise LimitError(f"{self.name}: call prepare_trace first")
        end = self.clock.now() + float(self.read_back("sweep_time"))
        self._start(":TRIG:SING")
        while self._still_running():
            left = end - self.clock.now()
            if left < -_GRACE_S:
                raise InstrumentTimeout(f"{self.name}: the sweep did not end; check its trigger source")
            self.clock.sleep(min(_POLL_S, max(left, 1e-3)))
        return self._complex(self.ask_block(":CALC1:DATA:SDAT?"))

    def _complex(self, data: bytes) -> np.ndarray:
        if len(data) != 16 * self._points:
            raise ReplyError(f"{self.name}: expected {self._points} points, got {len(data)} bytes")
        values = np.frombuffer(data, dtype="<c16")
        if not np.all(np.isfinite(values)):
            raise ReplyError(f"{self.name}: the block holds values that are no numbers; it is corrupt")
        return checked(self.name, values, "the trace")

    def _make_safe(self) -> None:
        """Switch the stimulus off."""
        self.output_enabled = False
        self.write(":ABOR")
        self.running = False
        self._require_off(self.read_back("output_enabled"), "the stimulus")
