"""`nado sim`: the simulated samples by themselves, without a bench around them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from nado_lab.lab.cli.console import note, result, say, table
from nado_lab.lab.cli.options import (
    Faults,
    Force,
    Json,
    NoisySpecimen,
    SetupName,
    SetupWord,
    Specimen,
    one_setup,
)
from nado_lab.lab.errors import LabError
from nado_lab.lab.new_output import refuse_existing
from nado_lab.lab.text_file import write_text

if TYPE_CHECKING:
    from nado_lab.lab.compose import IceLoops, Loop, LoopGains, Rotations

_BLOCK = re.compile(r"^\s*(\d+(?:\.\d*)?)\s*(?:x\s*(\d+))?\s*$")


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    group = typer.Typer(help="Drive a simulated sample by itself.", no_args_is_help=True)
    group.command("nanoring")(nanoring)
    group.command("asvi")(asvi)
    group.command("delay-oscillator")(delay_oscillator)
    group.command("memristor")(memristor)
    group.command("serve")(serve)
    group.command("faults")(faults)
    app.add_typer(group, name="sim")


def nanoring(
    size: Annotated[int, typer.Option(min=2, max=200, help="Rings along one side.")] = 10,
    field_oe: Annotated[
        str, typer.Option(help="Field in Oe: one value, or blocks FIELDxROTATIONS: 24x10,34x10.")
    ] = "26",
    rotations: Annotated[int, typer.Option(min=1, help="Rotations of a field given without a count.")] = 30,
    specimen: Annotated[int, typer.Option(min=0, help="Its disorder and thermal noise.")] = 0,
    as_json: Json = False,
) -> None:
    """Turn a field over an array of nanorings: magnetisation and wall population after each rotation."""
    from nado_lab.lab.compose import simulate_nanoring

    result(simulate_nanoring(size, parse_blocks(field_oe, rotations), specimen), as_json, _show)


def asvi(
    preset: Annotated[str, typer.Option(help="MS, WM or PW.")] = "WM",
    field_oe: Annotated[str, typer.Option(help="Peak fields of the loops in Oe: 200,210x3,190.")] = "200",
    specimen: Specimen = 0,
    as_json: Json = False,
) -> None:
    """Run field loops over a spin-vortex ice: the spectrum dP/dH and the share of vortices after each."""
    from nado_lab.lab.compose import simulate_ice

    fields = [field for field, count in parse_blocks(field_oe, 1) for _ in range(count)]
    result(simulate_ice(preset, fields, specimen), as_json, _show_ice)


def delay_oscillator(
    gain: Annotated[
        str, typer.Option(help="Gains beta: -0.8,-1.2,-3.8. [default: the one chosen for computing]")
    ] = "",
    model: Annotated[str, typer.Option(help="audio or fast.")] = "audio",
    nodes: Annotated[int, typer.Option(min=1, max=4, help="Coupled nodes of the audio loop.")] = 1,
    coupling: Annotated[float | None, typer.Option(help="Coupling epsilon. [default: 0.25]")] = None,
    as_json: Json = False,
) -> None:
    """Find the gain at which an opto-electronic delay loop loses its rest, and what some gains do."""
    from nado_lab.lab.compose import simulate_loop

    result(simulate_loop(model, parse_gains(gain), nodes, coupling), as_json, _show_loop)


def memristor(
    model: Annotated[str, typer.Option(help="wox, nbox or tiox.")] = "wox",
    peak_v: Annotated[float, typer.Option(min=0.001, max=5.0, help="Peak of the sine in V.")] = 0.9,
    period_s: Annotated[str, typer.Option(help="Periods in s: 1e-1,1e-2,1e-3.")] = "1,1e-1,1e-2,1e-3,1e-4",
    specimen: Specimen = 0,
    as_json: Json = False,
) -> None:
    """Sweep a volatile memristor by sines of the voltage: its I(V) loops open and close with the period."""
    from nado_lab.lab.compose import simulate_memristor

    periods = parse_numbers(period_s, "--period-s")
    if not all(0 < period <= 100 for period in periods):
        raise LabError(f"--period-s takes periods above 0, up to 100 s, not {period_s!r}")
    result(simulate_memristor(model, peak_v, periods, specimen), as_json, _show_memristor)


def serve(
    word: SetupWord = "",
    setup: SetupName = "",
    port: Annotated[int, typer.Option(min=0, max=65000, help="First TCP port; 0 takes free ones.")] = 0,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Write the setup that reaches this bench here.")
    ] = None,
    fault: Faults = None,
    specimen: NoisySpecimen = 0,
    force: Force = False,
) -> None:
    """Serve every instrument of a simulated bench on its own TCP port (raw SCPI), until Ctrl-C."""
    from nado_lab.lab.compose import served_setup
    from nado_lab.lab.watch.server import is_loopback

    setup = one_setup(setup, word)
    if out is not None:
        refuse_existing(out)
    if not is_loopback(host):
        note(
            f"warning: whoever reaches {host} can drive this simulated bench: raw SCPI knows no password. "
            "Leave --host out, or see to a firewall"
        )
    with served_setup(setup, host=host, port=port, specimen=specimen, faults=fault or ()) as (server, text):
        if out is None:
            say(text)
        else:
            write_text(out, text)
            say(f"nado check --setup {out}")
        note(f"serving {len(server.ports)} instruments on {host}; stop with Ctrl-C")
        server.wait(note)


def faults(as_json: Json = False) -> None:
    """List what can be broken on purpose on each simulated bench, for --fault role:fault@n."""
    from nado_lab.lab.compose import fault_kinds

    result(
        fault_kinds(),
        as_json,
        lambda found: table(
            "Faults", ["setup, role", "kinds"], [[k, ", ".join(v)] for k, v in found.items()]
        ),
    )


def parse_blocks(text: str, rotations: int) -> list[tuple[float, int]]:
    """Read `26` or `24x10,34x10` as blocks of (field in Oe, number of rotations)."""
    blocks = []
    for part in text.split(","):
        found = _BLOCK.match(part)
        if not found:
            raise LabError(
                f"--field-oe takes a field in Oe (26) or blocks (24x10,34x10), not {part.strip()!r}"
            )
        blocks.append((float(found[1]), int(found[2] or rotations)))
    return blocks


def parse_gains(text: str) -> list[float]:
    """Read `-0.8,-1.2` as numbers."""
    return parse_numbers(text, "--gain", "-0.8,-1.2")


def parse_numbers(text: str, option: str, example: str = "1e-1,1e-2") -> list[float]:
    """Read numbers with commas between them."""
    try:
        return [float(part) for part in text.split(",") if part.strip()]
    except ValueError as error:
        raise LabError(f"{option} takes numbers, as {example}, not {text!r}") from error


def _show_memristor(loops: list[Loop]) -> None:
    rows = [
        [f"{loop.period_s:g}", f"{loop.peak_a * 1e6:.4g}", f"{100 * loop.open_share:.2f}"] for loop in loops
    ]
    table("I(V) loops", ["period (s)", "peak current (uA)", "area of a lobe (% of peak V x peak I)"], rows)


def _show_loop(report: LoopGains) -> None:
    rows = [
        [
            f"{row.gain:g}",
            f"{row.growth:.3f}",
            "grows" if row.memory_delays is None else f"{row.memory_delays:.1f}",
            f"{row.swing:.3f}",
        ]
        for row in report.gains
    ]
    first = report.first_bifurcation
    told = (
        "no bifurcation up to a gain of 20"
        if first is None
        else f"first bifurcation at a gain of {first:.4f}"
    )
    table(told, ["gain", "growth a delay", "delays to 1 %", "swing of the light without noise"], rows)


def _show_ice(report: IceLoops) -> None:
    rows = [
        [str(step), f"{share:.3f}", f"{max(map(abs, spectrum)):.3g}"]
        for step, (share, spectrum) in enumerate(
            zip(report.vortex_share, report.spectrum, strict=True), start=1
        )
    ]
    table("Spin-vortex ice", ["step", "share of vortices", "largest |dP/dH|"], rows)


def _show(report: Rotations) -> None:
    pairs = zip(report.m, report.population, strict=True)
    rows = [[str(i), f"{m:+.3f}", f"{p:.3f}"] for i, (m, p) in enumerate(pairs, start=1)]
    table(f"{report.ticks_per_s:,.0f} ticks/s", ["rotation", "M / M0", "wall population"], rows)
