"""The first hour of a nanoring bench: field per current, field per volt, overload, a slow rotation."""

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from nado_lab.instruments.clock import Clock
from nado_lab.instruments.errors import InstrumentError, OverloadError
from nado_lab.instruments.roles import BipolarSupply, Digitiser, FieldProbe, Role
from nado_lab.instruments.setups.bring_up import Step
from nado_lab.instruments.setups.nanoring.config import Axis
from nado_lab.instruments.setups.nanoring.drive_waveform import DriveWaveform
from nado_lab.instruments.setups.nanoring.proof import Watched, prove_field, require_axis, told

_SHARE = 0.05
_SETTLE_S = 0.5
_SLOW_HZ, _RATE_HZ = 1.0, 1000.0
_SMALLEST_RANGE_V = 0.1
"""The smallest range of a DMM6500 that digitises, in V."""


class Rotating(Watched, Protocol):
    """What is asked of a setup."""

    clock: Clock
    roles: dict[str, Role]
    monitors: dict[Axis, Digitiser]
    coil_supplies: dict[str, BipolarSupply]
    generator: Any
    waveform: DriveWaveform

    def energise(self) -> None: ...

    def shutdown(self) -> list[str]: ...

    def burst(
        self, field: np.ndarray, digitisers: list[Digitiser], should_stop: Callable[[], bool]
    ) -> np.ndarray | None: ...


def field_steps(setup: Rotating) -> list[Step]:
    """Return the steps that there are instruments for: gaussmeters, monitors."""
    steps = []
    small = f"{1e3 * _SHARE * setup.config.limits.max_field_t:.3g} mT"
    if _probes(setup):
        sends = f"a current for {small} through the bus, one axis after the other"
        steps.append(Step("field per current", sends, lambda: _field_per_current(setup)))
    if len(setup.monitors) == len(Axis):
        tenth = f"{1e2 * setup.config.limits.max_field_t:.3g} mT"
        steps += [
            Step("field per volt", f"+{tenth}, then -half of it, from the generator", lambda: _proven(setup)),
            Step("overload is seen", "a field beyond the smallest range", lambda: _overload(setup)),
            Step("one slow rotation", f"{small} turning at {_SLOW_HZ:g} Hz", lambda: _rotation(setup)),
        ]
    return steps


def _probes(setup: Rotating) -> dict[Axis, FieldProbe]:
    found = {axis: setup.roles.get(f"gaussmeter_{axis}") for axis in Axis}
    return {axis: probe for axis, probe in found.items() if isinstance(probe, FieldProbe)}


def _field_per_current(setup: Rotating) -> str:
    """Send a small current through each coil and compare what its gaussmeter reads with the calibration."""
    probes, config = _probes(setup), setup.config
    asked = _SHARE * config.limits.max_field_t
    for probe in probes.values():
        probe.prepare(config.limits.max_field_t)
    rest = {axis: probe.measured_tesla() for axis, probe in probes.items()}
    seen = {}
    for axis in probes:
        supply = setup.coil_supplies[f"supply_{axis}"]
        supply.prepare_amplifier(supply.most_volts)
        supply.ramp_to(asked / config.axes.of(axis).tesla_per_ampere)
        setup.clock.sleep(_SETTLE_S)
        read = {each: (probe.measured_tesla() - rest[each]) / asked for each, probe in probes.items()}
        supply.shutdown()
        crossed = next((share for each, share in read.items() if each is not axis), 0.0)
        require_axis(axis, read[axis], crossed, config.monitor.largest_deviation, asked)
        seen[axis] = read[axis]
    return told(seen)


def _proven(setup: Rotating) -> str:
    setup.shutdown()
    return told(prove_field(setup))


def _overload(setup: Rotating) -> str:
    """Drive a monitor beyond its smallest range: the overload must be told, not read as a field."""
    config = setup.config
    field_t = 2 * _SMALLEST_RANGE_V * config.monitor.tesla_per_volt
    if field_t > config.limits.max_field_t / 2:
        return f"not provoked: it would take {1e3 * field_t:.3g} mT"
    setup.energise()
    for monitor in setup.monitors.values():
        monitor.prepare(_SMALLEST_RANGE_V, setup.waveform.rate_hz)
    try:
        setup.burst(setup.waveform.single(field_t), list(setup.monitors.values()), lambda: False)
    except OverloadError as seen:
        return f"told: {seen}"
    finally:
        setup.shutdown()
    raise InstrumentError(f"{1e3 * field_t:.3g} mT exceed the smallest range, and no overload was told")


def _rotation(setup: Rotating) -> str:
    """Turn a small field slowly by continuous sines; both monitors must see it, a quarter turn apart."""
    config = setup.config
    field_t = _SHARE * config.limits.max_field_t
    setup.energise()
    per_axis = [config.axes.of(axis) for axis in Axis]
    volts = [field_t / axis.tesla_per_ampere / axis.amperes_per_volt for axis in per_axis]
    monitors = list(setup.monitors.values())
    try:
        setup.generator.rotate(_SLOW_HZ, tuple(volts))
        for monitor in monitors:
            monitor.prepare(config.monitor.range_v, _RATE_HZ)
            monitor.arm(round(_RATE_HZ / _SLOW_HZ))
        setup.clock.sleep(2.5 / _SLOW_HZ)
        seen = np.stack([monitor.readings() for monitor in monitors]) * config.monitor.tesla_per_volt
        setup.generator.fade(0.2)
    finally:
        setup.shutdown()
    turn = np.exp(-2j * np.pi * np.arange(seen.shape[1]) / seen.shape[1])
    x, y = 2 * (seen * turn).mean(axis=1) / field_t
    most = config.monitor.largest_deviation
    if np.any(np.abs(np.abs([x, y]) - 1) > most):
        raise InstrumentError(
            f"the field turns with {abs(x):.2f} (x) and {abs(y):.2f} (y) of what was asked for"
        )
    ahead = np.degrees(np.angle(x / y))
    if abs(ahead - 90) > np.degrees(most):
        raise InstrumentError(f"x is {ahead:.0f} degrees ahead of y, not 90: an axis is inverted, or swapped")
    return (
        f"{100 * abs(x):.0f} and {100 * abs(y):.0f} % of {1e3 * field_t:.3g} mT, x {ahead:.0f} degrees ahead"
    )
