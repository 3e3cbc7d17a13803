"""Calibrate the axes of a rotating field: measure a run, fit it, write the setup file that results."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nado_lab.lab.errors import LabError
from nado_lab.lab.new_output import refuse_existing
from nado_lab.lab.runs.observer import Observer
from nado_lab.lab.setup import SetupSource
from nado_lab.lab.store import Run, Status
from nado_lab.lab.text_file import write_text
from nado_lab.lab.workflow.measure import MeasureRequest, measure

if TYPE_CHECKING:
    from nado_lab.instruments.setups.nanoring import AxisCalibration, NanoringConfig


@dataclass(frozen=True)
class CalibrateRequest:
    """Which setup to calibrate at which field, the new setup file, and the run that is measured for it."""

    setup: SetupSource
    out: Path
    run: Path
    field_mt: float = 3.0
    rotations: int = 20


@dataclass(frozen=True)
class CalibrateResult:
    """The calibration of each axis as measured, and the setup with it."""

    axes: dict[str, AxisCalibration]
    config: NanoringConfig


def calibrate(request: CalibrateRequest, observer: Observer | None = None) -> CalibrateResult:
    """Measure the run of a request, fit both axes from it, and write the calibrated setup file."""
    refuse_existing(request.out)
    if not request.out.parent.is_dir():
        raise LabError(f"there is no folder {request.out.parent}; make it first, or choose another --out")
    asked = {"field": request.field_mt, "rotations": request.rotations}
    measure(MeasureRequest("calibrate_axes", request.run, request.setup, asked), observer)
    result = fit_calibration(request.run)
    write_text(request.out, result.config.to_toml())
    return result


def fit_calibration(path: str | Path) -> CalibrateResult:
    """Fit the axes that a run of `calibrate_axes` recorded, against the setup that it was measured on."""
    from nado_lab.instruments.setups.nanoring import Axis, fit_axis

    run = Run.open(path)
    if run.status is not Status.COMPLETE:
        raise LabError(f"{path} was {run.status}: {run.metadata.reason}; `nado resume` goes on with it")
    config, data = _config_of(run), run.dataset()
    seen = zip(data["axis"].values.tolist(), data["field"].values, data["monitor"].values, strict=True)
    found = {Axis(axis): (monitor, float(field)) for axis, field, monitor in seen}
    axes = {axis: fit_axis(axis, *what, config.axes.of(axis)) for axis, what in found.items()}
    for axis, calibration in axes.items():
        config = config.with_calibration(axis, calibration.values())
    return CalibrateResult({axis.value: calibration for axis, calibration in axes.items()}, config)


def _config_of(run: Run) -> NanoringConfig:
    from nado_lab.instruments import config_from
    from nado_lab.instruments.setups.nanoring import NanoringConfig

    record = run.metadata.setup
    config = config_from(record.details if record else {}, str(run.path))
    if not isinstance(config, NanoringConfig):
        raise LabError(f"{run.path} was measured on a setup of kind {config.kind}: no axes to calibrate")
    return config
