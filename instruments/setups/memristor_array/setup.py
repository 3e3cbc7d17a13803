"""The setup of volatile memristors: a step is a write pulse, a wait, and a read pulse too small to write.

A batch of trials is uploaded as one burst for all devices, started at once, and read back in one block.
"""

from collections.abc import Callable, Iterator

import numpy as np
from nado_lab.instruments.clock import Clock
from nado_lab.instruments.errors import (
    InstrumentError,
    InstrumentTimeout,
    OverloadError,
    SetupError,
    StuckOutputError,
)
from nado_lab.instruments.limits import check_all
from nado_lab.instruments.roles import AnalogueInput, AnalogueOutput, SourceMeter
from nado_lab.instruments.setups.checks import Proof
from nado_lab.instruments.setups.memristor_array.config import MemristorConfig
from nado_lab.instruments.setups.memristor_array.pulses import Pulses
from nado_lab.instruments.setups.memristor_array.wiring import CardWiring, MeterWiring, Wiring
from nado_lab.instruments.setups.open_roles import VisaLibrary
from nado_lab.instruments.setups.records import Limit, Reset, Response
from nado_lab.instruments.setups.setup import Setup
from nado_lab.instruments.setups.stepwise import Played, Ready

_GRACE_S = 5.0
_REST_SHARE = 0.02


class MemristorSetup(Setup[MemristorConfig]):
    """Drive memristors, side by side or one alone, and read them, one trial after the other; a Device."""

    channels = ("read", "write")
    channel_units = ("A", "A")
    waveform_units = "A"

    def __init__(self, config: MemristorConfig, visa_library: VisaLibrary, clock: Clock):
        self.pulses = Pulses(config.pulse, config.reset.seconds)
        self.devices = config.devices
        super().__init__(config, visa_library, clock)

    def _assign_roles(self) -> None:
        self.wiring: Wiring
        if "meter" in self.roles:
            self.wiring = MeterWiring(self.role("meter", SourceMeter), self.config)
            return
        output, reader = self.role("output", AnalogueOutput), self.role("input", AnalogueInput)
        wanted = max(len(self.devices), 1)
        for name, count in (("output", output.channel_count), ("input", reader.channel_count)):
            if count != wanted:
                raise SetupError(
                    f"setup {self.config.name!r}: role {name!r} has {count} channels for {wanted} devices; "
                    "name as many devices as there are channels"
                )
        self.wiring = CardWiring(output, reader, self.config)

    @property
    def step_s(self) -> float:
        """Duration of a step in s: write pulse, wait, read pulse."""
        return self.pulses.step / self.config.pulse.rate_hz

    @property
    def waveform_shape(self) -> tuple[int, int]:
        """Raw samples a step, and one contact a device."""
        return self.pulses.step, 1

    @property
    def reset(self) -> Reset:
        """A rest at 0 V, then the start state's readout."""
        rest = self.config.reset
        words = f"rest at 0 V for {rest.seconds:g} s ({rest.times:g} time constants), then a read pulse"
        return Reset(words, rest.seconds + self.step_s)

    def estimate_s(self, trials: int, steps: int) -> float:
        """Take the samples of all trials, rests included, and what each burst needs beside them."""
        bursts = -(-trials // self._batch_size(steps))
        samples = trials * self.pulses.trial(steps) + bursts
        return samples / self.config.pulse.rate_hz + bursts * self.wiring.lag_s

    # -- limits ------------------------------------------------------------------------------

    def limit_list(self) -> tuple[Limit, ...]:
        """List the largest voltage and the compliance."""
        limits = self.config.limits
        return Limit("voltage", limits.max_volts, "V"), Limit("compliance", limits.max_amperes, "A")

    def check_limits(self, inputs: np.ndarray) -> None:
        most, name = self.config.limits.max_volts, self.ports[0].name
        check_all(name, inputs, -most, most, "V", f"Lower the window of the port {name!r}.")
        read = np.array([self.config.pulse.read_v])
        check_all("read pulse", read, -most, most, "V", "Lower pulse.read_v.")

    def _batch_size(self, steps: int) -> int:
        """Return how many trials of so many steps one burst joins."""
        memory, one = self.wiring.memory_points - 1, self.pulses.trial(steps)
        in_time = int(self.config.pulse.max_burst_s * self.config.pulse.rate_hz) - 1
        if one > memory:
            raise SetupError(
                f"a trial of {steps} steps has {one} samples; the output's memory holds {memory}"
            )
        return max(1, min(min(memory, in_time) // one, self.config.burst_trials))

    # -- trials ------------------------------------------------------------------------------

    def _play(self, inputs: np.ndarray, should_stop: Callable[[], bool]) -> Iterator[Response]:
        volts = inputs[..., 0] if self.devices else inputs[:, None, :, 0]
        for first in range(0, len(volts), size := self._batch_size(volts.shape[-1])):
            batch = slice(first, first + size)
            amperes = None if should_stop() else self.burst(self.pulses.volts(volts[batch]), should_stop)
            if amperes is None:
                self.shutdown()
                return
            frames = self.pulses.frames(amperes, len(volts[batch]))
            self._require_conduction(self.pulses.readout(frames)[..., 0])
            yield from self._responses(frames, inputs[batch])

    def burst(
        self, volts: np.ndarray, should_stop: Callable[[], bool], ready: Callable[[], None] = lambda: None
    ) -> np.ndarray | None:
        """Play volts (sample, device) that end at 0 V; return the currents in A, None if stopped.

        `ready()` is called when all is loaded, and may wait.
        """
        self.energise()
        self.wiring.load(volts)
        ready()
        self.wiring.start()
        if not self._wait(len(volts) / self.config.pulse.rate_hz, should_stop):
            return None
        self.require_energised()
        amperes = self.wiring.amperes()
        self._require_within_compliance(amperes)
        self.require_health()
        return amperes

    def _wait(self, seconds: float, should_stop: Callable[[], bool]) -> bool:
        """Wait for the end of the burst; return False where it was stopped."""
        end = self.clock.now() + seconds
        while self.wiring.busy():
            if should_stop():
                return False
            self.require_interlock()
            left = end - self.clock.now()
            if left < -_GRACE_S - self.wiring.lag_s:
                raise InstrumentTimeout(f"the burst of {seconds:.1f} s did not end; check the output")
            self.clock.sleep(min(self.config.pulse.poll_s, max(left, 1e-3)))
        return True

    def _require_within_compliance(self, amperes: np.ndarray) -> None:
        """Raise where a device took more than it bears, or current still flows at the end, at 0 V."""
        most = self.config.limits.max_amperes
        for device, peak in enumerate(np.max(np.abs(amperes), axis=0)):
            if peak > most:
                raise OverloadError(
                    f"{self._device_name(device)}: {peak:.3g} A flowed, above the compliance of {most:g} A; "
                    f"lower the window of port {self.ports[0].name!r}, and see whether the device is whole"
                )
        for device, left in enumerate(np.abs(amperes[-1])):
            if left > _REST_SHARE * most:
                name = self._device_name(device)
                raise StuckOutputError(f"{name}: {left:.3g} A still flow at the end, at 0 V")

    def _require_conduction(self, read: np.ndarray) -> None:
        """Raise where the read pulses (trial, device, step) of a device find nothing: a bond, an output."""
        for device, most in enumerate(np.max(np.abs(read), axis=(0, 2))):
            if most < self.config.readout.least_amperes:
                raise InstrumentError(
                    f"{self._device_name(device)} does not conduct: {most:.2g} A at "
                    f"{self.config.pulse.read_v:g} V; check its bond, the output and the amplifier"
                )

    def _device_name(self, device: int) -> str:
        return self.devices[device] if self.devices else "the device"

    def _responses(self, frames: np.ndarray, inputs: np.ndarray) -> Iterator[Response]:
        """Make responses of currents (trial, device, 1 + step, sample)."""
        frames = frames if self.devices else frames[:, 0]
        readout = self.pulses.readout(frames)
        for trial, applied in enumerate(inputs):
            yield Response(
                readout=readout[trial][..., 1:, :],
                initial=readout[trial][..., 0, :],
                waveform=frames[trial][..., 1:, :, None],
                input=applied,
            )

    # -- step by step ------------------------------------------------------------------------

    @property
    def least_period_s(self) -> float:
        """Return the time in s of a step and of the zero that ends it."""
        return (self.pulses.step + 1) / self.config.pulse.rate_hz

    def begin_steps(self, ready: Ready, should_stop: Callable[[], bool]) -> Played | None:
        """Rest at 0 V, then read the start state."""
        volts = self.pulses.volts(np.zeros((1, max(len(self.devices), 1), 0)))
        amperes = self.burst(volts, should_stop, lambda: ready(self.pulses.rest / self.config.pulse.rate_hz))
        return None if amperes is None else self._played(self.pulses.frames(amperes, 1)[0, :, 0])

    def play_step(self, inputs: np.ndarray, ready: Ready, should_stop: Callable[[], bool]) -> Played | None:
        """Play one write pulse on every device, wait, and read; 0 V until the next step."""
        amperes = self.burst(self.pulses.step_volts(inputs[..., 0].reshape(-1)), should_stop, ready)
        return None if amperes is None else self._played(amperes[:-1].T)

    def _played(self, frames: np.ndarray) -> Played:
        """Read the currents (device, sample) in A of one step."""
        readout = self.pulses.readout(frames)
        self._require_conduction(readout[None, :, None, 0])
        return Played(*((readout, frames[..., None]) if self.devices else (readout[0], frames[0, :, None])))

    # -- power -------------------------------------------------------------------------------

    def energise(self) -> None:
        """Switch everything on at 0 V, once; the interlock is read every time."""
        self.require_interlock()
        if not self._energised:
            self.wiring.energise()
            self._energised = True

    def _safe_actions(self) -> list[tuple[str, Callable[[], object]]]:
        self._energised = False
        return super()._safe_actions()

    # -- proofs ------------------------------------------------------------------------------

    def proofs(self) -> list[Proof]:
        """Read every device once with the small pulse: it must conduct, and nothing may flow at 0 V."""
        return [(f"read pulse of {self.config.pulse.read_v:g} V", self._read_once)]

    def _read_once(self) -> str:
        devices = max(len(self.devices), 1)
        amperes = self.burst(self.pulses.volts(np.zeros((1, devices, 0))), lambda: False)
        self.shutdown()
        if amperes is None:
            raise InstrumentError("the read pulse was stopped")
        found = self.pulses.readout(self.pulses.frames(amperes, 1))[0, :, 0, 0]
        self._require_conduction(found[None, :, None])
        low, high = np.min(np.abs(found)) * 1e6, np.max(np.abs(found)) * 1e6
        return f"{low:.3g} to {high:.3g} uA" if devices > 1 else f"{low:.3g} uA"
