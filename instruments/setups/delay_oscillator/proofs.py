"""What `nado check` proves of a delay oscillator: its bias point is known, and its light answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from nado_lab.instruments.errors import InstrumentError
from nado_lab.instruments.setups.delay_oscillator.bias import BiasPoint
from nado_lab.instruments.setups.delay_oscillator.config import DelayOscillatorConfig
from nado_lab.instruments.setups.delay_oscillator.drive_waveform import DriveWaveform

_LOW_DRIVE = 0.1
_STEPS = 100
_FAR_RAD = 0.3
_STANDARD_ERRORS = 5.0


class Oscillator(Protocol):
    """What is proved: the setup of a delay oscillator."""

    waveform: DriveWaveform

    @property
    def config(self) -> DelayOscillatorConfig: ...

    def check_limits(self, inputs: np.ndarray) -> None: ...

    def burst(self, volts: np.ndarray) -> np.ndarray | None: ...

    def bias_levels(self) -> np.ndarray: ...

    def scan_bias(self, levels: np.ndarray) -> np.ndarray | None: ...

    def bias_points(self, levels: np.ndarray, light: np.ndarray) -> Sequence[BiasPoint]: ...


def bias_found(setup: Oscillator) -> str:
    """Scan the bias; InstrumentError where a phase lies more than 0.3 rad from the file's."""
    levels = setup.bias_levels()
    light = setup.scan_bias(levels)
    if light is None:
        raise InstrumentError("the bias scan was stopped")
    told = []
    for port, bias, found in zip(
        setup.config.ports, setup.config.bias, setup.bias_points(levels, light), strict=True
    ):
        away = (found.phase_rad - bias.phase_rad + np.pi / 2) % np.pi - np.pi / 2
        if abs(away) > _FAR_RAD:
            raise InstrumentError(
                f"{port.name}: the bias phase is {found.phase_rad:.2f} rad, {away:+.2f} rad from phase_rad "
                "of the setup file; measure it with `nado measure bias_scan` and write it there"
            )
        told.append(f"{port.name} {found.phase_rad:.3f} ± {found.phase_error_rad:.2g} rad")
    return f"{', '.join(told)}; {np.max(light):.3g} V of light at most"


def light_follows_drive(setup: Oscillator) -> str:
    """Drive a tenth of the window up and down; InstrumentError where a node's light does not follow."""
    ports = setup.config.ports
    volts = _LOW_DRIVE * min(setup.config.limits.max_volts, *(port.half for port in ports))
    rng = np.random.default_rng(0)
    inputs = volts * rng.choice([-1.0, 1.0], (1, _STEPS, len(ports)))
    setup.check_limits(inputs)
    seen = setup.burst(setup.waveform.volts(inputs))
    if seen is None:
        raise InstrumentError("the burst was stopped")
    light = setup.waveform.trials(seen, 1)[0, 1:]
    told = []
    for node, port in enumerate(ports):
        signal = (inputs[0, :, None, node] * setup.waveform.mask[:, node]).ravel()
        answer = light[..., node].ravel() - light[..., node].mean()
        gain = float(answer @ signal / (signal @ signal))
        error = float(np.std(answer - gain * signal) / np.sqrt(signal @ signal))
        if abs(gain) < _STANDARD_ERRORS * error:
            raise InstrumentError(
                f"{port.name}: the light follows {volts:.3g} V by {gain:.2g} ± {error:.2g} V per V; check "
                "laser, bias and photodiode"
            )
        told.append(f"{port.name} {gain:+.3f} ± {error:.2g} V per V")
    return ", ".join(told)
