"""NI-DAQmx analogue outputs: finite waveforms of one to many channels on the device's own sample clock."""

from typing import Any

import numpy as np
from nado_lab.instruments.drivers.ni_daqmx import LEAST_V, MOST_V, NiDevice
from nado_lab.instruments.errors import LimitError
from nado_lab.instruments.limits import check_all

_FADE_POINTS = 200


class NiAnalogueOutput(NiDevice):
    """Play voltages in step from the output channels of an address like ``Dev1/ao0:7``."""

    kind = "ao"
    memory_points = 1_000_000

    def __init__(self, address: str, **options: Any):
        super().__init__(address, **options)
        self._volts = np.zeros((2, self.channel_count))
        self.running = False

    def prepare(self, rate_hz: float, peak_v: float) -> None:
        """Set the sample rate; outputs go to zero."""
        self._require_within("full scale", peak_v)
        self.rate_hz = rate_hz
        self.load(np.zeros((2, self.channel_count)))

    def load(self, volts: np.ndarray) -> None:
        """Write (sample, channel) in V to the buffer of a new task."""
        volts = np.asarray(volts, float)
        if volts.ndim != 2 or volts.shape[1] != self.channel_count or len(volts) < 2:
            wanted = f"(2 or more, {self.channel_count})"
            raise LimitError(f"{self.name}: a waveform has shape {wanted}, not {volts.shape}")
        check_all("waveform", volts, -self.most_volts, self.most_volts, "V", "Raise max_volts of the role.")
        with self._named_errors():
            self._drop()
            self._write(volts)

    def _write(self, volts: np.ndarray) -> None:
        """Make a task of a waveform, from whatever the outputs hold now."""
        self._task = self._new_task()
        self._finite(self._task, len(volts))
        columns = np.ascontiguousarray(volts.T)
        self._task.write(columns[0] if self.channel_count == 1 else columns, auto_start=False)
        self._volts = volts

    def trigger(self) -> None:
        """Start the burst."""
        if self._task is None:
            raise LimitError(f"{self.name}: no waveform is loaded; nothing was started")
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
        """Stop where the burst is (a stopped task holds its value) and ramp to zero in ``seconds``."""
        rate, self.rate_hz = self.rate_hz, _FADE_POINTS / seconds
        try:
            with self._named_errors():
                here = self._stop()
                self._write(np.linspace(1, 0, _FADE_POINTS)[:, None] * here)
            self.trigger()
            self.clock.sleep(1.5 * seconds)
        finally:
            self.rate_hz, self.running = rate, False

    def _stop(self) -> np.ndarray:
        """Close the task and return the volts (channel,) that the outputs hold."""
        if self._task is None:
            return np.zeros(self.channel_count)
        done = int(self._task.out_stream.total_samp_per_chan_generated)
        super()._drop()
        return self._volts[min(done, len(self._volts)) - 1] if done else np.zeros(self.channel_count)

    def _new_task(self) -> Any:
        task = self._daq.Task()
        try:
            task.ao_channels.add_ao_voltage_chan(self.address, min_val=LEAST_V, max_val=MOST_V)
        except BaseException:
            task.close()
            raise
        return task

    def _drop(self) -> None:
        """Leave all outputs at zero; a stopped task would hold its last value."""
        super()._drop()
        with self._new_task() as task:
            task.write(0.0 if self.channel_count == 1 else [0.0] * self.channel_count, auto_start=True)
        self.running = False


class NiWaveformPair(NiAnalogueOutput):
    """Play two voltages in step from the two output channels of an address like ``Dev1/ao0:1``."""

    only_channels = 2
