"""`nado setups` and `nado check`: which benches there are, and whether one is fit to be used."""

from typing import TYPE_CHECKING, Annotated

import typer
from nado_lab.lab.cli.console import result, table
from nado_lab.lab.cli.options import Json
from nado_lab.lab.cli.stopping import going_on

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nado_lab.lab.setup import CheckResult

CHECKED = ("name", "passed", "warning", "detail")


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.command("setups")(setups)
    app.command("check")(check)


def setups(as_json: Json = False) -> None:
    """List the setups that need no file of your own."""
    from nado_lab.instruments import builtin_setups

    result(builtin_setups(), as_json, _show_setups)


def check(
    setup: Annotated[str, typer.Argument(help="A built-in setup (sim:nanoring) or a TOML file.")],
    fault: Annotated[list[str] | None, typer.Option(help="Break it first: role:fault@n.")] = None,
    as_json: Json = False,
) -> None:
    """Open a setup, read its identities and ranges, and prove its limits and its interlock."""
    from nado_lab.lab.compose import open_named_setup
    from nado_lab.lab.runs import driven

    kept = going_on(lambda: "Nothing was written; give the command again.")
    with kept, open_named_setup(setup, faults=fault or ()) as bench, driven(bench):
        identities, checks = bench.identities(), bench.check()
        passed = all(each.passed for each in checks)
        plain = [{name: getattr(each, name) for name in CHECKED} for each in checks]
        found = {"setup": setup, "passed": passed, "identities": identities, "checks": plain}
        result(found, as_json, lambda _: _show(setup, identities, checks))
    if not passed:
        raise typer.Exit(1)


def _show_setups(found: dict[str, str]) -> None:
    table("Setups", ["name", "what it is"], [[name, text] for name, text in found.items()])


def _show(setup: str, identities: dict[str, str], checks: "Sequence[CheckResult]") -> None:
    table("Instruments", ["role", "identity"], [[role, identity] for role, identity in identities.items()])
    rows = [[_verdict(each), each.name, each.detail] for each in checks]
    table(f"Checks of {setup}", ["", "check", "what was seen"], rows)


def _verdict(check: "CheckResult") -> str:
    if not check.passed:
        return "FAILED"
    return "warning" if check.warning else "ok"
