"""The channels of one role on a simulated NI device: outputs that drive a world, inputs that record it."""

from typing import ClassVar, Protocol

import numpy as np
from nado_lab.sim_backend.acquisition import Acquisition
from nado_lab.sim_backend.clock import Clock
from nado_lab.sim_backend.daqmx.gate import DaqGate

RAIL_V = 10.0
"""What outputs and inputs span (NI 6363 specifications: +-10 V)."""
_BITS = 16


class DaqWorld(Protocol):
    """What the channels ask of the world behind them."""

    def advance(self) -> None: ...

    def trigger_out(self, time_s: float) -> None: ...

    def acquire(self, start_s: float, rate: float, count: int, contact: int) -> Acquisition: ...

    def forget(self, acquisition: Acquisition | None) -> None: ...


class DaqChannels:
    """Channels ``ao0:7`` or ``ai0:7`` of the device ``Dev1``, as one role uses them."""

    kind: ClassVar[str]
    faults: ClassVar[frozenset[str]] = frozenset(("error", "disconnect"))

    def __init__(self, clock: Clock, world: DaqWorld, count: int, device: str = "Dev1"):
        self.clock, self.world, self.count, self.device = clock, world, count, device
        self.gate = DaqGate(clock, self.faults)

    @property
    def address(self) -> str:
        """NI's name of the channels."""
        return (
            f"{self.device}/{self.kind}0:{self.count - 1}"
            if self.count > 1
            else f"{self.device}/{self.kind}0"
        )


class DaqOutput(DaqChannels):
    """Analogue outputs: a finite waveform from a start on, and what they hold before and after it."""

    kind = "ao"
    faults = DaqChannels.faults | {"slow", "stuck"}

    def __init__(self, clock: Clock, world: DaqWorld, count: int, device: str = "Dev1"):
        super().__init__(clock, world, count, device)
        self.held = np.zeros(count)
        self._start_s, self._rate = -np.inf, 1.0
        self._volts = np.zeros((0, count))

    # -- what a task does --------------------------------------------------------------------

    def hold(self, volts: np.ndarray) -> None:
        """Take the outputs to (channel,) V at once; outputs that are stuck stay where they are."""
        self.world.advance()
        self._end()
        if self.gate.active != "stuck":
            self.held = np.asarray(volts, float).reshape(self.count).copy()

    def play(self, volts: np.ndarray, rate: float) -> None:
        """Start a waveform (sample, channel) in V now."""
        self.world.advance()
        self._end()
        if self.gate.active == "stuck":
            volts = np.broadcast_to(self.held, volts.shape)
        self._volts, self._rate, self._start_s = volts, rate, self.clock.now()
        self.world.trigger_out(self._start_s)

    def stop(self) -> None:
        """End a running waveform; the outputs hold the value they are at."""
        self.world.advance()
        self._end()

    def generated(self) -> int:
        """Return how many samples of the waveform have been put out."""
        return int(np.clip((self.clock.now() - self._start_s) * self._rate + 1e-6, 0, len(self._volts)))

    def _end(self) -> None:
        done = self.generated()
        if done:
            self.held = self._volts[done - 1].copy()
        self._volts, self._start_s = np.zeros((0, self.count)), -np.inf

    # -- what a world asks -------------------------------------------------------------------

    def burst(self) -> tuple[float, float, int]:
        """Return start (s), rate (1/s) and points of the waveform that was started last."""
        return self._start_s if len(self._volts) else 0.0, self._rate, len(self._volts)

    def volts(self, start: int, stop: int) -> np.ndarray:
        """Return the samples (sample, channel) in V of the waveform."""
        return self._volts[start:stop]

    def idle_volts(self) -> np.ndarray:
        """Return what the outputs hold (channel,) in V: the last sample after a waveform."""
        return self._volts[-1] if len(self._volts) else self.held

    def swinging(self) -> list[int]:
        """Return no channel: nothing swings by itself here."""
        return []

    def continuous_volts(self, times: np.ndarray) -> np.ndarray:
        """Return what is held, at all times."""
        return np.repeat(self.idle_volts()[None], len(times), axis=0)

    def outputs_on(self) -> bool:
        """Tell whether any channel drives anything."""
        done = self.generated()
        present = self._volts[done - 1] if done else self.held
        return bool(np.any(np.abs(present) > RAIL_V / 2**_BITS)) or done < len(self._volts)


class DaqInput(DaqChannels):
    """Analogue inputs that wait for the output's start trigger; ``first`` is the world's first contact."""

    kind = "ai"
    faults = DaqChannels.faults | {"timeout", "truncate", "overload"}

    def __init__(self, clock: Clock, world: DaqWorld, count: int, device: str = "Dev1", first: int = 0):
        super().__init__(clock, world, count, device)
        self.first = first
        self._wanted: tuple[float, int] | None = None
        self.acquisitions: list[Acquisition] = []

    def arm(self, rate: float, count: int, *, wait: bool) -> None:
        """Wait for the trigger, or begin at once, to take ``count`` samples a channel at ``rate``."""
        self.disarm()
        self._wanted = (rate, count)
        if not wait:
            self.world.advance()
            self.external_trigger(self.clock.now())

    def disarm(self) -> None:
        """Give the acquisition up."""
        for acquisition in self.acquisitions:
            self.world.forget(acquisition)
        self._wanted, self.acquisitions = None, []

    def external_trigger(self, time_s: float) -> None:
        """Begin if armed: one acquisition a channel."""
        if self._wanted is None:
            return
        (rate, count), self._wanted = self._wanted, None
        contacts = range(self.first, self.first + self.count)
        self.acquisitions = [self.world.acquire(time_s, rate, count, contact) for contact in contacts]

    def samples(self, full_v: float) -> np.ndarray:
        """Return the volts (channel, sample) taken so far, quantised and clipped at the range."""
        self.world.advance()
        filled = min((each.filled for each in self.acquisitions), default=0)
        volts = np.array([each.volts[:filled] for each in self.acquisitions]).reshape(
            len(self.acquisitions), filled
        )
        if self.gate.active == "overload" and filled:
            volts = volts + 2 * full_v
        least = 2 * full_v / 2**_BITS
        return np.clip(least * np.rint(volts / least), -full_v, full_v)
