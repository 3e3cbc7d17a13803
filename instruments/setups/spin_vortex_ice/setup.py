"""The spin-vortex-ice setup: a step is a field loop +H, -H and then a whole spectrum dP/dH at -H.

The microwave source steps through the grid on its own clock and triggers the lock-in at every point; the
spectrum comes back as one block.
"""

from collections.abc import Callable, Iterator

import numpy as np
from nado_lab.channels import ChannelAxis
from nado_lab.instruments.errors import InstrumentTimeout, StuckOutputError
from nado_lab.instruments.limits import check_all
from nado_lab.instruments.roles import FieldProbe, LockIn, MicrowaveSource
from nado_lab.instruments.setups.magnetic import MagneticSetup
from nado_lab.instruments.setups.records import Reset, Response
from nado_lab.instruments.setups.spin_vortex_ice.config import SpinVortexIceConfig
from nado_lab.instruments.setups.stepwise import Played, Ready

_GRACE_S = 5.0
_LEAST_TOLERANCE_T = 2e-4


def _at_once(lead_s: float = 0.0) -> None:
    """Wait for nothing: whole trials take their steps one after another."""


class SpinVortexIceSetup(MagneticSetup[SpinVortexIceConfig]):
    """Drive the ice by field loops and read its resonances; a Device."""

    waveform_units = "T"

    def _assign_roles(self) -> None:
        super()._assign_roles()
        self.supply = self.coil_supplies["supply"]
        self.gaussmeter = self.role("gaussmeter", FieldProbe)
        self.microwave = self.role("microwave", MicrowaveSource)
        self.lockin = self.role("lockin", LockIn)
        self.channels = tuple(f"{hertz / 1e9:.3f} GHz" for hertz in self.frequencies)
        self.channel_units = ("V",) * len(self.channels)
        self.channel_axis = ChannelAxis("frequency", "Hz", tuple(map(float, self.frequencies)))

    @property
    def frequencies(self) -> np.ndarray:
        """The grid (channel,) in Hz."""
        spectrum = self.config.spectrum
        return np.linspace(spectrum.start_hz, spectrum.stop_hz, spectrum.points)

    @property
    def step_s(self) -> float:
        """Duration of a step in s: two field ramps and a sweep."""
        spectrum, loop = self.config.spectrum, self.config.loop
        return spectrum.points * spectrum.dwell_s + 2 * loop.settle_s

    @property
    def waveform_shape(self) -> tuple[int, int]:
        """Raw samples a step (field read at +H and at -H, in T) and number of probes."""
        return 2, 1

    @property
    def reset(self) -> Reset:
        """The saturating field, the middle of the window, and a spectrum there."""
        spectrum, loop = self.config.spectrum, self.config.loop
        words = (
            f"-{1e3 * self.config.reset.field_t:g} mT, then a spectrum at -{1e3 * self.ports[0].middle:g} mT"
        )
        return Reset(
            words, spectrum.points * spectrum.dwell_s + 2 * loop.settle_s + self._ramps_s(reset=True)
        )

    def estimate_s(self, trials: int, steps: int) -> float:
        """Take resets, sweeps, settling and ramps of all trials."""
        return trials * (self.reset.seconds + steps * (self.step_s + self._ramps_s(reset=False)))

    def _ramps_s(self, *, reset: bool) -> float:
        """Return how long the current moves in a reset, or in a step at the middle of the window."""
        middle, most = self.ports[0].middle, self.config.reset.field_t
        way_t = middle + most + abs(most - middle) if reset else 4 * middle
        return way_t / (self.supply.slew * self.config.axis.tesla_per_ampere)

    def tesla_per_ampere(self, supply: str) -> float:  # noqa: ARG002  (there is one)
        """Return the calibration of the magnet."""
        return self.config.axis.tesla_per_ampere

    # -- limits ------------------------------------------------------------------------------

    def check_limits(self, inputs: np.ndarray) -> None:
        field, limits, reset = inputs[..., 0], self.config.limits, self.config.reset.field_t
        start = self.ports[0].middle
        self.check_field(np.append(field, start))
        peak = max(reset, start, float(np.max(field, initial=0.0))) + abs(self.config.axis.offset_t)
        amperes = np.array([peak / self.config.axis.tesla_per_ampere])
        check_all("current of supply", amperes, 0.0, self.supply.most_amperes, "A", "Lower the field.")
        slew = np.array([self.supply.slew * self.config.axis.tesla_per_ampere])
        check_all("slew", slew, 0.0, limits.max_slew_t_per_s, "T/s", "Lower slew_amperes_per_s.")

    # -- a trial -----------------------------------------------------------------------------

    def _play(self, inputs: np.ndarray, should_stop: Callable[[], bool]) -> Iterator[Response]:
        for trial in inputs:
            response = None if should_stop() else self._trial(trial[:, 0], should_stop)
            if response is None:
                self.shutdown()
                return
            yield response

    def _trial(self, field: np.ndarray, should_stop: Callable[[], bool]) -> Response | None:
        """Saturate, read the initial spectrum, then loop and read for each field (step,) in T."""
        start = self.begin_steps(_at_once, should_stop)
        played = []
        for peak in field:
            step = None if start is None or should_stop() else self._loop(peak, should_stop)
            if step is None:
                return None
            played.append(step)
        if start is None:
            return None
        shape = (len(field), len(self.channels))
        spectra = np.reshape([step.readout for step in played], shape)
        seen = np.reshape([step.waveform for step in played], (len(field), 2, 1))
        return Response(spectra, start.readout, seen, np.asarray(field)[:, None])

    def _loop(self, peak: float, should_stop: Callable[[], bool]) -> Played | None:
        """Take the field to +peak and to -peak, in T, and read the spectrum there; None if stopped."""
        seen = np.array([[self._go_to(peak)], [self._go_to(-peak)]])
        spectrum = self._spectrum(should_stop)
        if spectrum is None:
            return None
        self.require_health()
        return Played(spectrum, seen)

    @property
    def least_period_s(self) -> float:
        """Return the time in s of a step at the top of the window."""
        way_t = 4 * self.ports[0].high
        return self.step_s + way_t / (self.supply.slew * self.config.axis.tesla_per_ampere)

    def begin_steps(self, ready: Ready, should_stop: Callable[[], bool]) -> Played | None:
        """Saturate, go to the middle of the window, and read the spectrum there."""
        self.energise()
        reset = np.array([[self._go_to(-self.config.reset.field_t)], [self._go_to(-self.ports[0].middle)]])
        ready()
        spectrum = self._spectrum(should_stop)
        return None if spectrum is None else Played(spectrum, reset)

    def play_step(self, inputs: np.ndarray, ready: Ready, should_stop: Callable[[], bool]) -> Played | None:
        """Play one field loop; the field stays at its end until the next step."""
        ready()
        return self._loop(float(inputs[0]), should_stop)

    def _go_to(self, tesla: float) -> float:
        """Take the field to ``tesla`` within the slew limit; return what the gaussmeter reads in T."""
        self.require_interlock()
        self.require_energised()
        axis, loop = self.config.axis, self.config.loop
        self.supply.ramp_to((tesla - axis.offset_t) / axis.tesla_per_ampere)
        self.clock.sleep(loop.settle_s)
        found = self.gaussmeter.measured_tesla()
        if abs(found - tesla) > max(loop.field_tolerance * abs(tesla), _LEAST_TOLERANCE_T):
            raise StuckOutputError(
                f"asked for {tesla * 1e3:.2f} mT, the gaussmeter reads {found * 1e3:.2f} mT"
            )
        return found

    def _spectrum(self, should_stop: Callable[[], bool]) -> np.ndarray | None:
        """Sweep once and return the spectrum (channel,) in V; None if stopped."""
        self.lockin.arm(len(self.channels))
        self.microwave.sweep()
        end = self.clock.now() + len(self.channels) * self.config.spectrum.dwell_s
        while self.microwave.sweeping():
            if should_stop():
                return None
            self.require_interlock()
            left = end - self.clock.now()
            if left < -_GRACE_S:
                raise InstrumentTimeout("the sweep did not end; check the microwave source")
            self.clock.sleep(min(self.config.loop.poll_s, max(left, 1e-3)))
        return self.lockin.readings()

    # -- power -------------------------------------------------------------------------------

    def energise(self) -> None:
        """Switch everything on at zero field, once; the interlock is read every time."""
        self.require_interlock()
        if self._energised:
            return
        self._energised = True
        spectrum, modulation = self.config.spectrum, self.config.modulation
        self.gaussmeter.prepare(self.config.limits.max_field_t)
        self.supply.prepare_amplifier(self.supply.most_volts)
        self.lockin.prepare(
            modulation.frequency_hz, modulation.sine_v, modulation.time_constant_s, modulation.sensitivity_v
        )
        self.microwave.prepare_sweep(
            spectrum.start_hz, spectrum.stop_hz, spectrum.points, spectrum.dwell_s, spectrum.power_dbm
        )

    def _safe_actions(self) -> list[tuple[str, Callable[[], object]]]:
        self._energised = False
        return super()._safe_actions()
