"""A task as nidaqmx has it: channels, timing, start trigger, write or read."""

from collections.abc import Sequence
from enum import Enum
from types import SimpleNamespace
from typing import Any, Protocol, Self

import numpy as np
from nado_lab.sim_backend.clock import Clock
from nado_lab.sim_backend.daqmx.channels import RAIL_V, DaqChannels, DaqInput, DaqOutput
from nado_lab.sim_backend.daqmx.errors import Code, DaqError, DaqReadError
from nado_lab.sim_backend.daqmx.gate import LATE_S

TIMEBASE_HZ = 100e6
_MOST_HZ = {"ao": 2.86e6, "ai": 1.0e6}
"""Rates of one channel of an NI 6363 (its specifications); inputs share theirs between channels."""


class AcquisitionType(Enum):
    """Of nidaqmx.constants, with its values."""

    FINITE = 10178
    CONTINUOUS = 10123


class Edge(Enum):
    """Of nidaqmx.constants, with its values."""

    RISING = 10280
    FALLING = 10171


class TerminalConfiguration(Enum):
    """Of nidaqmx.constants, with its values."""

    DEFAULT = -1


class VoltageUnits(Enum):
    """Of nidaqmx.constants, with its values."""

    VOLTS = 10348


class ChannelCollection:
    """`task.ao_channels` and `task.ai_channels`."""

    def __init__(self, task: "Task"):
        self._task = task

    def add_ao_voltage_chan(
        self,
        physical_channel: str,
        name_to_assign_to_channel: str = "",
        min_val: float = -10.0,
        max_val: float = 10.0,
        units: VoltageUnits = VoltageUnits.VOLTS,
        custom_scale_name: str = "",
    ) -> None:
        """Take output channels into the task."""
        self._task.take(physical_channel, DaqOutput, min_val, max_val)

    def add_ai_voltage_chan(
        self,
        physical_channel: str,
        name_to_assign_to_channel: str = "",
        terminal_config: TerminalConfiguration = TerminalConfiguration.DEFAULT,
        min_val: float = -5.0,
        max_val: float = 5.0,
        units: VoltageUnits = VoltageUnits.VOLTS,
        custom_scale_name: str = "",
    ) -> None:
        """Take input channels into the task."""
        self._task.take(physical_channel, DaqInput, min_val, max_val)


class Timing:
    """`task.timing`: the sample clock, a fraction of the time base."""

    def __init__(self, task: "Task"):
        self._task = task
        self.samp_clk_rate = 0.0
        self.samps_per_chan = 0

    def cfg_samp_clk_timing(
        self,
        rate: float,
        source: str = "",
        active_edge: Edge = Edge.RISING,
        sample_mode: AcquisitionType = AcquisitionType.FINITE,
        samps_per_chan: int = 1000,
    ) -> None:
        """Sample ``samps_per_chan`` times at about ``rate``."""
        channels = self._task.channels_taken()
        shared = channels.count if channels.kind == "ai" else 1
        if not 0 < rate <= _MOST_HZ[channels.kind] / shared:
            raise DaqError("Requested sample clock rate exceeds the maximum.", Code.SAMP_RATE_TOO_HIGH)
        self.samp_clk_rate = TIMEBASE_HZ / max(round(TIMEBASE_HZ / rate), 1)
        self.samps_per_chan = int(samps_per_chan)


class StartTrigger:
    """`task.triggers.start_trigger`."""

    def __init__(self) -> None:
        self.source = ""

    def cfg_dig_edge_start_trig(self, trigger_source: str, trigger_edge: Edge = Edge.RISING) -> None:
        """Begin on an edge at a terminal like ``/Dev1/ao/StartTrigger``."""
        self.source = trigger_source


class OutStream:
    """`task.out_stream`."""

    def __init__(self, task: "Task"):
        self._task = task

    @property
    def total_samp_per_chan_generated(self) -> int:
        """Samples put out so far."""
        return self._task.output().generated() if self._task.running else 0


class Library(Protocol):
    """What a task asks of the library that it belongs to."""

    clock: Clock

    def reserve(self, task: Any, name: str, kind: type[DaqChannels]) -> DaqChannels: ...  # noqa: ANN401

    def release(self, task: Any) -> None: ...  # noqa: ANN401


class Task:
    """One task; ``close`` gives its channels back."""

    def __init__(self, library: Library, new_task_name: str = "") -> None:
        self._library, self.name = library, new_task_name or "_unnamedTask<0>"
        self.ao_channels = self.ai_channels = ChannelCollection(self)
        self.timing, self.out_stream = Timing(self), OutStream(self)
        self.triggers = SimpleNamespace(start_trigger=StartTrigger())
        self.running = False
        self._channels: DaqChannels | None = None
        self._range_v = RAIL_V
        self._data: np.ndarray | None = None

    def take(self, name: str, kind: type[DaqChannels], low: float, high: float) -> None:
        """Reserve the channels of a name, none of which another task may have."""
        if not -RAIL_V <= low < high <= RAIL_V:
            raise DaqError("Requested value is not a supported value for this property.", -200077)
        self._channels = self._library.reserve(self, name, kind)
        self._range_v = high
        self._channels.gate.call()

    def channels_taken(self) -> DaqChannels:
        """Return the task's channels; DaqError where it has none."""
        if self._channels is None:
            raise DaqError("Task specified is invalid or does not exist: no channels.", Code.INVALID_TASK)
        return self._channels

    def output(self) -> DaqOutput:
        """Return the task's output channels."""
        channels = self.channels_taken()
        if not isinstance(channels, DaqOutput):
            raise DaqError("Write failed, because there are no output channels.", Code.INVALID_TASK)
        return channels

    def write(
        self,
        data: float | Sequence[float] | np.ndarray,
        auto_start: bool = False,  # noqa: FBT001, FBT002  (nidaqmx's signature)
        timeout: float = 10.0,
    ) -> int:
        """Take samples (channel, sample), (sample,) of one channel, or one value a channel."""
        channels, values = self.output(), np.asarray(data, float)
        channels.gate.call()
        if channels.count == 1 and values.ndim < 2:
            values = values.reshape(1, -1)
        elif values.ndim == 1:
            values = values[:, None]
        if values.ndim != 2 or len(values) != channels.count:
            raise DaqError(
                f"Write cannot be performed, because the number of channels in the data does not match the "
                f"number of channels in the task ({channels.count}).",
                Code.WRITE_NUM_CHANS_MISMATCH,
            )
        if not np.all(np.abs(values) <= RAIL_V):
            raise DaqError("Attempted writing analog data that is too large or too small.", -200561)
        if self.timing.samps_per_chan:
            self._data = values.T.copy()
            if auto_start:
                self.start()
        elif auto_start:
            channels.hold(values[:, -1])
        return values.shape[1]

    def start(self) -> None:
        """Start the output now, or arm the input."""
        channels = self.channels_taken()
        channels.gate.call()
        if isinstance(channels, DaqInput):
            waits = bool(self.triggers.start_trigger.source)
            channels.arm(self.timing.samp_clk_rate, self.timing.samps_per_chan, wait=waits)
        else:
            if self._data is None:
                raise DaqError("Generation cannot be started: the output buffer is empty.", -200462)
            self.output().play(self._data, self.timing.samp_clk_rate)
        self.running = True

    def is_task_done(self) -> bool:
        """Tell whether a started generation has put out its last sample."""
        channels = self.output()
        channels.gate.call()
        start, rate, points = channels.burst()
        late = LATE_S if channels.gate.active == "slow" else 0.0
        return not self.running or self._library.clock.now() >= start + points / rate + late - 1e-9

    def read(
        self, number_of_samples_per_channel: int = 1, timeout: float = 10.0
    ) -> list[float] | list[list[float]]:
        """Wait for the samples and return them: a list, of lists where there are several channels."""
        channels = self.channels_taken()
        if not isinstance(channels, DaqInput):
            raise DaqError("Read failed, because there are no input channels.", Code.INVALID_TASK)
        channels.gate.call()
        volts = self._await(channels, number_of_samples_per_channel, timeout)
        if channels.gate.active == "truncate":
            volts = volts[:, : volts.shape[1] // 2]
        return volts[0].tolist() if channels.count == 1 else volts.tolist()

    def _await(self, channels: DaqInput, count: int, timeout: float) -> np.ndarray:
        clock = self._library.clock
        ends = [each.end_s for each in channels.acquisitions] or [np.inf]
        mute = channels.gate.active == "timeout"
        clock.sleep(timeout if mute else float(np.clip(max(ends) - clock.now(), 0.0, timeout)))
        volts = channels.samples(self._range_v)
        if mute or volts.shape[1] < count:
            told = "Some or all of the samples requested have not yet been acquired."
            raise DaqReadError(told, Code.SAMPLES_NOT_YET_AVAILABLE, 0, self.name)
        return volts[:, :count]

    def stop(self) -> None:
        """Stop; outputs hold their value."""
        if isinstance(self._channels, DaqInput):
            self._channels.disarm()
        elif self._channels is not None and self.running:
            self.output().stop()
        self.running = False

    def close(self) -> None:
        """Stop and give the channels back."""
        self.stop()
        self._library.release(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *reason: object) -> None:
        self.close()
