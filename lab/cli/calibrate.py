"""`nado calibrate`: measure gain, lag and offset of each axis and write them into a setup file."""

from pathlib import Path
from typing import Annotated

import typer
from nado_lab.lab.cli.console import result, table
from nado_lab.lab.cli.options import Json, NoisySeed
from nado_lab.lab.cli.stopping import if_begun

QUANTITIES = (
    ("field per current", "tesla_per_ampere", "tesla_per_ampere_error", 1e3, "mT/A"),
    ("lag", "phase_rad", "phase_error_rad", 1e3, "mrad"),
    ("offset", "offset_t", "offset_error_t", 1e6, "µT"),
)


def register(app: typer.Typer) -> None:
    """Add the command of this module to `app`."""
    app.command("calibrate")(calibrate_setup)


def calibrate_setup(
    setup: Annotated[
        str, typer.Argument(help="A setup with gaussmeters (sim:nanoring-calibration) or a file.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="New setup file with the calibration.")],
    field_mt: Annotated[float, typer.Option(min=0.01, help="Rotating field to calibrate at, mT.")] = 3.0,
    rotations: Annotated[int, typer.Option(min=2, help="Rotations; their scatter is the error.")] = 20,
    seed: NoisySeed = 0,
    run: Annotated[
        Path | None, typer.Option(help="The run that is measured. [default: OUT, ending in .zarr]")
    ] = None,
    as_json: Json = False,
) -> None:
    """Rotate the field, read it with the gaussmeters into a run, and write both axes' calibration to OUT."""
    from nado_lab.lab.cli.progress import shown
    from nado_lab.lab.setup import SetupSource
    from nado_lab.lab.workflow.calibrate import CalibrateRequest, calibrate

    measured = run or out.with_suffix(".zarr")
    with shown(if_begun(measured, "the same command, with another --run")) as observer:
        request = CalibrateRequest(SetupSource(setup, seed), out, measured, field_mt, rotations)
        done = calibrate(request, observer)
    axes = {axis: calibration.values() for axis, calibration in done.axes.items()}
    found = {"setup": setup, "out": out, "run": measured, "axes": axes}
    result(found, as_json, lambda _: _show(out, axes))


def _show(out: Path, axes: dict[str, dict[str, float]]) -> None:
    rows = [
        [axis, label, f"{scale * v[key]:.6g} ± {scale * v[error]:.2g} {unit}"]
        for axis, v in axes.items()
        for label, key, error, scale, unit in QUANTITIES
    ]
    table(f"Calibration written to {out}", ["axis", "", "measured"], rows)
