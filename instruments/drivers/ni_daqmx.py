"""NI-DAQmx analogue output and input as waveform pair and digitiser, for benches without a generator.

Needs the extra ``hardware`` (nidaqmx and NI's driver). Addresses are ``Dev1/ao0:1`` and ``Dev1/ai0``; the
input starts on the output's start trigger of the same device.
"""

import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
from nado_lab.instruments.clock import Clock, WallClock
from nado_lab.instruments.errors import (
    DeviceReportedError,
    IdentityError,
    InstrumentTimeout,
    LimitError,
    OverloadError,
    SetupError,
)
from nado_lab.instruments.limits import check_all
from nado_lab.instruments.roles import Snapshot

_FADE_POINTS = 200
_RAIL = 0.999


class NiDevice:
    """What output and input share: the device's identity, one lock, errors with names."""

    identity: ClassVar[str] = "NI"
    units: ClassVar[dict[str, str]] = {"rate_hz": "1/s", "most_volts": "V"}
    drives: ClassVar[bool] = True

    def __init__(
        self,
        address: str,
        *,
        max_volts: float = 10.0,
        clock: Clock | None = None,
        timeout: int = 5000,
        **_: Any,
    ):
        """Take a channel address; further options of VISA drivers are ignored."""
        self.address, self.most_volts = address, max_volts
        self.name = f"NI-DAQmx {address}"
        self.clock, self.timeout_s = clock or WallClock(), timeout / 1000
        self.lock = threading.RLock()
        self.rate_hz = 0.0
        self.isShutdown = False
        self._daq = _nidaqmx()
        self._task: Any = None

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        self.isShutdown = False
        try:
            with self.lock:
                yield
        except self._daq.errors.DaqError as error:
            raise DeviceReportedError(f"{self.name} reports: {error}") from error

    def identify(self) -> str:
        """Return product and serial number; IdentityError where there is no such device."""
        device = self._daq.system.Device(self.address.split("/")[0])
        try:
            return f"NI,{device.product_type},{device.serial_num:08X}"
        except self._daq.errors.DaqError as error:
            raise IdentityError(f"{self.name}: no such device ({error})") from error

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
        with contextlib.suppress(DeviceReportedError), self._named_errors():
            self._drop()

    def _drop(self) -> None:
        if self._task is not None:
            task, self._task = self._task, None
            task.close()

    def _finite(self, task: Any, points: int) -> None:
        mode = self._daq.constants.AcquisitionType.FINITE
        task.timing.cfg_samp_clk_timing(self.rate_hz, sample_mode=mode, samps_per_chan=points)


class NiWaveformPair(NiDevice):
    """Play two voltages in step from the two output channels of an address like ``Dev1/ao0:1``."""

    memory_points = 1_000_000

    def __init__(self, address: str, **options: Any):
        super().__init__(address, **options)
        self._volts = np.zeros((2, 2))
        self.running = False

    def prepare(self, rate_hz: float, peak_v: float) -> None:
        """Set the sample rate; outputs go to zero."""
        if not 0 < peak_v <= self.most_volts:
            raise LimitError(f"{self.name}: full scale {peak_v:g} V lies outside 0 to {self.most_volts:g} V")
        self.rate_hz = rate_hz
        self.load(np.zeros((2, 2)))

    def load(self, volts: np.ndarray) -> None:
        """Write (sample, 2) in V to the buffer of a new task."""
        volts = np.asarray(volts, float)
        if volts.ndim != 2 or volts.shape[1] != 2 or len(volts) < 2:
            raise LimitError(f"{self.name}: a waveform has shape (2 or more, 2), not {volts.shape}")
        check_all("waveform", volts, -self.most_volts, self.most_volts, "V", "Raise max_volts of the role.")
        with self._named_errors():
            self._drop()
            self._task = self._daq.Task()
            self._task.ao_channels.add_ao_voltage_chan(self.address, min_val=-10.0, max_val=10.0)
            self._finite(self._task, len(volts))
            self._task.write(np.ascontiguousarray(volts.T), auto_start=False)
        self._volts = volts

    def trigger(self) -> None:
        """Start the burst."""
        with self._named_errors():
            self._task.start()
        self.running = True

    def busy(self) -> bool:
        """Tell whether the burst still runs."""
        if self.running:
            with self._named_errors():
                self.running = not self._task.is_task_done()
        return self.running

    def fade(self, seconds: float) -> None:
        """Stop where the burst is and ramp from there to zero in ``seconds``."""
        with self._named_errors():
            done = int(self._task.out_stream.total_samp_per_chan_generated)
            here = self._volts[min(max(done - 1, 0), len(self._volts) - 1)]
        rate, self.rate_hz = self.rate_hz, _FADE_POINTS / seconds
        self.load(np.linspace(1, 0, _FADE_POINTS)[:, None] * here)
        self.trigger()
        self.clock.sleep(1.5 * seconds)
        self.rate_hz, self.running = rate, False

    def _drop(self) -> None:
        """Leave both outputs at zero; a stopped task would hold its last value."""
        super()._drop()
        with self._daq.Task() as task:
            task.ao_channels.add_ao_voltage_chan(self.address, min_val=-10.0, max_val=10.0)
            task.write([0.0, 0.0], auto_start=True)
        self.running = False


class NiDigitiser(NiDevice):
    """Sample one input channel from the start trigger of the same device's output on."""

    drives = False

    def __init__(self, address: str, **options: Any):
        super().__init__(address, **options)
        self._range = 10.0
        self._count = 0

    def prepare(self, range_v: float, rate_hz: float) -> None:
        """Set range and sample rate."""
        if not 0 < range_v <= self.most_volts:
            raise LimitError(f"{self.name}: range {range_v:g} V lies outside 0 to {self.most_volts:g} V")
        self._range, self.rate_hz = range_v, rate_hz

    def arm(self, count: int) -> None:
        """Wait for the output's start trigger, then take ``count`` samples."""
        self._count = count
        with self._named_errors():
            self._drop()
            self._task = self._daq.Task()
            self._task.ai_channels.add_ai_voltage_chan(
                self.address, min_val=-self._range, max_val=self._range
            )
            self._finite(self._task, count)
            source = f"/{self.address.split('/')[0]}/ao/StartTrigger"
            self._task.triggers.start_trigger.cfg_dig_edge_start_trig(source)
            self._task.start()

    def readings(self) -> np.ndarray:
        """Read the samples (count,) in V."""
        with self._named_errors():
            volts = np.asarray(self._task.read(self._count, timeout=self.timeout_s), float)
            self._drop()
        if len(volts) != self._count:
            raise InstrumentTimeout(f"{self.name}: expected {self._count} samples, got {len(volts)}")
        if np.max(np.abs(volts)) >= _RAIL * self._range:
            raise OverloadError(f"{self.name}: the voltage reaches the range {self._range:g} V")
        return volts

    def abort(self) -> None:
        """Give up the acquisition."""
        with self._named_errors():
            self._drop()


def _nidaqmx() -> ModuleType:
    try:
        import nidaqmx  # type: ignore[import-not-found]
        import nidaqmx.constants  # type: ignore[import-not-found]
        import nidaqmx.errors  # type: ignore[import-not-found]
        import nidaqmx.system  # type: ignore[import-not-found]
    except ImportError as error:
        raise SetupError('NI hardware needs nidaqmx: `pip install "nado-lab[hardware]"`') from error
    return nidaqmx
