"""Keithley 6221 as the direct current through the sample: PyMeasure's driver with limits that raise."""

from typing import Any, ClassVar

from pymeasure.instruments import Instrument
from pymeasure.instruments.keithley import Keithley6221 as PyMeasure6221

from ..limits import positive, within
from .base import SafeDriver


class Keithley6221(SafeDriver, PyMeasure6221):
    """Source a small current.

    PyMeasure turns 5 A into 0.105 A without a word and forgets the asterisk of ``*ESE``; both are mended.
    """

    identity = r"KEITHLEY INSTRUMENTS.*6221"
    units: ClassVar = {
        "source_enabled": "",
        "source_current": "A",
        "source_compliance": "V",
        "source_range": "A",
        "source_auto_range": "",
        "output_low_grounded": "",
    }

    source_current = Instrument.control(
        ":SOUR:CURR?",
        ":SOUR:CURR %g",
        """Control the current in A (float, strictly within the limits).""",
        validator=within,
        values=(-0.105, 0.105),
        dynamic=True,
    )
    source_compliance = Instrument.control(
        ":SOUR:CURR:COMP?",
        ":SOUR:CURR:COMP %g",
        """Control the compliance voltage in V (float from 0.1 to 105).""",
        validator=within,
        values=(0.1, 105),
    )
    source_range = Instrument.control(
        ":SOUR:CURR:RANG?",
        ":SOUR:CURR:RANG:AUTO 0;:SOUR:CURR:RANG %g",
        """Control the current range in A (float); auto-range goes off.""",
        validator=within,
        values=(-0.105, 0.105),
    )
    standard_event_enabled = Instrument.control(
        "*ESE?", "*ESE %d", """Control the standard event enable register (int).""", cast=int
    )

    def __init__(self, adapter: Any, *, max_amperes: float = 0.105, **kwargs: Any):
        positive("max_amperes", max_amperes, 0.105)
        super().__init__(adapter, read_termination="\n", write_termination="\n", **kwargs)
        self._most_amperes = max_amperes
        self.source_current_values = (-max_amperes, max_amperes)

    def source(self, amperes: float, compliance_v: float) -> None:
        """Source ``amperes`` in A with a compliance in V; output on."""
        within(amperes, (-self._most_amperes, self._most_amperes))
        self.apply(source_auto_range=True, source_compliance=compliance_v, source_current=amperes)
        self.apply(source_enabled=True)

    def _make_safe(self) -> None:
        self.source_current = 0.0
        self.source_enabled = False
        self._require_off(self.recall("source_enabled"), "the current")
