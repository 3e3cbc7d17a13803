"""`nado sim`: the simulated samples by themselves, without a bench around them."""

import re
from typing import Annotated, Any

import typer

from lab.cli.console import result, table
from lab.errors import LabError

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
_BLOCK = re.compile(r"^\s*(\d+(?:\.\d*)?)\s*(?:x\s*(\d+))?\s*$")


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    group = typer.Typer(help="Drive a simulated sample by itself.", no_args_is_help=True)
    group.command("nanoring")(nanoring)
    app.add_typer(group, name="sim")


def nanoring(
    size: Annotated[int, typer.Option(min=2, max=200, help="Rings along one side.")] = 10,
    field_oe: Annotated[
        str, typer.Option(help="Field in Oe: one value, or blocks FIELDxROTATIONS: 24x10,34x10.")
    ] = "26",
    rotations: Annotated[int, typer.Option(min=1, help="Rotations of a field given without a count.")] = 30,
    seed: Annotated[int, typer.Option(min=0, help="Seed of disorder and thermal noise.")] = 0,
    as_json: Json = False,
) -> None:
    """Turn a field over an array of nanorings: magnetisation and wall population after each rotation."""
    from lab.compose import simulate_nanoring

    result(simulate_nanoring(size, parse_blocks(field_oe, rotations), seed), as_json, _show)


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


def _show(report: dict[str, Any]) -> None:
    pairs = zip(report["m"], report["population"], strict=True)
    rows = [[str(i), f"{m:+.3f}", f"{p:.3f}"] for i, (m, p) in enumerate(pairs, start=1)]
    table(f"{report['ticks_per_s']:,.0f} ticks/s", ["rotation", "M / M0", "wall population"], rows)
