"""`nado setups` and `nado check`: which benches there are, and whether one is fit to be used."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from nado_lab.lab.cli.console import note, result, table
from nado_lab.lab.cli.options import Faults, Force, Json, SetupName, SetupWord, one_setup
from nado_lab.lab.cli.stopping import going_on
from nado_lab.lab.errors import LabError
from nado_lab.lab.new_output import refuse_existing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nado_lab.lab.setup import CheckResult

CHECKED = ("name", "passed", "warning", "detail")


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command("setups")(setups)
    app.command("check")(check)
    app.command("record")(record)


def setups(as_json: Json = False) -> None:
    """List the setups that need no file of your own."""
    from nado_lab.instruments import builtin_setups, load_setup

    found: dict[str, dict[str, str | bool]] = {}
    for name, text in builtin_setups().items():
        why = load_setup(name).not_stepwise
        found[name] = {"description": text, "stepwise": not why, "not_stepwise": why}
    result(found, as_json, _show_setups)


def check(
    word: SetupWord = "",
    setup: SetupName = "",
    fault: Faults = None,
    as_json: Json = False,
) -> None:
    """Open a setup, read its identities and ranges, and prove its limits and its interlock."""
    from nado_lab.lab.compose import open_named_setup
    from nado_lab.lab.runs import driven

    setup = one_setup(setup, word)
    kept = going_on(lambda: "Nothing was written; give the command again.")
    with kept, open_named_setup(setup, faults=fault or ()) as bench, driven(bench):
        identities, checks = bench.identities(), bench.check()
        passed = all(each.passed for each in checks)
        plain = [{name: getattr(each, name) for name in CHECKED} for each in checks]
        found = {"setup": setup, "passed": passed, "identities": identities, "checks": plain}
        result(found, as_json, lambda _: _show(setup, identities, checks))
    if not passed:
        raise typer.Exit(1)


def record(
    words: Annotated[list[str], typer.Argument(metavar="[SETUP] ROLE", help="The instrument's role in it.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="JSON file to write.")],
    setup: SetupName = "",
    by: Annotated[str, typer.Option(help="Who recorded it, and where: the source it is kept with.")] = "",
    force: Force = False,
) -> None:
    """Record what an instrument answers to its identity, errors and settings; nothing is driven."""
    from nado_lab.instruments.recording import record as recorded
    from nado_lab.lab.compose import open_named_role
    from nado_lab.lab.json_file import write_json

    if len(words) > 2:
        raise LabError(f"expected a setup and a role, got {' '.join(words)}")
    setup, role = one_setup(setup, words[0] if len(words) == 2 else ""), words[-1]
    refuse_existing(out)
    with open_named_role(setup, role) as instrument:
        from nado_lab.instruments.drivers import SafeDriver

        if not isinstance(instrument, SafeDriver):
            raise LabError(f"role {role!r} has no messages to record: {type(instrument).__name__}")
        identity, pairs = recorded(instrument)
    driver = type(instrument).__module__.rpartition(".")[2]
    source = by or "not said; give --by"
    write_json(out, {"instrument": identity, "driver": driver, "source": source, "exchanges": [pairs]})
    note(f"{len(pairs)} messages of {identity} in {out}; see docs/dialects.md on how to send it in")


def _show_setups(found: dict[str, dict[str, str | bool]]) -> None:
    rows = [
        [name, str(each["description"]), "yes" if each["stepwise"] else f"no: {each['not_stepwise']}"]
        for name, each in found.items()
    ]
    table("Setups", ["name", "what it is", "step by step"], rows)


def _show(setup: str, identities: dict[str, str], checks: "Sequence[CheckResult]") -> None:
    table("Instruments", ["role", "identity"], [[role, identity] for role, identity in identities.items()])
    rows = [[_verdict(each), each.name, each.detail] for each in checks]
    table(f"Checks of {setup}", ["", "check", "what was seen"], rows)


def _verdict(check: "CheckResult") -> str:
    if not check.passed:
        return "FAILED"
    return "warning" if check.warning else "ok"
