"""Lake Shore 335 temperature controller as a thermometer: PyMeasure's driver, no reading is an error.

Its heaters are left alone: a setup reads the temperature of the sample and does not control it.
"""

from typing import Any, ClassVar

from nado_lab.instruments.drivers.event_status import EventStatusDriver
from nado_lab.instruments.drivers.reading import checked
from nado_lab.instruments.errors import OverloadError, ReplyError, SetupError
from pymeasure.adapters import Adapter
from pymeasure.instruments.lakeshore import LakeShore3xx
from pyvisa.constants import Parity

_NO_READING = {1: "invalid", 16: "below the curve", 32: "above the curve", 64: "no signal", 128: "open"}


class LakeShore335(EventStatusDriver, LakeShore3xx):
    """Read the temperature of input A or B in K; drives nothing."""

    identity = r"LSCI,MODEL335"
    drives = False
    units: ClassVar = {"temperature": "K"}

    def __init__(self, adapter: Adapter | str, *, input_number: float = 1, **kwargs: Any):
        if input_number not in (1, 2):
            raise SetupError(f"a Lake Shore 335 has inputs 1 (A) and 2 (B), not {input_number:g}")
        serial = {"baud_rate": 57600, "data_bits": 7, "parity": Parity.odd}
        super().__init__(adapter, read_termination="\n", write_termination="\n", asrl=serial, **kwargs)
        self._input = "AB"[int(input_number) - 1]

    def measured_kelvin(self) -> float:
        """Read the temperature in K; a sensor that reads nothing is an OverloadError."""
        with self.lock:
            status = self._register(f"RDGST? {self._input}")
            kelvin = self._number(f"KRDG? {self._input}")
        if status:
            reasons = ", ".join(text for bit, text in _NO_READING.items() if status & bit)
            raise OverloadError(f"{self.name}: no temperature at input {self._input} ({reasons or status})")
        if not checked(self.name, kelvin, "the temperature") > 0:
            raise ReplyError(f"{self.name}: {kelvin:g} K is no temperature")
        return kelvin

    @property
    def temperature(self) -> float:
        """The temperature in K."""
        return self.measured_kelvin()
