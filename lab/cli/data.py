"""`nado data import`: bring data measured elsewhere into a run."""

from typing import Annotated

import typer
from nado_lab.lab.cli.choices import chosen
from nado_lab.lab.cli.options import Json, NewRun

data = typer.Typer(help="Bring data measured elsewhere into runs.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.add_typer(data, name="data")


@data.callback()
def _data() -> None:
    """Keep `import` a command of its own."""


@data.command("import")
def import_data(
    files: Annotated[list[str], typer.Argument(help=".npz, pairs of .npy, or .csv; all of one kind.")],
    out: NewRun,
    drive: Annotated[list[str] | None, typer.Option(help="CSV: a drive column; may be given again.")] = None,
    drive_units: Annotated[str, typer.Option(help="Units of the drive in the file, e.g. Oe, mT.")] = "",
    drive_low: Annotated[float | None, typer.Option(help="The drive that -1 stands for.")] = None,
    drive_high: Annotated[float | None, typer.Option(help="The drive that +1 stands for.")] = None,
    readout_units: Annotated[str, typer.Option(help="Units of the readout in the file, e.g. uV.")] = "",
    samples_per_step: Annotated[int | None, typer.Option(help="Raw samples of one step.")] = None,
    step_seconds: Annotated[float | None, typer.Option(help="How long a step lasted.")] = None,
    field_cycle: Annotated[str, typer.Option(help="What the field did in a step, in words.")] = "",
    readout: Annotated[str, typer.Option(help="Of a step's samples: mean, last, or samples.")] = "mean",
    sample: Annotated[str, typer.Option(help="The name of the sample.")] = "",
    as_json: Json = False,
) -> None:
    """Import measured data as a new run; units and cycle that the files do not hold are stated here."""
    from nado_lab.lab.cli.measure import report_run
    from nado_lab.lab.store import Run
    from nado_lab.lab.store.imports import ImportOptions, SampleReduction, import_files

    options = ImportOptions(
        drive=tuple(drive or ()),
        drive_units=drive_units,
        drive_low=drive_low,
        drive_high=drive_high,
        readout_units=readout_units,
        samples_per_step=samples_per_step,
        step_seconds=step_seconds,
        field_cycle=field_cycle,
        readout=chosen(SampleReduction, readout, "--readout"),
        sample=sample,
    )
    import_files(list(files), out, options)
    report_run(Run.open(out), as_json)
