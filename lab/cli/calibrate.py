"""`nado calibrate`: measure gain, lag and offset of each axis and write them into a setup file."""

from pathlib import Path
from typing import Annotated, Any

import typer
from nado_lab.lab.cli.console import result, table
from nado_lab.lab.errors import LabError
from nado_lab.lab.new_output import refuse_existing
from nado_lab.lab.text_file import write_text

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


QUANTITIES = (
    ("field per current", "tesla_per_ampere", "tesla_per_ampere_error", 1e3, "mT/A"),
    ("lag", "phase_rad", "phase_error_rad", 1e3, "mrad"),
    ("offset", "offset_t", "offset_error_t", 1e6, "µT"),
)


def register(app: typer.Typer) -> None:
    """Add the command of this module to `app`."""
    app.command("calibrate")(calibrate)


def calibrate(
    setup: Annotated[
        str, typer.Argument(help="A setup with gaussmeters (sim:nanoring-calibration) or a file.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="New setup file with the calibration.")],
    field_mt: Annotated[float, typer.Option(min=0.01, help="Rotating field to calibrate at, mT.")] = 3.0,
    rotations: Annotated[int, typer.Option(min=2, help="Rotations; their scatter is the error.")] = 20,
    seed: Annotated[int, typer.Option(help="Specimen and noise of a simulated bench.")] = 0,
    as_json: Json = False,
) -> None:
    """Rotate the field, read it with the gaussmeters, and write the calibration of both axes to OUT."""
    from nado_lab.lab.compose import open_named_setup

    refuse_existing(out)
    if not out.parent.is_dir():
        raise LabError(f"there is no folder {out.parent}; make it first, or choose another --out")
    with open_named_setup(setup, seed=seed) as bench:
        measure_axis = getattr(bench, "calibrate_axis", None)
        if measure_axis is None:
            raise LabError(f"{setup} has no rotating field to calibrate; see `nado measure calibrate_field`")
        config: Any = bench.config  # type: ignore[attr-defined]  (of the kind that has axes)
        found = {axis: measure_axis(axis, field_mt * 1e-3, rotations).values() for axis in ("x", "y")}
    for axis, values in found.items():
        config = config.with_calibration(axis, values)
    write_text(out, config.to_toml())
    result({"setup": setup, "out": str(out), "axes": found}, as_json, _show)


def _show(report: dict[str, Any]) -> None:
    rows = [
        [axis, label, f"{scale * v[key]:.6g} ± {scale * v[error]:.2g} {unit}"]
        for axis, v in report["axes"].items()
        for label, key, error, scale, unit in QUANTITIES
    ]
    table(f"Calibration written to {report['out']}", ["axis", "", "measured"], rows)
