"""`nado setups` and `nado check`: which benches there are, and whether one is fit to be used."""

from typing import TYPE_CHECKING, Annotated

import typer
from nado_lab.lab.cli.console import result, table
from nado_lab.lab.json_file import JsonObject

if TYPE_CHECKING:
    from nado_lab.lab.setup import CheckResult

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


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

    with open_named_setup(setup, faults=fault or ()) as bench, driven(bench):
        identities = bench.identities()
        checks = [_plain(each) for each in bench.check()]
        passed = all(each["passed"] for each in checks)
        result({"setup": setup, "passed": passed, "identities": identities, "checks": checks}, as_json, _show)
    if not passed:
        raise typer.Exit(1)


def _plain(check: "CheckResult") -> JsonObject:
    return {"name": check.name, "passed": check.passed, "warning": check.warning, "detail": check.detail}


def _show_setups(found: dict[str, str]) -> None:
    table("Setups", ["name", "what it is"], [[name, text] for name, text in found.items()])


def _show(report: JsonObject) -> None:
    table("Instruments", ["role", "identity"], [[k, v] for k, v in report["identities"].items()])
    rows = [[_verdict(c), c["name"], c["detail"]] for c in report["checks"]]
    table(f"Checks of {report['setup']}", ["", "check", "what was seen"], rows)


def _verdict(check: JsonObject) -> str:
    if not check["passed"]:
        return "FAILED"
    return "warning" if check["warning"] else "ok"
