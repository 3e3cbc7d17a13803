"""`nado data`: bring data measured elsewhere into a run, look into a file, check what was measured."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from nado_lab.lab.cli.choices import chosen
from nado_lab.lab.cli.console import note, result, say, table
from nado_lab.lab.cli.options import Force, Json, NewRun
from nado_lab.lab.errors import LabError
from nado_lab.lab.text_file import shown

if TYPE_CHECKING:
    from nado_lab.lab.store.imports import ChannelColumn, Content, PortColumn
    from nado_lab.lab.workflow.check_data import DataCheck

data = typer.Typer(help="Bring data measured elsewhere into runs; check runs.", no_args_is_help=True)

Files = Annotated[
    list[str],
    typer.Argument(help="All of one kind: .npz .h5 .nc .mat .tdms .db (QCoDeS) .csv .txt, pairs of .npy."),
]
Column = TypeVar("Column", "PortColumn", "ChannelColumn")


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.add_typer(data, name="data")


@data.command("check")
def check(
    run: Annotated[list[str], typer.Argument(help="One or several runs: paths or URLs.")],
    as_json: Json = False,
) -> None:
    """Find what is wrong with RUN... before it is fitted; exit status 1 if anything would spoil a twin."""
    from nado_lab.lab.workflow.check_data import check_data

    found = check_data(run)
    result({**found.to_json(), "clean": found.is_clean}, as_json, lambda _: _show_check(found))
    if not found.is_clean:
        raise typer.Exit(1)


def _show_check(found: DataCheck) -> None:
    told = f"{len(found.runs)} run(s), {found.trials} trials, {found.steps} steps, {found.channels} channels"
    say(f"{told}: {'nothing is wrong' if not found.findings else f'{len(found.findings)} finding(s)'}")
    for line in found.lines:
        say(f"  {shown(line)}")


@data.command("import")
def import_data(
    files: Files,
    out: NewRun,
    drive: Annotated[
        list[str] | None,
        typer.Option(help="COLUMN of a drive, or PORT=COLUMN with the port's name; may be given again."),
    ] = None,
    channel: Annotated[
        list[str] | None,
        typer.Option(help="COLUMN of a readout, or NAME=COLUMN; again for more. [default: all of a table]"),
    ] = None,
    axes: Annotated[
        str, typer.Option(help="What the axes of the readout count: sequence,repeat,step,channel.")
    ] = "",
    mapping: Annotated[Path | None, typer.Option("--map", help="TOML file that says all this.")] = None,
    keep_map: Annotated[Path | None, typer.Option(help="Write what was said into this TOML file.")] = None,
    run_id: Annotated[int | None, typer.Option(min=1, help="The run of a QCoDeS database.")] = None,
    drive_units: Annotated[str, typer.Option(help="Units of the drive in the file, e.g. Oe, mT.")] = "",
    drive_low: Annotated[float | None, typer.Option(help="The drive that -1 stands for.")] = None,
    drive_high: Annotated[float | None, typer.Option(help="The drive that +1 stands for.")] = None,
    readout_units: Annotated[str, typer.Option(help="Units of the readout in the file, e.g. uV.")] = "",
    samples_per_step: Annotated[int | None, typer.Option(min=1, help="Raw samples of one step.")] = None,
    step_seconds: Annotated[float | None, typer.Option(help="How long a step lasted.")] = None,
    field_cycle: Annotated[str, typer.Option(help="What the field did in a step, in words.")] = "",
    readout: Annotated[
        str, typer.Option(help="Of a step's samples: mean, last, or samples. [default: mean]")
    ] = "",
    sample: Annotated[str, typer.Option(help="The name of the sample.")] = "",
    force: Force = False,
    band_pass: Annotated[
        str, typer.Option(help="LOW,HIGH in Hz: what of the raw samples is kept; needs --step-seconds.")
    ] = "",
    transient: Annotated[int, typer.Option(min=0, help="Steps left out at the begin of a trial.")] = 0,
    no_waveform: Annotated[
        bool, typer.Option("--no-waveform", help="Do not keep the raw samples beside the readout.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Import measured data as a new run; what the files do not say is stated here, or in a --map file."""
    from nado_lab.lab.cli.measure import report_run
    from nado_lab.lab.new_output import refuse_existing
    from nado_lab.lab.store import Run
    from nado_lab.lab.store.imports import (
        Axis,
        ChannelColumn,
        ImportOptions,
        PortColumn,
        SampleReduction,
        import_files,
        read_map,
        write_map,
    )
    from nado_lab.lab.workflow.check_data import check_import

    options = ImportOptions(
        ports=_columns(drive, "--drive", PortColumn),
        channels=_columns(channel, "--channel", ChannelColumn),
        axes=tuple(chosen(Axis, word.strip(), "--axes") for word in axes.split(",") if axes),
        run_id=run_id,
        drive_units=drive_units,
        drive_low=drive_low,
        drive_high=drive_high,
        readout_units=readout_units,
        samples_per_step=samples_per_step,
        step_seconds=step_seconds,
        field_cycle=field_cycle,
        readout=chosen(SampleReduction, readout or SampleReduction.MEAN, "--readout"),
        sample=sample,
        band_pass=_numbers(band_pass, "--band-pass"),
        transient=transient,
        keep_waveform=not no_waveform,
    )
    options = read_map(mapping, options) if mapping else options
    if keep_map:
        refuse_existing(keep_map, "--keep-map")
    import_files(list(files), out, options)
    if keep_map:
        write_map(keep_map, options)
    run = Run.open(out)
    for name, told in run.metadata.notes.items():
        if name.startswith("left out of"):
            note(f"{name}: {told}")
    for line in check_import(out):
        note(f"warning: {line}")
    report_run(run, as_json)


@data.command("show")
def show_data(
    file: Annotated[str, typer.Argument(help="A file that `nado data import` reads.")],
    run_id: Annotated[int | None, typer.Option(min=1, help="The run of a QCoDeS database.")] = None,
    as_json: Json = False,
) -> None:
    """List the arrays or columns of a file with shapes and units, to be named in `nado data import`."""
    from nado_lab.lab.store.imports import ImportOptions, look_into

    result(look_into(file, ImportOptions(run_id=run_id)), as_json, lambda found: _show(file, found))


def _numbers(text: str, option: str) -> tuple[float, ...]:
    try:
        return tuple(float(word) for word in text.split(",") if text)
    except ValueError:
        raise LabError(f"{option} {text!r}: expected two numbers, LOW,HIGH") from None


def _columns(given: list[str] | None, option: str, kind: type[Column]) -> tuple[Column, ...]:
    """Read COLUMN or NAME=COLUMN; a column of that very name, sign and all, is for the --map file."""
    found = []
    for text in given or []:
        name, sign, column = text.partition("=")
        if not (column if sign else name).strip():
            raise LabError(f"{option} {text!r}: expected COLUMN or NAME=COLUMN")
        found.append(kind(column.strip(), name.strip()) if sign else kind(name.strip()))
    return tuple(found)


def _show(file: str, found: list[Content]) -> None:
    rows = [[each.name, " x ".join(map(str, each.shape)) or "one value", each.units] for each in found]
    table(file, ["name", "shape", "units"], rows)
