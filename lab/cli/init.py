"""`nado init`: write a setup file, by questions or by options."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from nado_lab.lab.cli import completion
from nado_lab.lab.cli.console import note, result, say
from nado_lab.lab.cli.options import Force, Json
from nado_lab.lab.errors import LabError

if TYPE_CHECKING:
    from nado_lab.instruments import SetupConfig

FIRST = "sim:nanoring"


def register(app: typer.Typer) -> None:
    """Add the command of this module to `app`."""
    app.command("init")(init)


def init(
    out: Annotated[Path, typer.Option("--out", "-o", help="The new setup file.")] = Path("bench.toml"),
    like: Annotated[
        str,
        typer.Option(
            help="The setup to begin with: a built-in one, or a file. [default: asked for]",
            autocompletion=completion.setups,
        ),
    ] = "",
    name: Annotated[str, typer.Option(help="The name of the setup.")] = "",
    sample: Annotated[str, typer.Option(help="The name of the sample.")] = "",
    visa: Annotated[
        str, typer.Option(help='VISA library: "@py", "@ivi" or a path; the simulated bench if left out.')
    ] = "",
    address: Annotated[
        list[str] | None, typer.Option(help="ROLE=ADDRESS of an instrument; may be given again.")
    ] = None,
    window: Annotated[
        list[str] | None, typer.Option(help="PORT=LOW:HIGH, what drive -1 and 1 are, in the port's unit.")
    ] = None,
    limit: Annotated[
        list[str] | None, typer.Option(help="ROLE.WORD=NUMBER, a limit of an instrument; may be given again.")
    ] = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Write a setup file for a bench of your own. Without --like every entry is asked for."""
    from nado_lab.lab.new_output import refuse_existing
    from nado_lab.lab.workflow.new_setup import NewSetup, new_setup

    refuse_existing(out)
    stated = NewSetup(
        like=like or FIRST,
        name=name,
        sample=sample,
        visa_library=visa,
        addresses=_pairs(address, "--address supply_x=GPIB0::6::INSTR"),
        windows={port: _ends(port, text) for port, text in _pairs(window, "--window field=16:36").items()},
        limits=_limits(limit),
    )
    if not like:
        if not sys.stdin.isatty():
            raise LabError("there is nobody to ask (no terminal): say --like sim:nanoring, and what differs")
        from nado_lab.lab.cli.init_questions import asked

        stated = asked(stated)
    config = new_setup(stated, out)
    found = {"setup": str(out), "name": config.name, "kind": config.kind}
    result(found, as_json, lambda _: _show(out, config))


def _show(out: Path, config: SetupConfig) -> None:
    say(f"wrote {out}: {config.name}, kind {config.kind}")
    note(f"prove it with: nado check {out}")


def _pairs(given: list[str] | None, example: str) -> dict[str, str]:
    found = {}
    for text in given or []:
        name, sign, value = text.partition("=")
        if not (sign and name.strip() and value.strip()):
            raise LabError(f"{example.split()[0]} {text!r}: expected, for example, {example}")
        found[name.strip()] = value.strip()
    return found


def _ends(port: str, text: str) -> tuple[float, float]:
    low, _, high = text.partition(":")
    try:
        return float(low), float(high)
    except ValueError:
        raise LabError(f"--window {port}={text}: expected LOW:HIGH, for example {port}=16:36") from None


def _limits(given: list[str] | None) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for name, text in _pairs(given, "--limit supply_x.max_amperes=5").items():
        role, point, word = name.partition(".")
        try:
            number = float(text)
        except ValueError:
            point, number = "", 0.0
        if not (point and word):
            raise LabError(f"--limit {name}={text}: expected, for example, --limit supply_x.max_amperes=5")
        found.setdefault(role, {})[word] = number
    return found
