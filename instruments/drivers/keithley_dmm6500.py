"""Keithley DMM6500 as a digitiser with binary read-back, which PyMeasure's driver lacks."""

from typing import Any, ClassVar

import numpy as np
from nado_lab.instruments.drivers.base import SafeDriver
from nado_lab.instruments.drivers.reading import checked
from nado_lab.instruments.errors import LimitError, ReplyError, SetupError
from nado_lab.instruments.limits import one_word, within
from pymeasure.adapters import Adapter
from pymeasure.instruments import Instrument
from pymeasure.instruments.keithley import KeithleyDMM6500 as PyMeasureDMM6500

_BUFFER = '"defbuffer1"'
_MOST_READINGS = 7_000_000
_READING_BYTES = 4
"""A single-precision reading; the block of FORM SRE begins with ``#0`` and ends with a newline
(DMM6500-901-01, FORMat[:DATA]; figure of the 2002 manual p. 3-81). A block that states its length is read
as well."""


class KeithleyDMM6500(SafeDriver, PyMeasureDMM6500):
    """Sample a voltage from the rising edge at EXT TRIG IN on."""

    identity = r"KEITHLEY INSTRUMENTS.*DMM6500"
    drives = False
    units: ClassVar = {
        "digitise_function": "",
        "digitise_range": "V",
        "digitise_rate": "1/s",
        "data_format": "",
        "byte_order": "",
        "trigger_edge": "",
        "buffer_points": "",
    }

    digitise_function = Instrument.control(
        ":DIG:FUNC?",
        ':DIG:FUNC "%s"',
        """Control the digitise function (str, VOLT or CURR).""",
        validator=one_word,
        values=("VOLT", "CURR", "NONE"),
        get_process=lambda reply: reply.strip('"'),
    )
    digitise_range = Instrument.control(
        ":DIG:VOLT:RANG?",
        ":DIG:VOLT:RANG %g",
        """Control the range in V (float up to 1000); the instrument takes the next larger one.""",
        validator=within,
        values=(1e-4, 1000),
    )
    digitise_rate = Instrument.control(
        ":DIG:VOLT:SRAT?",
        ":DIG:VOLT:SRAT %d",
        """Control the sample rate in 1/s (int from 1000 to 1000000).""",
        validator=within,
        values=(1000, 1_000_000),
    )
    data_format = Instrument.control(
        ":FORM:DATA?",
        ":FORM:DATA %s",
        """Control the format of readings (str, ASC, REAL or SRE).""",
        validator=one_word,
        values=("ASC", "REAL", "SRE"),
    )
    byte_order = Instrument.control(
        ":FORM:BORD?",
        ":FORM:BORD %s",
        """Control the byte order of blocks (str, NORM or SWAP).""",
        validator=one_word,
        values=("NORM", "SWAP"),
    )
    trigger_edge = Instrument.control(
        ":TRIG:EXT:IN:EDGE?",
        ":TRIG:EXT:IN:EDGE %s",
        """Control the edge of the external trigger (str, RIS, FALL or EITH).""",
        validator=one_word,
        values=("RIS", "FALL", "EITH"),
    )
    buffer_points = Instrument.control(
        f":TRAC:POIN? {_BUFFER}",
        f":TRAC:POIN %d, {_BUFFER}",
        """Control the size of the reading buffer (int from 10 to 7000000).""",
        validator=within,
        values=(10, _MOST_READINGS),
        cast=int,
    )

    def __init__(self, adapter: Adapter | str, **kwargs: Any):
        super().__init__(adapter, write_termination="\n", **kwargs)
        self._count = 0
        self._capacity = 0

    def identify(self) -> str:
        """Return the identity, or raise SetupError where another command language is set."""
        found = super().identify()
        language = self.ask("*LANG?").strip()
        if language != "SCPI":
            raise SetupError(
                f"{self.name}: it speaks {language}, not SCPI; send *LANG SCPI, then switch it off and on"
            )
        return found

    def prepare(self, range_v: float, rate_hz: float) -> None:
        """Digitise volts within ``range_v`` V at ``rate_hz`` samples/s, a whole number, from a reset on.

        The reset ends what the last user left: a relative offset, an aperture, a filter, a trigger model.
        """
        if abs(rate_hz - round(rate_hz)) > 1e-6:
            raise LimitError(
                f"{self.name}: {rate_hz:g} samples/s is no whole number; choose rotation_hz and "
                "samples_per_rotation whose product is one"
            )
        self.write("*RST")
        self._capacity = 0
        self.apply(digitise_function="VOLT", digitise_rate=round(rate_hz))
        self.digitise_range = range_v
        self.apply(data_format="SRE", byte_order="SWAP", trigger_edge="RIS")

    def arm(self, count: int) -> None:
        """Load the trigger model: clear, wait for the edge, take ``count`` samples; then start it."""
        within(count, (1, _MOST_READINGS))
        with self.lock:
            if count != self._capacity:
                self.apply(buffer_points=max(count, 10))
                self._capacity = count
            self.write(':TRIG:LOAD "EMPTY"')
            self.write(f":TRIG:BLOC:BUFF:CLE 1, {_BUFFER}")
            self.write(":TRIG:BLOC:WAIT 2, EXT, ENT")
            self.write(f":TRIG:BLOC:MDIG 3, {_BUFFER}, {count}")
            self.write(":INIT")
            self.check_errors()
        self._count = count

    def readings(self) -> np.ndarray:
        """Read the samples (count,) in V of the finished acquisition."""
        query = f":TRAC:DATA? 1, {self._count}, {_BUFFER}, READ"
        data = self.ask_block(query, size=_READING_BYTES * self._count)
        if len(data) != _READING_BYTES * self._count:
            raise ReplyError(f"{self.name}: expected {self._count} readings, got {len(data)} bytes")
        volts = np.frombuffer(data, dtype="<f4").astype(float)
        if not np.all(np.isfinite(volts)):
            raise ReplyError(f"{self.name}: the block holds readings that are no numbers; it is corrupt")
        return checked(self.name, volts, "the voltage")

    def abort(self) -> None:
        """Stop the trigger model."""
        self.write(":ABOR")

    def _make_safe(self) -> None:
        self.abort()
