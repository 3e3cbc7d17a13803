"""Santec TSL-570 tunable laser: PyMeasure's driver, dark until told, with a limit of its power.

Orders and replies: PyMeasure, TSL570 and tests/instruments/santec/test_tsl570.py; the shutter (0 is open) as
several public drivers drive it.
"""

from typing import Any, ClassVar

from nado_lab.instruments.drivers.base import SafeDriver
from nado_lab.instruments.errors import LimitError
from nado_lab.instruments.limits import positive, within
from pymeasure.adapters import Adapter
from pymeasure.instruments import Instrument
from pymeasure.instruments.santec import TSL570
from pymeasure.instruments.validators import strict_discrete_set

_MOST_WATTS = 0.04
_WAVELENGTHS_M = (1.2e-6, 1.7e-6)
"""From the O to the U band; the instrument's own range is asked for."""
_MILLI = 1e-3


class SantecTSL570(SafeDriver, TSL570):
    """Emit one wavelength at one power.

    PyMeasure's numbers mean m or nm and dBm or mW, whichever the last user left, and its shutdown sends
    nothing; here it is m and W, and dark.
    """

    identity = r"SANTEC,TSL-?570"
    units: ClassVar = {
        "command_set": "",
        "power_unit": "",
        "automatic_power": "",
        "output_enabled": "",
        "shutter_closed": "",
        "wavelength_m": "m",
        "set_watts": "W",
        "emitted_watts": "W",
    }
    resolutions: ClassVar = {"wavelength_m": 1e-13, "set_watts": 1e-5}
    """0.1 pm (TSL-570 data sheet), 10 uW."""

    wavelength_m = Instrument.control(
        ":WAVelength?",
        ":WAVelength %.9g",
        """Control the wavelength in m (float).""",
        validator=within,
        values=_WAVELENGTHS_M,
    )
    set_watts = Instrument.control(
        ":POWer?",
        ":POWer %.6g",
        """Control the power in W (float, strictly within the limit).""",
        validator=within,
        values=(0, _MOST_WATTS),
        dynamic=True,
        set_process=lambda watts: watts / _MILLI,
        get_process=lambda milliwatts: milliwatts * _MILLI,
    )
    emitted_watts = Instrument.measurement(
        ":POWer:ACTual?",
        """Get the power that its monitor sees in W.""",
        get_process=lambda milliwatts: milliwatts * _MILLI,
    )
    shutter_closed = Instrument.control(
        ":POWer:SHUTter?",
        ":POWer:SHUTter %d",
        """Control the shutter (bool).""",
        validator=strict_discrete_set,
        map_values=True,
        values={True: 1, False: 0},
    )
    automatic_power = Instrument.control(
        ":POWer:ATTenuation:AUTo?",
        ":POWer:ATTenuation:AUTo %d",
        """Control whether the attenuator holds the power that is set (bool).""",
        validator=strict_discrete_set,
        map_values=True,
        values={True: 1, False: 0},
    )

    def __init__(self, adapter: Adapter | str, *, max_watts: float = _MOST_WATTS, **kwargs: Any):
        positive("max_watts", max_watts, _MOST_WATTS)
        super().__init__(adapter, write_termination="\r", **kwargs)
        self._most_watts, self._ready = max_watts, False
        self.set_watts_values = (0, max_watts)

    @property
    def most_watts(self) -> float:
        """Return the largest power in W that the limits allow."""
        return self._most_watts

    def prepare(self, wavelength_m: float, watts: float) -> None:
        """Set the wavelength in m and the power in W behind a closed shutter."""
        within(wavelength_m, _WAVELENGTHS_M)
        if not 0 < watts <= self._most_watts:
            raise LimitError(
                f"{self.name}: {watts:g} W lies outside 0 to {self._most_watts:g} W; nothing was sent"
            )
        with self.lock:
            self._ready = False
            self.apply(shutter_closed=True, command_set="SCPI", power_unit="mW", automatic_power=True)
            low, high = float(self.read_back("wavelength_min")), float(self.read_back("wavelength_max"))
            if not low <= wavelength_m <= high:
                raise LimitError(
                    f"{self.name}: {wavelength_m:.9g} m lies outside its {low:.9g} to {high:.9g} m; "
                    "it stays as it was, and dark"
                )
            self.apply(wavelength_m=wavelength_m, set_watts=watts)
            self._ready = True

    def emit(self) -> None:
        """Switch the diode on, then open the shutter."""
        if not self._ready:
            raise LimitError(f"{self.name}: no power is set; call prepare first")
        self.apply(output_enabled=True)
        self.apply(shutter_closed=False)

    def emits(self) -> bool:
        """Tell whether light comes out."""
        return bool(self.read_back("output_enabled")) and not self.read_back("shutter_closed")

    def _make_safe(self) -> None:
        """Close the shutter, switch the diode off; both are sent before anything is asked."""
        self._ready = False
        self.shutter_closed = True
        self.output_enabled = False
        self._require_off(self.read_back("output_enabled"), "the diode")
