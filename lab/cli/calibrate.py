"""`nado calibrate`: measure the axes of a field or the bias of modulators, and write a setup file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from nado_lab.lab.cli.console import result, table
from nado_lab.lab.cli.options import Force, Json, NoisySpecimen, SetupName, SetupWord, one_setup
from nado_lab.lab.cli.stopping import if_begun
from nado_lab.lab.si_text import bracketed

if TYPE_CHECKING:
    from nado_lab.lab.workflow.calibrations import Values

QUANTITIES = {
    "axes": (
        ("field per current", "tesla_per_ampere", "tesla_per_ampere_error", 1e3, "mT/A"),
        ("lag", "phase_rad", "phase_error_rad", 1e3, "mrad"),
        ("offset", "offset_t", "offset_error_t", 1e6, "µT"),
    ),
    "bias": (
        ("phase without bias", "phase_rad", "phase_error_rad", 1.0, "rad"),
        ("half-wave voltage", "half_wave_v", "half_wave_error_v", 1.0, "V"),
    ),
}


def register(app: typer.Typer) -> None:
    """Add the command of this module to `app`."""
    app.command("calibrate")(calibrate_setup)


def calibrate_setup(
    out: Annotated[Path, typer.Option("--out", "-o", help="New setup file with the calibration.")],
    word: SetupWord = "",
    setup: SetupName = "",
    field_mt: Annotated[
        float | None, typer.Option(min=0.01, help="Rotating field to calibrate at, mT. [default: 3]")
    ] = None,
    rotations: Annotated[
        int | None, typer.Option(min=2, help="Rotations; their scatter is the error. [default: 20]")
    ] = None,
    scans: Annotated[
        int | None, typer.Option(min=1, help="Scans of the bias, of which the mean is fitted. [default: 5]")
    ] = None,
    specimen: NoisySpecimen = 0,
    run: Annotated[
        Path | None, typer.Option(help="The run that is measured. [default: OUT, ending in .zarr]")
    ] = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Measure what a setup's file must know of its bench into a run, and write it to OUT.

    Of a rotating field: both axes, read by gaussmeters. Of modulators: their bias point, by bias scans.
    """
    from nado_lab.lab.cli.progress import shown
    from nado_lab.lab.setup import SetupSource
    from nado_lab.lab.workflow.calibrate import CalibrateRequest, calibrate

    setup = one_setup(setup, word, "sim:nanoring-calibration")
    measured = run or out.with_suffix(".zarr")
    with shown(if_begun(measured, "the same command, with another --run"), "calibration", out) as observer:
        request = CalibrateRequest(SetupSource(setup, specimen), out, measured, field_mt, rotations, scans)
        done = calibrate(request, observer)
    found = {"setup": setup, "out": out, "run": measured, done.what: done.parts}
    result(found, as_json, lambda _: _show(out, done.what, done.parts))


def _show(out: Path, what: str, parts: "dict[str, Values]") -> None:
    rows = [
        [part, label, f"{bracketed(scale * v[key], scale * v[error])} {unit}"]
        for part, v in parts.items()
        for label, key, error, scale, unit in QUANTITIES[what]
    ]
    table(f"Calibration written to {out}", [what, "", "measured"], rows)
