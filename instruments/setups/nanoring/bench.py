"""The instruments of a nanoring setup: bursts of a rotating field, what they may ask for, power, proofs."""

from collections.abc import Callable

import numpy as np
from nado_lab.instruments.clock import Clock
from nado_lab.instruments.errors import InstrumentError, SetupError, StuckOutputError
from nado_lab.instruments.limits import check_all
from nado_lab.instruments.roles import CurrentSource, Digitiser, WaveformPair
from nado_lab.instruments.setups.bring_up import Step, first_steps, last_steps
from nado_lab.instruments.setups.burst import wait_for_end
from nado_lab.instruments.setups.checks import Proof
from nado_lab.instruments.setups.magnetic import MagneticSetup, read_at_rest
from nado_lab.instruments.setups.nanoring.bring_up import field_steps
from nado_lab.instruments.setups.nanoring.config import Axis, AxisConfig, NanoringConfig
from nado_lab.instruments.setups.nanoring.drive_waveform import LEAD_FRAMES, DriveWaveform
from nado_lab.instruments.setups.nanoring.harmonics import channel_names
from nado_lab.instruments.setups.nanoring.proof import prove_field, told
from nado_lab.instruments.setups.open_roles import VisaLibrary

_FADE_S = 0.2
_REST_SHARE, _REST_S = 0.01, 0.4
_SETTLING = 2


def now() -> None:
    """Wait for nothing."""


class NanoringBench(MagneticSetup[NanoringConfig]):
    """What plays and reads bursts; `NanoringSetup` makes trials of them."""

    def __init__(self, config: NanoringConfig, visa_library: VisaLibrary, clock: Clock):
        self.waveform = DriveWaveform(
            config.timing.rotation_hz,
            config.timing.samples_per_rotation,
            config.reset.field_t,
            (config.axes.x.phase_rad, config.axes.y.phase_rad),
        )
        self._proven = False
        super().__init__(config, visa_library, clock)

    def _assign_roles(self) -> None:
        super()._assign_roles()
        self.generator = self.role("generator", WaveformPair)
        self.source = self.role("source", CurrentSource)
        names = sorted(name for name in self.roles if name.startswith("digitiser_"))
        self.digitisers = [self.role(name, Digitiser) for name in names]
        monitored = [axis for axis in Axis if f"monitor_{axis}" in self.roles]
        self.monitors = {axis: self.role(f"monitor_{axis}", Digitiser) for axis in monitored}
        self.channels = channel_names(len(self.digitisers))
        self.channel_units = ("V",) * len(self.channels)

    @property
    def rotation_s(self) -> float:
        """Duration of a rotation in s."""
        return 1 / self.config.timing.rotation_hz

    @property
    def waveform_shape(self) -> tuple[int, int]:
        """Raw samples a step and number of contact pairs."""
        return self.waveform.samples, len(self.digitisers)

    def tesla_per_ampere(self, supply: str) -> float:
        """Return the calibration of the axis that `supply_x` or `supply_y` feeds."""
        return self.config.axes.of(Axis(supply.removeprefix("supply_"))).tesla_per_ampere

    # -- limits ------------------------------------------------------------------------------

    def check_limits(self, inputs: np.ndarray) -> None:
        field, limits, waveform = inputs[..., 0], self.config.limits, self.waveform
        self.check_field(field)
        for name, axis in (("supply_x", self.config.axes.x), ("supply_y", self.config.axes.y)):
            most = self.config.roles[name].limits.get("max_amperes", np.inf)
            peak = max(waveform.reset_t, float(np.max(field, initial=0.0))) + abs(axis.offset_t)
            amperes = np.array([peak / axis.tesla_per_ampere])
            check_all(f"current of {name}", amperes, 0.0, most, "A", "Lower the field.")
        slew, duty = waveform.steepest(field), waveform.duty(field, limits.max_field_t)
        check_all("slew", np.array([slew]), 0, limits.max_slew_t_per_s, "T/s", "Narrow the window.")
        check_all("duty", np.array([duty]), 0, limits.max_duty, "", "Lower the field.")

    # -- one burst ---------------------------------------------------------------------------

    def burst(
        self,
        field: np.ndarray,
        digitisers: list[Digitiser],
        should_stop: Callable[[], bool],
        ready: Callable[[], None] = now,
    ) -> np.ndarray | None:
        """Play a field (sample, 2) in T; return volts (sample, digitiser), None if stopped.

        `ready()` is called when all is loaded, and may wait.
        """
        self.energise()
        self.generator.load(self._control_volts(field))
        for digitiser in digitisers:
            digitiser.arm(len(field))
        ready()
        self.generator.trigger()
        seconds = len(field) / self.waveform.rate_hz
        if not wait_for_end(self, self.generator.busy, seconds, self.config.timing.poll_s, should_stop):
            return None
        self.require_energised()
        self._require_rest()
        return np.stack([digitiser.readings() for digitiser in digitisers], axis=1)

    def _require_rest(self) -> None:
        """Raise StuckOutputError where a current still flows after the burst; ask all instruments' health."""
        for name, supply in self.coil_supplies.items():
            most = max(_REST_SHARE * supply.most_amperes, read_at_rest(supply))
            amperes = supply.measured_amperes()
            if abs(amperes) > most:
                self.clock.sleep(_REST_S)  # a reading may be the mean of what flowed before
                amperes = supply.measured_amperes()
            if abs(amperes) > most:
                raise StuckOutputError(f"{name}: {amperes:.3g} A still flow after the end of the burst")
        self.require_health()

    def _control_volts(self, field: np.ndarray) -> np.ndarray:
        return np.stack(
            [_volts(self.config.axes.x, field[:, 0]), _volts(self.config.axes.y, field[:, 1])], axis=1
        )

    # -- power -------------------------------------------------------------------------------

    def energise(self) -> None:
        """Switch everything on at zero field, once; the interlock is read every time."""
        self.require_interlock()
        if self._energised:
            return
        self._energised = True
        peak = max(float(np.max(self._control_volts(np.full((1, 2), self.config.limits.max_field_t)))), 1e-3)
        self.generator.prepare(self.waveform.rate_hz, round(peak, 6))
        for supply in self.coil_supplies.values():
            supply.prepare_amplifier(supply.most_volts)
        readout = self.config.readout
        self.source.source(readout.current_a, readout.compliance_v)
        for digitiser in self.digitisers:
            digitiser.prepare(readout.range_v, self.waveform.rate_hz)
        for monitor in self.monitors.values():
            monitor.prepare(self.config.monitor.range_v, self.waveform.rate_hz)

    def _safe_actions(self) -> list[tuple[str, Callable[[], object]]]:
        """Shrink a running burst before anything is switched off."""
        self._energised, energised = False, self._energised
        actions = super()._safe_actions()
        if energised and self.generator.running:
            actions.insert(0, ("generator", lambda: self.generator.fade(_FADE_S)))
        return actions

    # -- calibration -------------------------------------------------------------------------

    def turn_field(
        self, axis: Axis, field_t: float, rotations: int, should_stop: Callable[[], bool] = lambda: False
    ) -> np.ndarray | None:
        """Rotate ``field_t`` T and return what an axis' gaussmeter saw (rotation, sample) in T.

        None if stopped; the first rotations, in which everything settles, are left out.
        """
        if axis not in self.monitors:
            known = ", ".join(f"monitor_{name}" for name in self.monitors) or "none"
            raise SetupError(
                f"axis {axis} needs a role 'monitor_{axis}' (a digitiser); this setup has {known}"
            )
        amplitudes = np.full((1, rotations + _SETTLING), field_t)
        self.check_limits(amplitudes[..., None])
        try:
            volts = self.burst(self.waveform.field(amplitudes), [self.monitors[axis]], should_stop)
        except BaseException:
            self.shutdown()
            raise
        if volts is None:
            self.shutdown()
            return None
        samples = self.waveform.samples
        tesla = volts[:-samples, 0] * self.config.monitor.tesla_per_volt
        return tesla.reshape(-1, samples)[LEAD_FRAMES + _SETTLING :]

    def bring_up_steps(self) -> list[Step]:
        """Return the steps of the guided first hour."""
        return [*first_steps(self), *self.supply_steps(), *field_steps(self), *last_steps(self)]

    def proofs(self) -> list[Proof]:
        """Drive 1 % of each supply's range; see the field on the monitors where there are any."""
        seen: list[Proof] = [("field seen by the monitors", self._prove)] if self._is_monitored() else []
        return super().proofs() + seen

    def _prove_once(self) -> None:
        """See the field on the monitors, where there are any, before the first trial."""
        if self._is_monitored() and not self._proven:
            prove_field(self)
            self._proven = True

    def _prove(self) -> str:
        """Prove the field from a safe bench on: what went before may have switched a supply off."""
        self.shutdown()
        return told(prove_field(self))

    def _is_monitored(self) -> bool:
        return len(self.monitors) == len(Axis)

    def watched(self, field: np.ndarray) -> dict[Axis, np.ndarray]:
        """Play a field (sample, 2) in T; return what each axis' monitor saw (sample,) in T."""
        volts = self.burst(field, list(self.monitors.values()), lambda: False)
        if volts is None:
            raise InstrumentError("the burst that proves the field was stopped")
        seen = self.config.monitor.tesla_per_volt * volts
        return {axis: seen[:, place] for place, axis in enumerate(self.monitors)}


def _volts(axis: AxisConfig, field: np.ndarray) -> np.ndarray:
    """Return the control voltage for a field (sample,) in T."""
    wanted = np.where(field == 0.0, 0.0, field - axis.offset_t)
    return wanted / axis.tesla_per_ampere / axis.amperes_per_volt
