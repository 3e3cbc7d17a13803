"""The delay-oscillator setup, hardware-timed: an input held and masked for a delay, the light meanwhile.

Trials are joined to bursts: uploaded with the bias voltages, started by one trigger, digitised, read back.
"""

from collections.abc import Callable, Iterator

import numpy as np
from nado_lab.channels import ChannelAxis
from nado_lab.instruments.clock import Clock
from nado_lab.instruments.errors import SetupError
from nado_lab.instruments.limits import check_all
from nado_lab.instruments.roles import Laser, PowerMeter
from nado_lab.instruments.setups.burst import wait_for_end
from nado_lab.instruments.setups.checks import Proof
from nado_lab.instruments.setups.delay_oscillator.bias import BiasPoint, fit_bias
from nado_lab.instruments.setups.delay_oscillator.config import DelayOscillatorConfig
from nado_lab.instruments.setups.delay_oscillator.drive_waveform import DriveWaveform, mask_of
from nado_lab.instruments.setups.delay_oscillator.electronics import Electronics, electronics_of
from nado_lab.instruments.setups.delay_oscillator.proofs import bias_found, light_follows_drive
from nado_lab.instruments.setups.open_roles import VisaLibrary
from nado_lab.instruments.setups.records import Limit, Reset, Response
from nado_lab.instruments.setups.setup import Setup

_BYTES_A_SAMPLE = 6
"""Of one node: two for each of its two voltages up, four for the light down, but for a few."""


def _never() -> bool:
    return False


class DelayOscillatorSetup(Setup[DelayOscillatorConfig]):
    """Drive the loops and read their light, burst by burst; a Device."""

    electronics: Electronics

    def __init__(self, config: DelayOscillatorConfig, visa_library: VisaLibrary, clock: Clock):
        timing, ports = config.timing, len(config.ports)
        resting_s = config.reset.delays * config.loop.delay_s
        rest_steps = int(np.ceil(resting_s * timing.sample_hz / timing.samples_per_step - 1e-6))
        self.waveform = DriveWaveform(
            mask_of(config.mask, timing.samples_per_step, ports),
            np.array([bias.volts for bias in config.bias]),
            max(rest_steps, 1),
        )
        self._lit = False
        super().__init__(config, visa_library, clock)

    def _assign_roles(self) -> None:
        self.electronics = electronics_of(self)
        self.laser = self.role("laser", Laser) if "laser" in self.roles else None
        self.power_meter = self.role("power_meter", PowerMeter) if "power_meter" in self.roles else None
        nodes, samples = len(self.config.ports), self.waveform.samples
        times = np.arange(samples) / self.config.timing.sample_hz
        names = [f"light_{sample}" for sample in range(samples)]
        if nodes > 1:
            self.channels = tuple(f"node{node}_{name}" for node in range(nodes) for name in names)
        else:
            self.channels = tuple(names)
            self.channel_axis = ChannelAxis("time", "s", tuple(times.tolist()))
        self.channel_units = ("V",) * len(self.channels)

    @property
    def step_s(self) -> float:
        """Duration of a step in s."""
        return self.waveform.samples / self.config.timing.sample_hz

    @property
    def waveform_shape(self) -> tuple[int, int]:
        """Samples a step and number of nodes."""
        return self.waveform.samples, len(self.config.ports)

    @property
    def reset(self) -> Reset:
        """The input at rest."""
        delays = self.config.reset.delays
        return Reset(f"the input rests for {delays} delays", self.waveform.rest_steps * self.step_s)

    def estimate_s(self, trials: int, steps: int) -> float:
        """Take all bursts, leads, rests and tails included, and their transfers."""
        each = min(self._batch_size(steps), max(trials, 1))
        bursts, left = divmod(trials, each)
        points = bursts * self.waveform.points(each, steps)
        points += self.waveform.points(left, steps) if left else 0
        rate = self.config.timing.transfer_bytes_per_s
        bytes_moved = points * len(self.config.ports) * _BYTES_A_SAMPLE
        return points / self.config.timing.sample_hz + (bytes_moved / rate if rate else 0.0)

    # -- limits ------------------------------------------------------------------------------

    def limit_list(self) -> tuple[Limit, ...]:
        """Limits of signal, bias and mean square."""
        limits = self.config.limits
        return (
            Limit("modulator", limits.max_volts, "V"),
            Limit("bias", limits.max_bias_v, "V"),
            Limit("duty", limits.max_duty, ""),
        )

    def check_limits(self, inputs: np.ndarray) -> None:
        most = self.config.limits.max_volts
        for index, port in enumerate(self.config.ports):
            check_all(port.name, inputs[..., index], -most, most, "V", "Narrow the window of the port.")
        self.check_bias(self.waveform.bias_v)
        squares = np.mean(self.waveform.mask**2, axis=0) * np.mean(inputs**2, axis=1)
        check_all("duty", squares / most**2, 0, self.config.limits.max_duty, "", "Lower the drive.")

    def check_bias(self, volts: np.ndarray) -> None:
        """Raise LimitError where a bias voltage (…,) in V is too large."""
        most = self.config.limits.max_bias_v
        check_all("bias", volts, -most, most, "V", "Choose another target_rad, or scan the bias again.")

    # -- the drive ---------------------------------------------------------------------------

    def _play(self, inputs: np.ndarray, should_stop: Callable[[], bool]) -> Iterator[Response]:
        size = self._batch_size(inputs.shape[1])
        for first in range(0, len(inputs), size):
            batch = inputs[first : first + size]
            seen = None if should_stop() else self.burst(self.waveform.volts(batch), should_stop)
            if seen is None:
                self.shutdown()
                return
            yield from self._responses(self.waveform.trials(seen, len(batch)), batch)

    def _responses(self, frames: np.ndarray, batch: np.ndarray) -> Iterator[Response]:
        readout = np.moveaxis(frames, -1, -2).reshape(*frames.shape[:2], -1)
        for trial, applied in enumerate(batch):
            yield Response(
                readout=readout[trial, 1:],
                initial=readout[trial, 0],
                waveform=frames[trial, 1:],
                input=applied,
            )

    def _batch_size(self, steps: int) -> int:
        timing, waveform = self.config.timing, self.waveform
        memory = self.electronics.memory_points
        if waveform.points(1, steps) > memory:
            most = memory // waveform.samples - 2 * waveform.rest_steps - 1
            raise SetupError(f"{steps} steps do not fit the memory of {memory} samples; {max(most, 0)} do")
        points = min(memory, int(timing.max_burst_s * timing.sample_hz))
        room = points // waveform.samples - waveform.rest_steps - 1
        return max(room // (waveform.rest_steps + steps), 1)

    def burst(self, volts: np.ndarray, should_stop: Callable[[], bool] = _never) -> np.ndarray | None:
        """Play signals and biases (sample, 2 x port) in V; return light (sample, port), None if stopped."""
        self.energise()
        self.electronics.start(volts)
        seconds = len(volts) / self.config.timing.sample_hz
        if not wait_for_end(self, self.electronics.busy, seconds, self.config.timing.poll_s, should_stop):
            return None
        self.require_energised()
        self.require_health()
        return self.electronics.readings()

    # -- power -------------------------------------------------------------------------------

    def energise(self) -> None:
        """Switch everything on with the modulators at 0 V, once; the interlock is read every time."""
        self.require_interlock()
        if self._energised:
            return
        self._energised = True
        limits, timing = self.config.limits, self.config.timing
        peak = max(limits.max_volts, limits.max_bias_v)
        self.electronics.prepare(timing.sample_hz, peak, self.config.readout.range_v)
        self._light_up()

    def _light_up(self) -> None:
        """Switch the laser on, if it is the setup's, once the modulators are at 0 V."""
        wanted = self.config.laser
        if self.power_meter is not None and wanted is not None:
            self.power_meter.prepare(wanted.wavelength_m, wanted.watts)
        if self.laser is not None and wanted is not None:
            self.laser.prepare(wanted.wavelength_m, wanted.watts)
            self.laser.emit()
            self._lit = True

    def interlocks(self) -> tuple[str, ...]:
        """Say so where the laser went dark, as its own interlock makes it, while the setup is on."""
        is_dark = self.laser is not None and self._lit and not self.laser.emits()
        return ("laser: it is dark; close its interlock and look at its key",) if is_dark else ()

    def _safe_actions(self) -> list[tuple[str, Callable[[], object]]]:
        self._energised = self._lit = False
        return super()._safe_actions()

    # -- the bias ----------------------------------------------------------------------------

    def scan_bias(self, levels: np.ndarray, should_stop: Callable[[], bool] = _never) -> np.ndarray | None:
        """Return the light (level, port) in V of biases (level,) in V at all modulators; None if stopped.

        No signal; each level is held as long as a reset, and the second half of it is averaged.
        """
        levels = np.asarray(levels, float)
        self.check_bias(levels)
        held = 2 * self.waveform.rest_steps * self.waveform.samples
        ports = len(self.config.ports)
        signal = np.zeros((held * len(levels), ports))
        bias = np.repeat(levels, held)[:, None].repeat(ports, axis=1)
        try:
            seen = self.burst(np.hstack([signal, bias]), should_stop)
        except BaseException:
            self.shutdown()
            raise
        if seen is None:
            self.shutdown()
            return None
        return seen.reshape(len(levels), held, ports)[:, held // 2 :].mean(axis=1)

    def scan_s(self, count: int) -> float:
        """Return the duration of a scan of ``count`` levels in s."""
        return 2 * count * self.waveform.rest_steps * self.step_s

    def bias_levels(self, count: int = 24) -> np.ndarray:
        """Return bias voltages (level,) in V over a period of the transmission, as far as the limit lets."""
        half = max(bias.half_wave_v for bias in self.config.bias)
        most = min(half, self.config.limits.max_bias_v)
        return np.linspace(-most, most, count)

    def bias_points(self, levels: np.ndarray, light: np.ndarray) -> tuple[BiasPoint, ...]:
        """Fit each node's bias point to the light (level, port) of a scan."""
        found = zip(light.T, self.config.bias, strict=True)
        return tuple(fit_bias(levels, seen, bias.half_wave_v) for seen, bias in found)

    def proofs(self) -> list[Proof]:
        """A bias scan finds the bias point that the file states; the light follows a small drive."""
        return [
            ("bias point", lambda: bias_found(self)),
            ("light follows a low drive", lambda: light_follows_drive(self)),
        ]
