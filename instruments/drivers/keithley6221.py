"""Keithley 6221 as the direct current through the sample: PyMeasure's driver with limits that raise."""

from typing import Any, ClassVar

from nado_lab.instruments.drivers.base import SafeDriver
from nado_lab.instruments.errors import OverloadError
from nado_lab.instruments.limits import positive, within
from pymeasure.adapters import Adapter
from pymeasure.instruments import Instrument
from pymeasure.instruments.keithley import Keithley6221 as PyMeasure6221

_COMPLIANCE = 8
"""Bit 3 of the measurement register (6220/6221 Reference Manual 622x-900-01, p. 11-16, figure 11-6)."""


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
        "filter_enabled": "",
        "measurement_condition": "",
    }

    filter_enabled = Instrument.control(
        ":SOUR:CURR:FILT?",
        ":SOUR:CURR:FILT %d",
        """Control the analogue filter of the output (bool).""",
        map_values=True,
        values={True: 1, False: 0},
    )
    measurement_condition = Instrument.measurement(
        ":STAT:MEAS:COND?",
        """Get the measurement condition register; bit 3 is compliance.""",
        cast=int,
    )

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
    waveform_frequency = Instrument.control(
        ":SOUR:WAVE:FREQ?",
        ":SOUR:WAVE:FREQ %g",
        """Control the frequency of the wave in Hz (float).""",
        validator=within,
        values=(1e-3, 1e5),
    )
    waveform_amplitude = Instrument.control(
        ":SOUR:WAVE:AMPL?",
        ":SOUR:WAVE:AMPL %g",
        """Control the peak of the wave in A (float, strictly within the limits).""",
        validator=within,
        values=(2e-12, 0.105),
        dynamic=True,
    )
    waveform_offset = Instrument.control(
        ":SOUR:WAVE:OFFS?",
        ":SOUR:WAVE:OFFS %g",
        """Control the offset of the wave in A (float, strictly within the limits).""",
        validator=within,
        values=(-0.105, 0.105),
        dynamic=True,
    )
    standard_event_enabled = Instrument.control(
        "*ESE?", "*ESE %d", """Control the standard event enable register (int).""", cast=int
    )

    def __init__(self, adapter: Adapter | str, *, max_amperes: float = 0.105, **kwargs: Any):
        positive("max_amperes", max_amperes, 0.105)
        super().__init__(adapter, read_termination="\n", write_termination="\n", **kwargs)
        self._most_amperes = max_amperes
        self._alternates = False
        self.source_current_values = (-max_amperes, max_amperes)
        self.waveform_offset_values = (-max_amperes, max_amperes)
        self.waveform_amplitude_values = (2e-12, max_amperes)

    def source(self, amperes: float, compliance_v: float) -> None:
        """Source ``amperes`` in A with a compliance in V; output on."""
        within(amperes, (-self._most_amperes, self._most_amperes))
        self.apply(filter_enabled=False, source_auto_range=True)
        self.apply(source_compliance=compliance_v, source_current=amperes)
        self.apply(source_enabled=True)

    def check_errors(self) -> list[str]:
        """Read the error queue; a reached compliance is an OverloadError: too little current flows."""
        found = super().check_errors()
        if int(self.read_back("measurement_condition")) & _COMPLIANCE:
            raise OverloadError(
                f"{self.name}: the compliance voltage is reached, the current does not flow; look for a "
                "broken bond or an open lead, or raise compliance_v"
            )
        return found

    def alternate(
        self, peak_a: float, frequency_hz: float, compliance_v: float, offset_a: float = 0.0
    ) -> None:
        """Source a sine of ``peak_a`` A about ``offset_a`` A until ``shutdown``; output on."""
        within(abs(offset_a) + peak_a, (0, self._most_amperes))
        self.apply(source_compliance=compliance_v, waveform_function="sine", waveform_ranging="best")
        self.apply(
            waveform_frequency=frequency_hz, waveform_amplitude=peak_a, waveform_offset=float(offset_a)
        )
        self.waveform_duration_set_infinity()
        self._alternates = True
        self.waveform_arm()
        self.waveform_start()
        self.check_errors()

    def _make_safe(self) -> None:
        if self._alternates:
            self.waveform_abort()
            self._alternates = False
        self.source_current = 0.0
        self.source_enabled = False
        self._require_off(self.read_back("source_enabled"), "the current")
