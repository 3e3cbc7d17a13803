"""Thorlabs PM100 power meters (PM100D, A, USB): PyMeasure's driver, in W whatever the last user left.

Orders and replies: PyMeasure, ThorlabsPM100USB (flags of the sensor: manual 17654-D02, p. 49); range and unit
as public drivers of these meters send them.
"""

import warnings
from typing import Any, ClassVar

from nado_lab.instruments.drivers.base import SafeDriver
from nado_lab.instruments.drivers.reading import checked
from nado_lab.instruments.errors import LimitError, ReplyError, SetupError
from nado_lab.instruments.limits import one_word, positive, within
from pymeasure.adapters import Adapter
from pymeasure.instruments import Instrument
from pymeasure.instruments.thorlabs import ThorlabsPM100USB as PyMeasurePM100
from pymeasure.instruments.validators import strict_discrete_set

_POWER, _WAVELENGTH = 1, 32
"""Flags of the sensor: it measures power; its wavelength can be set."""
_NANO = 1e-9
_MOST_WATTS = 500.0


class ThorlabsPM100(SafeDriver, PyMeasurePM100):
    """Read the power of light on a sensor.

    PyMeasure moves a wavelength that the sensor does not have to the nearest one in silence, and reads dBm as
    W where the last user chose dBm; mended here.
    """

    identity = r"Thorlabs,PM100"
    drives = False
    units: ClassVar = {
        "wavelength_nm": "nm",
        "power_unit": "",
        "automatic_range": "",
        "power_range": "W",
        "attenuation_db": "dB",
        "averages": "",
    }
    resolutions: ClassVar = {"wavelength_nm": 0.5}

    wavelength_nm = Instrument.control(
        "SENSE:CORR:WAV?",
        "SENSE:CORR:WAV %g",
        """Control the wavelength that is corrected for in nm (float).""",
        validator=within,
        values=(100, 30_000),
    )
    power_unit = Instrument.control(
        "SENS:POW:UNIT?",
        "SENS:POW:UNIT %s",
        """Control the unit of readings (str, W or DBM).""",
        validator=one_word,
        values=("W", "DBM"),
        cast=str,
    )
    automatic_range = Instrument.control(
        "SENS:POW:RANG:AUTO?",
        "SENS:POW:RANG:AUTO %d",
        """Control whether the range follows the power (bool).""",
        validator=strict_discrete_set,
        map_values=True,
        values={True: 1, False: 0},
    )
    power_range = Instrument.control(
        "SENS:POW:RANG:UPP?",
        "SENS:POW:RANG:UPP %g",
        """Control the range in W (float); the meter takes the next larger one.""",
        validator=within,
        values=(1e-12, _MOST_WATTS),
    )
    attenuation_db = Instrument.control(
        "SENS:CORR:LOSS:INP:MAGN?",
        "SENS:CORR:LOSS:INP:MAGN %g",
        """Control the loss in dB that is added to readings (float).""",
        validator=within,
        values=(-60, 60),
    )
    averages = Instrument.control(
        "SENS:AVER:COUN?",
        "SENS:AVER:COUN %d",
        """Control how many samples of 0.3 ms make a reading (int).""",
        validator=within,
        values=(1, 10_000),
        cast=int,
    )
    reading = Instrument.measurement("MEAS:POW?", """Get the power in the unit that is set.""")
    sensor = Instrument.measurement(
        "SYST:SENSOR:IDN?",
        """Get the sensor: name, number, calibration, type, subtype, flags (list).""",
        cast=str,
    )

    def __init__(self, adapter: Adapter | str, *, averages: int = 100, **kwargs: Any):
        positive("averages", averages, 10_000)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "It is not known whether", FutureWarning)
            super().__init__(adapter, read_termination="\n", write_termination="\n", **kwargs)
        self._averages, self._flags, self._in_watts = int(averages), 0, False

    def _set_flags(self) -> None:
        """Do nothing: PyMeasure asks in the constructor, before anybody knows which instrument it is."""

    def identify(self) -> str:
        """Return the identity, or raise SetupError where no sensor of power is plugged in."""
        found = super().identify()
        sensor = self.read_back("sensor")
        name, flags = str(sensor[0]), str(sensor[-1]).strip()
        if len(sensor) < 6 or not flags.isdigit() or not int(flags) & _POWER:
            raise SetupError(f"{self.name}: expected a sensor of power, found {name!r}; plug one in")
        self._flags = int(flags)
        return found

    def prepare(self, wavelength_m: float, most_w: float) -> None:
        """Correct for the wavelength in m; choose a range that holds ``most_w`` W, in W, without losses."""
        if not 0 < most_w <= _MOST_WATTS:
            raise LimitError(
                f"{self.name}: {most_w:g} W lies outside 0 to {_MOST_WATTS:g} W; nothing was sent"
            )
        with self.lock:
            self.apply(power_unit="W", attenuation_db=0.0, averages=self._averages)
            self._correct_for(wavelength_m / _NANO)
            self.apply(automatic_range=False)
            self.power_range = most_w
            found = float(self.read_back("power_range"))
            if found < most_w * (1 - 1e-3):
                raise LimitError(
                    f"{self.name}: its largest range with this sensor is {found:g} W, not {most_w:g} W"
                )
            self._in_watts = True
            self.check_errors()

    def _correct_for(self, wavelength_nm: float) -> None:
        if not self._flags & _WAVELENGTH:
            return
        low, high = float(self.read_back("wavelength_min")), float(self.read_back("wavelength_max"))
        if not low <= wavelength_nm <= high:
            raise LimitError(
                f"{self.name}: {wavelength_nm:g} nm lies outside the sensor's {low:g} to {high:g} nm"
            )
        self.apply(wavelength_nm=wavelength_nm)

    def measured_watts(self) -> float:
        """Read the power in W, also where nothing was prepared."""
        if not self._in_watts:
            self.apply(power_unit="W")
            self._in_watts = True
        found = self.read_back("reading")
        if not isinstance(found, float):
            raise ReplyError(f"{self.name}: expected a power, got {found!r}")
        return checked(self.name, found, "the power")
