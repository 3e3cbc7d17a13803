"""What all drivers of NI-DAQmx share: the library, the device's identity, channels, one lock, named errors.

Needs the extra ``hardware`` (nidaqmx and NI's driver), or a library object that brings its own as ``daqmx``.
Addresses are NI's names of physical channels: ``Dev1/ao0:7``, ``Dev1/ai0``.
"""

import contextlib
import math
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, ClassVar

from nado_lab.instruments.clock import Clock, WallClock
from nado_lab.instruments.errors import (
    DeviceReportedError,
    DisconnectedError,
    IdentityError,
    InstrumentTimeout,
    LimitError,
    SetupError,
)
from nado_lab.instruments.roles import Snapshot

LEAST_V, MOST_V = -10.0, 10.0
"""What NI's multifunction cards span (NI 6363 specifications: analogue output and input +-10 V)."""
_NOT_IN_TIME, _NOT_REACHED = -200284, (-201003, -88709, -200220)
"""NI-DAQmx status codes: samples not yet available; device not accessible, removed, unknown."""
_CHANNELS = re.compile(r"(?P<device>[\w -]+)/(?P<kind>a[io])(?P<first>\d+)(?::(?P<last>\d+))?")


def channel_count(address: str, kind: str) -> int:
    """Return how many channels ``Dev1/ao0:7`` names; SetupError where it names none of this kind."""
    found = _CHANNELS.fullmatch(address)
    if found is None or found["kind"] != kind:
        raise SetupError(f"{address!r} names no {kind} channels: write 'Dev1/{kind}0', 'Dev1/{kind}0:7'")
    count = int(found["last"] or found["first"]) - int(found["first"]) + 1
    if count < 1:
        raise SetupError(f"{address!r} counts downwards: write the lower channel first")
    return count


class NiDevice:
    """A task on the channels of one NI device."""

    identity: ClassVar[str] = "NI"
    units: ClassVar[dict[str, str]] = {"rate_hz": "1/s", "most_volts": "V"}
    drives: ClassVar[bool] = True
    kind: ClassVar[str]
    """``ao`` or ``ai``, as NI names channels."""
    only_channels: ClassVar[int] = 0
    """How many channels the address must name; 0: any number."""

    def __init__(
        self,
        address: str,
        *,
        max_volts: float = MOST_V,
        clock: Clock | None = None,
        timeout: int = 5000,
        visa_library: object = None,
        **_: Any,
    ):
        """Take the address of the channels; ``visa_library`` may bring its own nidaqmx as ``daqmx``."""
        self.address, self.most_volts = address, self._most(max_volts)
        self.channel_count = channel_count(address, self.kind)
        if self.channel_count != (self.only_channels or self.channel_count):
            raise SetupError(f"{address!r}: expected {self.only_channels} channels, got {self.channel_count}")
        self.name = f"NI-DAQmx {address}"
        self.clock, self.timeout_s = clock or WallClock(), timeout / 1000
        self.lock = threading.RLock()
        self.rate_hz = 0.0
        self.isShutdown = False
        self._daq: Any = getattr(visa_library, "daqmx", None) or _nidaqmx()
        self._task: Any = None

    @staticmethod
    def _most(volts: float) -> float:
        if not 0 < volts <= MOST_V:
            raise LimitError(f"max_volts = {volts:g} must lie above 0, up to {MOST_V:g}")
        return volts

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        self.isShutdown = False
        try:
            with self.lock:
                yield
        except self._daq.errors.DaqError as error:
            raise self._named(error) from error

    def _named(self, error: Any) -> Exception:
        """Return our error for one of NI's; only its first line says what happened."""
        told, code = str(error).strip().splitlines()[0], getattr(error, "error_code", 0)
        if code == _NOT_IN_TIME:
            return InstrumentTimeout(f"{self.name}: no samples in time ({told}); did the output start?")
        if code in _NOT_REACHED:
            return DisconnectedError(f"{self.name}: the device cannot be reached ({told}); check its cable")
        return DeviceReportedError(f"{self.name} reports: {told} ({code})")

    def identify(self) -> str:
        """Return product and serial number; IdentityError where there is no such device."""
        device = self._daq.system.Device(self.address.split("/")[0])
        try:
            return f"NI,{device.product_type},{device.serial_num:08X}"
        except self._daq.errors.DaqError as error:
            raise IdentityError(f"{self.name}: no such device ({str(error).splitlines()[0]})") from error

    def snapshot(self) -> Snapshot:
        """Return the settings: name -> {"value", "unit"}."""
        return {name: {"value": getattr(self, name), "unit": unit} for name, unit in self.units.items()}

    def check_errors(self) -> list[str]:
        """Return nothing: NI-DAQmx raises its errors at once."""
        return []

    def clear(self) -> None:
        """Accept: there is no queue to empty."""

    def shutdown(self) -> None:
        """Stop the task; an output goes to zero."""
        with self._named_errors():
            self._drop()
        self.isShutdown = True

    def close(self) -> None:
        """Give the task back."""
        lost = contextlib.suppress(DeviceReportedError, DisconnectedError, InstrumentTimeout)
        with lost, self._named_errors():
            self._drop()

    def _drop(self) -> None:
        if self._task is not None:
            task, self._task = self._task, None
            task.close()

    def _require_within(self, what: str, volts: float) -> None:
        if not 0 < volts <= self.most_volts:
            raise LimitError(f"{self.name}: {what} {volts:g} V lies outside 0 to {self.most_volts:g} V")

    def _finite(self, task: Any, points: int) -> None:
        """Time a task by its own clock; NI rounds a rate to a fraction of its time base."""
        mode = self._daq.constants.AcquisitionType.FINITE
        task.timing.cfg_samp_clk_timing(self.rate_hz, sample_mode=mode, samps_per_chan=points)
        found = float(task.timing.samp_clk_rate)
        if not math.isclose(found, self.rate_hz, rel_tol=1e-4):
            raise LimitError(
                f"{self.name}: asked for {self.rate_hz:g} samples/s, the device does {found:g}; "
                "choose a rate that divides its time base (100 MHz)"
            )


def _nidaqmx() -> ModuleType:
    try:
        import nidaqmx  # type: ignore[import-not-found]
        import nidaqmx.constants  # type: ignore[import-not-found]
        import nidaqmx.errors  # type: ignore[import-not-found]
        import nidaqmx.system  # type: ignore[import-not-found]
    except ImportError as error:
        raise SetupError('NI hardware needs nidaqmx: `pip install "nado-lab[hardware]"`') from error
    return nidaqmx
