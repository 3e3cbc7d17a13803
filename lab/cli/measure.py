"""`nado measure`, `resume`, `queue`, `protocols`: run protocols on a setup."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from nado_lab.lab.cli.console import note, result, table
from nado_lab.lab.new_output import refuse_existing

if TYPE_CHECKING:
    from nado_lab.lab.runs import MonitorSettings
    from nado_lab.lab.store import Run, RunSummary

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command("measure")(measure)
    app.command("resume")(resume)
    app.command("queue")(queue)
    app.command("protocols")(protocols)


def measure(
    out: Annotated[str, typer.Option("--out", "-o", help="The new run: a path that does not exist.")],
    protocol: Annotated[str, typer.Argument(help="A protocol by name (see `nado protocols`).")] = "",
    own: Annotated[str, typer.Option("--protocol", help="Your own procedure: path.py:Class.")] = "",
    setup: Annotated[str, typer.Option("--setup", "-s", help="A built-in setup or a TOML file.")] = "",
    parameter: Annotated[
        list[str] | None, typer.Option("--parameter", "-p", help="name=value; may be given again.")
    ] = None,
    operator: Annotated[str, typer.Option(help="Who measures (default: the logged-in user).")] = "",
    seed: Annotated[int, typer.Option(help="The specimen of a simulated bench.")] = 0,
    noise_seed: Annotated[
        int | None, typer.Option(help="Noise of a simulated bench. [default: by what is measured]")
    ] = None,
    monitor_every: Annotated[float, typer.Option(help="Seconds between monitor readings.")] = 10.0,
    limit: Annotated[
        list[str] | None, typer.Option(help="reading=low:high ends the run outside; may be given again.")
    ] = None,
    fault: Annotated[list[str] | None, typer.Option(help="Break a simulated bench: role:fault@n.")] = None,
    as_json: Json = False,
) -> None:
    """Measure with a protocol on a setup into a new run."""
    from nado_lab.lab.compose import noise_seed_of
    from nado_lab.lab.runs import run_protocol
    from nado_lab.protocols import configure, load_protocol, parse_assignments

    name = _one_of(protocol, own)
    procedure = load_protocol(name)()
    configure(procedure, parse_assignments(parameter or []))
    refuse_existing(out)
    monitors = _monitors(monitor_every, limit or [])
    if noise_seed is None:
        noise_seed = noise_seed_of(name, *sorted(parameter or []))
    with _bench(procedure, setup, seed, noise_seed, fault) as bench, _bar(name) as progress:
        run_protocol(
            procedure,
            bench,
            out,
            operator=operator,
            progress=progress,
            source=setup,
            seed=seed,
            noise_seed=noise_seed,
            monitors=monitors,
        )
    report_run(out, as_json)


def resume(
    run: Annotated[str, typer.Argument(help="A run that ended early.")],
    setup: Annotated[str, typer.Option("--setup", "-s", help="Another setup than the run began on.")] = "",
    as_json: Json = False,
) -> None:
    """Go on with a run that was stopped or killed, after its last committed row."""
    from nado_lab.lab.runs import rebuild_procedure, resume_protocol
    from nado_lab.lab.store import Run, Status

    opened = Run.open(run)
    if opened.status is not Status.COMPLETE:
        procedure = rebuild_procedure(opened)
        source, seed, noise_seed = _where(opened, setup)
        with _bench(procedure, source, seed, noise_seed) as bench, _bar("resume") as progress:
            resume_protocol(procedure, bench, run, progress=progress)
    report_run(run, as_json)


def queue(
    file: Annotated[Path, typer.Argument(help="TOML with [[experiment]]: protocol, setup, out, parameters.")],
    as_json: Json = False,
) -> None:
    """Run a list of experiments; give it again to go on after a stop."""
    from nado_lab.lab.compose import open_named_setup
    from nado_lab.lab.runs import read_queue, run_queue

    ended = run_queue(read_queue(file), open_named_setup)
    result(ended, as_json, _show_queue)
    if any(line["status"] != "complete" for line in ended):
        raise typer.Exit(1)


def protocols(as_json: Json = False) -> None:
    """List the protocols with their parameters."""
    from nado_lab.protocols import describe, load_protocol, protocols_to_choose

    found = {name: describe(load_protocol(name)()) for name in protocols_to_choose()}
    result(found, as_json, _show_protocols)


def report_run(path: str | Path, as_json: bool) -> None:
    """Print what the run has become; a run that is not complete is not a success."""
    from nado_lab.lab.store import Run, Status, summarise

    run = Run.open(path)
    result(summarise(run), as_json, _show_run)
    if run.status is not Status.COMPLETE:
        note(f"nado: the run was {run.status}: {run.metadata.reason}")
        raise typer.Exit(1)


def _one_of(protocol: str, own: str) -> str:
    """Give the protocol that was asked for, by name or as one's own."""
    from nado_lab.protocols import ProtocolError

    if bool(protocol) == bool(own):
        came = "both" if own else "none"
        raise ProtocolError(
            f"expected one protocol, got {came}: `nado measure characterise ...` (see `nado protocols`), "
            "or your own with --protocol path.py:Class"
        )
    return own or protocol


def _bench(
    procedure: Any, setup: str, seed: int, noise_seed: int | None, faults: list[str] | None = None
) -> AbstractContextManager[Any]:
    """Open the setup; a plain PyMeasure procedure may do without one."""
    from contextlib import nullcontext

    from nado_lab.lab.compose import open_named_setup
    from nado_lab.lab.runs import NoBench
    from nado_lab.protocols import PlainProcedure, ProtocolError

    if setup:
        return open_named_setup(setup, seed=seed, noise_seed=noise_seed, faults=faults or ())
    if isinstance(procedure, PlainProcedure):
        return nullcontext(NoBench())
    raise ProtocolError("this protocol needs a setup: give --setup (see `nado setups`)")


def _monitors(every_s: float, limits: list[str]) -> "MonitorSettings":
    from nado_lab.lab.runs import MonitorSettings
    from nado_lab.protocols import ProtocolError, parse_assignments

    found = {}
    for name, text in parse_assignments(limits, "--limit coil=0:310").items():
        low, colon, high = text.partition(":")
        try:
            found[name] = (float(low or "-inf"), float(high or "inf"))
        except ValueError:
            colon = ""
        if not colon:
            raise ProtocolError(f"--limit {name}={text}: expected low:high, for example coil=0:310")
    return MonitorSettings(every_s, found)


def _where(run: "Run", setup: str) -> tuple[str, int, int | None]:
    """Say which setup to open for a run, and with which seeds of specimen and noise."""
    from nado_lab.lab.store import StoreError

    record = run.metadata.setup
    source = setup or (record.source if record else "")
    if not source:
        raise StoreError(f"{run.path} does not say which setup it was measured on; give --setup")
    return (source, record.seed, record.noise_seed) if record else (source, 0, None)


def _bar(title: str) -> Any:
    from nado_lab.lab.cli.rows import row_bar

    return row_bar(title)


def _show_run(run: "RunSummary") -> None:
    rows = ", ".join(f"{stream.rows} {name} rows" for name, stream in run.streams.items())
    typer.echo(f"{run.path}: {run.metadata.status}, {rows} (run {run.metadata.run_id})")


def _show_queue(ended: list[dict[str, Any]]) -> None:
    headings = ["status", "protocol", "out", "reason"]
    table("Queue", headings, [[line[heading] for heading in headings] for line in ended])


def _show_protocols(found: dict[str, dict[str, Any]]) -> None:
    for name, parameters in found.items():
        rows = [[key, _default(p), p["expected"], p["label"]] for key, p in parameters.items()]
        table(name, ["parameter", "default", "expected", "what it is"], rows)


def _default(parameter: dict[str, Any]) -> str:
    if parameter["required"]:
        return "must be given"
    return "from the setup" if parameter["value"] is None else str(parameter["value"])
