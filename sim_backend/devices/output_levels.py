"""Amplitude and offset of a Keysight 33500B's outputs: units, load, limits; in V into an open circuit."""

import numpy as np
from nado_lab.sim_backend.scpi import ScpiDevice, ScpiError, command, number_of, show_number
from nado_lab.sim_backend.scpi.errors import out_of_range, settings_conflict

_OUTPUT_OHMS = 50.0
_LEAST_VPP, _MOST_VPP = 2e-3, 20.0
"""Into an open circuit; 1 mVpp to 10 Vpp into 50 ohm (guide 33500-90901, VOLTage)."""
_MOST_LEVEL = 10.0
_BEYOND = 1 + 1e-9
_RMS_PER_VPP = {"SIN": 1 / np.sqrt(8), "SQU": 0.5, "TRI": 1 / np.sqrt(12), "RAMP": 1 / np.sqrt(12)}
_DBM_VOLTS = np.sqrt(1e-3 * _OUTPUT_OHMS)


class OutputLevels(ScpiDevice):
    """The part of the generator that answers VOLTage and its levels."""

    def __init__(self, clock):
        super().__init__(clock)
        self.levels: dict[int, tuple[float, float]] = {}

    def reset(self) -> None:
        """Return to 100 mVpp into 50 ohm about zero."""
        super().reset()
        self.levels = {}

    def span_offset(self, channel: int) -> tuple[float, float]:
        """Return peak-to-peak and offset in V into an open circuit."""
        return self.levels.get(channel, (0.2, 0.0))

    def widest(self, channel: int) -> float:
        """Return the largest peak-to-peak in V into an open circuit that the present waveform can have."""
        return _MOST_VPP

    def _shown_per_open(self, channel: int) -> float:
        load = self.get("load", channel)
        return 1.0 if np.isinf(load) else load / (load + _OUTPUT_OHMS)

    def _set_levels(self, channel: int, span: float, offset: float) -> None:
        """Take levels in V into an open circuit, or refuse them."""
        if not _LEAST_VPP / _BEYOND <= span <= self.widest(channel) * _BEYOND:
            raise out_of_range("value clipped to limit; amplitude")
        if abs(offset) + span / 2 > _MOST_LEVEL * _BEYOND:
            raise settings_conflict("offset and amplitude exceed what the output can put out")
        shown = self._shown_per_open(channel)
        high, low = (offset + span / 2) * shown, (offset - span / 2) * shown
        beyond = (
            high > self.get("limit_high", channel) * _BEYOND or low < self.get("limit_low", channel) * _BEYOND
        )
        if self.get("limits_on", channel) and beyond:
            raise settings_conflict("output limits")
        self.levels[channel] = (span, offset)

    def _vpp_per_unit(self, channel: int, unit: str) -> float:
        shape = self.get("shape", channel)
        return 1.0 if unit == "VPP" else 1 / _RMS_PER_VPP.get(shape, _RMS_PER_VPP["SIN"])

    @command("[SOURce#:]VOLTage[:AMPLitude]", "[SOURce#:]FUNCtion:ARBitrary:PTPeak")
    def _set_amplitude(self, channel: int, argument: bytes) -> None:
        word = argument.decode("latin-1").upper()
        shown, offset = self._shown_per_open(channel), self.span_offset(channel)[1]
        if word in ("MIN", "MAX"):
            self._set_levels(channel, _LEAST_VPP if word == "MIN" else self.widest(channel), offset)
            return
        unit = next((u for u in ("VRMS", "DBM", "VPP") if word.endswith(u)), self.get("unit", channel))
        value = number_of(argument)
        volts = _DBM_VOLTS * 10 ** (value / 20) if unit == "DBM" else value
        self._set_levels(channel, volts * self._vpp_per_unit(channel, unit) / shown, offset)

    @command("[SOURce#:]VOLTage[:AMPLitude]?", "[SOURce#:]FUNCtion:ARBitrary:PTPeak?")
    def _amplitude(self, channel: int, _bound: bytes = b"") -> str:
        unit = self.get("unit", channel)
        volts = (
            self.span_offset(channel)[0] * self._shown_per_open(channel) / self._vpp_per_unit(channel, unit)
        )
        return show_number(20 * np.log10(volts / _DBM_VOLTS) if unit == "DBM" else volts)

    @command("[SOURce#:]VOLTage:OFFSet")
    def _set_offset(self, channel: int, argument: bytes) -> None:
        self._set_levels(
            channel, self.span_offset(channel)[0], number_of(argument) / self._shown_per_open(channel)
        )

    @command("[SOURce#:]VOLTage:OFFSet?")
    def _offset(self, channel: int, _bound: bytes = b"") -> str:
        return show_number(self.span_offset(channel)[1] * self._shown_per_open(channel) + 0.0)

    @command("[SOURce#:]VOLTage:HIGH")
    def _set_high(self, channel: int, argument: bytes) -> None:
        span, offset = self.span_offset(channel)
        self._set_range(channel, offset - span / 2, number_of(argument) / self._shown_per_open(channel))

    @command("[SOURce#:]VOLTage:LOW")
    def _set_low(self, channel: int, argument: bytes) -> None:
        span, offset = self.span_offset(channel)
        self._set_range(channel, number_of(argument) / self._shown_per_open(channel), offset + span / 2)

    def _set_range(self, channel: int, low: float, high: float) -> None:
        if high - low < _LEAST_VPP / _BEYOND:
            raise ScpiError(-221, "Settings conflict; high level made at least 1 mV above low level")
        self._set_levels(channel, high - low, (high + low) / 2)

    @command("[SOURce#:]VOLTage:HIGH?")
    def _high(self, channel: int) -> str:
        span, offset = self.span_offset(channel)
        return show_number((offset + span / 2) * self._shown_per_open(channel))

    @command("[SOURce#:]VOLTage:LOW?")
    def _low(self, channel: int) -> str:
        span, offset = self.span_offset(channel)
        return show_number((offset - span / 2) * self._shown_per_open(channel))
