"""`nado bring-up`: the guided first hour with a bench, each step asked for before it is sent."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from nado_lab.lab.cli.console import note
from nado_lab.lab.cli.options import Faults, Force, SetupName, SetupWord, one_setup
from nado_lab.lab.cli.stopping import going_on
from nado_lab.lab.errors import LabError
from nado_lab.lab.new_output import refuse_existing

if TYPE_CHECKING:
    from nado_lab.instruments.setups.bring_up import Step


def register(app: typer.Typer) -> None:
    """Add the command of this module to `app`."""
    app.command("bring-up")(bring_up)


def bring_up(
    word: SetupWord = "",
    setup: SetupName = "",
    yes: Annotated[bool, typer.Option("--yes", help="Take every step without asking.")] = False,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the report here, as JSON.")] = None,
    fault: Faults = None,
    force: Force = False,
) -> None:
    """Look at a new bench step by step, at the lowest drive: who is there, what is put out, what is seen."""
    from nado_lab.instruments.setups.bring_up import walk
    from nado_lab.lab.compose import open_named_setup
    from nado_lab.lab.json_file import write_json
    from nado_lab.lab.runs import driven

    setup = one_setup(setup, word, "sim:nanoring-calibration")
    if out is not None:
        refuse_existing(out)
    kept = going_on(lambda: "Nothing was written; give the command again.")
    with kept, open_named_setup(setup, faults=fault or ()) as bench, driven(bench):
        steps_of = getattr(bench, "bring_up_steps", None)
        if steps_of is None:
            raise LabError(
                f"setups of kind {bench.config.kind!r} have no guided first hour; use `nado check`"
            )
        found = []
        for seen in walk(bench, steps_of(), lambda step: _asked(step, yes=yes)):
            note(f"  {_verdict(seen.passed, seen.warning)}: {seen.detail}")
            found.append(asdict(seen))
        identities = bench.identities() if found and found[-1]["passed"] else {}
    passed = all(each["passed"] for each in found)
    if out is not None:
        write_json(out, {"setup": setup, "passed": passed, "identities": identities, "steps": found})
        note(f"report in {out}")
    if not passed:
        note("the bench is safe; nothing was driven further")
        raise typer.Exit(1)


def _asked(step: "Step", *, yes: bool) -> bool:
    note(f"{step.name}: {step.sends}")
    return yes or typer.confirm("  do it?", default=True)


def _verdict(passed: object, warning: object) -> str:
    if not passed:
        return "FAILED"
    return "look at it" if warning else "ok"
