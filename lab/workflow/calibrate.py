"""Calibrate a setup: measure a run, fit it, write the setup file that results."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nado_lab.lab.errors import LabError
from nado_lab.lab.new_output import refuse_existing, write_or_keep
from nado_lab.lab.runs.observer import Observer
from nado_lab.lab.setup import SetupSource
from nado_lab.lab.store import Run, Status
from nado_lab.lab.text_file import write_text
from nado_lab.lab.workflow.calibrations import AXES, Values, calibration_of
from nado_lab.lab.workflow.measure import MeasureRequest, measure

if TYPE_CHECKING:
    from nado_lab.instruments import SetupConfig


@dataclass(frozen=True)
class CalibrateRequest:
    """Which setup to calibrate, the new setup file, and the run that is measured for it.

    `field_mt` and `rotations` are those of a rotating field, `scans` those of a bias; None: the protocol's.
    """

    setup: SetupSource
    out: Path
    run: Path
    field_mt: float | None = None
    rotations: int | None = None
    scans: int | None = None


@dataclass(frozen=True)
class CalibrateResult:
    """What was calibrated (axes, bias), each part's numbers by their names in the file, the setup."""

    what: str
    parts: dict[str, Values]
    config: SetupConfig


def calibrate(request: CalibrateRequest, observer: Observer | None = None) -> CalibrateResult:
    """Measure the run of a request, fit it, and write the calibrated setup file."""
    from nado_lab.instruments import load_setup

    refuse_existing(request.out)
    if not request.out.parent.is_dir():
        raise LabError(f"there is no folder {request.out.parent}; make it first, or choose another --out")
    how = calibration_of(load_setup(request.setup.name).kind)
    asked = {"field": request.field_mt, "rotations": request.rotations}
    given = asked if how is AXES else {"scans": request.scans}
    other = {"scans": request.scans} if how is AXES else asked
    if unused := [name for name, value in other.items() if value is not None]:
        raise LabError(
            f"{' and '.join(unused)} say nothing to the calibration of the {how.what}; leave it out"
        )
    parameters = {name: value for name, value in given.items() if value is not None}
    measure(MeasureRequest(how.protocol, request.run, request.setup, parameters), observer)
    result = fit_calibration(request.run)
    text = result.config.to_toml()
    write_or_keep(lambda path: write_text(path, text), request.out)
    return result


def fit_calibration(path: str | Path) -> CalibrateResult:
    """Fit what a run recorded for a calibration, against the setup that it was measured on."""
    from nado_lab.instruments import config_from

    run = Run.open(path)
    if run.status is not Status.COMPLETE:
        raise LabError(f"{path} was {run.status}: {run.metadata.reason}; `nado resume` goes on with it")
    record = run.metadata.setup
    config = config_from(record.details if record else {}, str(run.path))
    how = calibration_of(config.kind)
    measured = run.metadata.protocol.name if run.metadata.protocol else "nothing"
    if measured != how.protocol:
        raise LabError(f"{path} is a run of {measured}, and not of {how.protocol}")
    parts, calibrated = how.fit(config, run.dataset())
    return CalibrateResult(how.what, parts, calibrated)
