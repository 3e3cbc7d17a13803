"""What can be calibrated of a setup, by its family: which protocol measures it, and how its run is fitted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from nado_lab.lab.errors import LabError

if TYPE_CHECKING:
    import xarray as xr
    from nado_lab.instruments import SetupConfig

Values = Mapping[str, float]
"""Measured numbers by the names that they have in the setup's file."""
Fit = Callable[["SetupConfig", "xr.Dataset"], tuple[dict[str, Values], "SetupConfig"]]


@dataclass(frozen=True)
class Calibration:
    """`what` is calibrated of setups of `kind` by a run of `protocol`, fitted by `fit`."""

    what: str
    kind: str
    protocol: str
    fit: Fit


def _fit_axes(config: SetupConfig, data: xr.Dataset) -> tuple[dict[str, Values], SetupConfig]:
    """Fit each axis of a rotating field to what its gaussmeter saw."""
    from nado_lab.instruments.setups.nanoring import Axis, NanoringConfig, fit_axis

    if not isinstance(config, NanoringConfig):
        raise LabError(f"a setup of kind {config.kind} has no axes to calibrate")
    seen = zip(data["axis"].values.tolist(), data["field"].values, data["monitor"].values, strict=True)
    parts: dict[str, Values] = {}
    for name, field, monitor in seen:
        axis = Axis(name)
        parts[name] = fit_axis(axis, monitor, float(field), config.axes.of(axis)).values()
    for name, values in parts.items():
        config = config.with_calibration(Axis(name), dict(values))
    return parts, config


def _fit_bias(config: SetupConfig, data: xr.Dataset) -> tuple[dict[str, Values], SetupConfig]:
    """Fit each modulator's bias point to the mean light of all scans."""
    from nado_lab.instruments.setups.delay_oscillator import DelayOscillatorConfig, fit_bias

    if not isinstance(config, DelayOscillatorConfig):
        raise LabError(f"a setup of kind {config.kind} has no bias to calibrate")
    levels, light = data["bias"].values[0], np.mean(data["light"].values, axis=0)
    parts: dict[str, Values] = {}
    for node, port in enumerate(config.ports):
        parts[port.name] = fit_bias(levels, light[:, node], config.bias[node].half_wave_v).values()
    for node, values in enumerate(parts.values()):
        config = config.with_bias(node, values)
    return parts, config


AXES = Calibration("axes", "nanoring", "calibrate_axes", _fit_axes)
BIAS = Calibration("bias", "delay-oscillator", "bias_scan", _fit_bias)


def calibration_of(kind: str) -> Calibration:
    """Return how setups of a kind are calibrated: by their axes where nothing else is known."""
    return BIAS if kind == BIAS.kind else AXES
