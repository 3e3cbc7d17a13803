"""`nado measure`, `resume`, `queue`, `protocols`: run protocols on a setup."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from nado_lab.lab.cli import completion
from nado_lab.lab.cli.at_end import came_out, run_came_out
from nado_lab.lab.cli.choices import chosen
from nado_lab.lab.cli.console import note, result, say, table
from nado_lab.lab.cli.options import Faults, Force, Json, NewRun, SetupName, Specimen
from nado_lab.lab.cli.stopping import if_begun
from nado_lab.lab.noise_seed import read_noise_seed

if TYPE_CHECKING:
    from nado_lab.lab.runs import MonitorSettings, Observer
    from nado_lab.lab.store import Run, RunSummary
    from nado_lab.lab.workflow.queue import Ended
    from nado_lab.protocols import ParameterDescription

EVERY_S = 10.0
Documents = Annotated[
    str,
    typer.Option(
        help="Send documents of the bluesky event model as it goes: a new file.jsonl, or tcp://host:port."
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command("measure")(measure)
    app.command("resume")(resume)
    app.command("queue")(queue)
    app.command("protocols")(protocols)


def measure(
    out: NewRun,
    protocol: Annotated[
        str,
        typer.Argument(
            help="A protocol by name (see `nado protocols`).", autocompletion=completion.protocols
        ),
    ] = "",
    own: Annotated[str, typer.Option("--protocol", help="Your own procedure: path.py:Class.")] = "",
    setup: SetupName = "",
    parameter: Annotated[
        list[str] | None, typer.Option("--parameter", "-p", help="name=value; may be given again.")
    ] = None,
    operator: Annotated[str, typer.Option(help="Who measures (default: the logged-in user).")] = "",
    title: Annotated[str, typer.Option(help="What the run is called in lists.")] = "",
    sample: Annotated[str, typer.Option(help="Which sample is in. [default: the setup's]")] = "",
    remark: Annotated[str, typer.Option(help="Anything to remember about the run.")] = "",
    tag: Annotated[list[str] | None, typer.Option(help="A word to find it by; may be given again.")] = None,
    specimen: Specimen = 0,
    noise_seed: Annotated[
        str,
        typer.Option(
            help="Noise of a simulated bench: a number, or `specimen`. [default: by what is measured]"
        ),
    ] = "",
    monitor_every: Annotated[
        float | None, typer.Option(help="Seconds between monitor readings. [default: 10; simulated: none]")
    ] = None,
    limit: Annotated[
        list[str] | None, typer.Option(help="reading=low:high ends the run outside; may be given again.")
    ] = None,
    fault: Faults = None,
    fsync: Annotated[
        str, typer.Option(help="When rows outlive a power cut: auto, where it costs little; always; never.")
    ] = "auto",
    documents: Documents = "",
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Measure with a protocol on a setup into a new run."""
    from nado_lab.lab.cli.progress import shown
    from nado_lab.lab.compose import noise_seed_of
    from nado_lab.lab.setup import SetupSource
    from nado_lab.lab.store import Fsync, Labels
    from nado_lab.lab.workflow.measure import MeasureRequest
    from nado_lab.lab.workflow.measure import measure as measure_run
    from nado_lab.protocols import parse_assignments

    name, given = _one_of(protocol, own), parameter or []
    noise = read_noise_seed(noise_seed, lambda: noise_seed_of(name, *sorted(given)))
    source = SetupSource(setup, specimen, noise, tuple(fault or ())) if setup else None
    asked = monitor_every is not None or limit
    monitors = _monitors(monitor_every or EVERY_S, limit or []) if asked else None
    labels = Labels(title, sample, remark, tuple(tag or ()))
    request = MeasureRequest(
        name,
        out,
        source,
        parse_assignments(given),
        operator,
        monitors=monitors,
        labels=labels,
        fsync=chosen(Fsync, fsync, "--fsync"),
    )
    with shown(if_begun(out, _go_on(out, own)), "run", out) as bars, _also_sent(documents, bars) as observer:
        run = measure_run(request, observer).run
    report_run(run, as_json)


def resume(
    run: Annotated[str, typer.Argument(help="A run that ended early.")],
    setup: Annotated[str, typer.Option("--setup", "-s", help="Another setup than the run began on.")] = "",
    own: Annotated[
        str, typer.Option("--protocol", help="The file.py:Class that the run was measured by, if by one.")
    ] = "",
    documents: Documents = "",
    as_json: Json = False,
) -> None:
    """Go on with a run that was stopped or killed, after its last committed row."""
    from nado_lab.lab.cli.progress import shown
    from nado_lab.lab.workflow.measure import ResumeRequest
    from nado_lab.lab.workflow.measure import resume as resume_run

    with shown(if_begun(run, _go_on(run, own)), "run", run) as bars, _also_sent(documents, bars) as observer:
        ended = resume_run(ResumeRequest(run, setup, own), observer).run
    report_run(ended, as_json)


@contextmanager
def _also_sent(documents: str, observer: Observer) -> Iterator[Observer]:
    """Send what is measured as documents, too, where that was asked for."""
    from nado_lab.lab.runs import Together, documents_sent

    if not documents:
        yield observer
        return
    with documents_sent(documents) as sent:
        yield Together(observer, sent)


def _go_on(run: str, own: str) -> str:
    return f"nado resume {run} --protocol {own}" if own else f"nado resume {run}"


def queue(
    file: Annotated[Path, typer.Argument(help="TOML with [[experiment]]: protocol, setup, out, parameters.")],
    as_json: Json = False,
) -> None:
    """Run a list of experiments; give it again to go on after a stop."""
    from nado_lab.lab.cli.progress import shown
    from nado_lab.lab.notices import Outcome
    from nado_lab.lab.workflow.queue import read_queue, run_queue

    wanted = read_queue(file)
    go_on = f"Go on with: nado queue {file}; what is complete is left as it is."
    with shown(lambda: go_on, "queue", file, [each.out for each in wanted]) as observer:
        ended = run_queue(wanted, observer)
    result(ended, as_json, _show_queue)
    if any(each.holds for each in ended):
        note(f"nado: the queue is held; once the bench is mended, go on with: nado queue {file}")
    missing = [each for each in ended if each.status != "complete"]
    if missing:
        told = [f"{each.out} {each.status}: {each.reason}" for each in missing if each.status != "held"]
        came_out(Outcome.FAILED, f"{len(missing)} of {len(ended)} are not complete; {'; '.join(told)}")
        raise typer.Exit(1)


def protocols(setup: SetupName = "", as_json: Json = False) -> None:
    """List the protocols with their parameters; with a setup also those of its ports."""
    from nado_lab.lab.setup import SetupSource
    from nado_lab.lab.workflow.measure import configured
    from nado_lab.protocols import describe, protocols_to_choose

    source = SetupSource(setup) if setup else None
    found = {name: describe(configured(name, {}, source)) for name in protocols_to_choose()}
    result(found, as_json, _show_protocols)


def report_run(run: Run, as_json: bool) -> None:
    """Print what the run has become; a run that is not complete is not a success."""
    from nado_lab.lab.store import Status, summarise

    run_came_out(run)
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


def _monitors(every_s: float, limits: list[str]) -> MonitorSettings:
    from nado_lab.lab.runs import MonitorSettings
    from nado_lab.protocols import ProtocolError, parse_assignments

    found = {}
    for name, text in parse_assignments(limits, "--limit sample=0:310").items():
        low, colon, high = text.partition(":")
        try:
            found[name] = (float(low or "-inf"), float(high or "inf"))
        except ValueError:
            colon = ""
        if not colon:
            raise ProtocolError(f"--limit {name}={text}: expected low:high, for example sample=0:310")
    return MonitorSettings(every_s, found)


def _show_run(run: RunSummary) -> None:
    rows = ", ".join(f"{stream.rows} {name} rows" for name, stream in run.streams.items())
    say(f"{run.path}: {run.metadata.status}, {rows} (run {run.metadata.run_id})")


def _show_queue(ended: list[Ended]) -> None:
    headings = ["status", "protocol", "out", "reason"]
    table("Queue", headings, [[getattr(each, heading) for heading in headings] for each in ended])


def _show_protocols(found: dict[str, dict[str, ParameterDescription]]) -> None:
    for name, parameters in found.items():
        rows = [[key, _default(each), each.expected, each.label] for key, each in parameters.items()]
        table(name, ["parameter", "default", "expected", "what it is"], rows)


def _default(parameter: ParameterDescription) -> str:
    if parameter.required:
        return "must be given"
    return "from the setup" if parameter.value is None else str(parameter.value)
