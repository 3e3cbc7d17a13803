"""The questions of `nado init`: each has an answer to begin with, which Enter takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import typer
from nado_lab.lab.cli.console import note
from nado_lab.lab.workflow.new_setup import NewSetup
from nado_lab.units import factor_between

if TYPE_CHECKING:
    from nado_lab.instruments import SetupConfig
    from nado_lab.port import Port


def asked(begun: NewSetup) -> NewSetup:
    """Ask for all entries of a new setup that options did not state."""
    from nado_lab.instruments import builtin_setups, load_setup

    for name, text in builtin_setups().items():
        note(f"  {name}: {text}")
    like = _ask("Which of these (or which file) is it like", begun.like)
    config = load_setup(like)
    name = begun.name or _ask("Name of the setup", config.name.removeprefix("sim:"))
    sample = begun.sample or _ask("Name of the sample", config.sample)
    note("  VISA library: sim (simulated), @py (LAN and serial), @ivi (a vendor's, GPIB too)")
    library = begun.visa_library or _ask("VISA library", config.visa_library)
    return replace(
        begun,
        like=like,
        name=name,
        sample=sample,
        visa_library="" if library == config.visa_library else library,
        addresses=begun.addresses if library == "sim" else _addresses(config, begun.addresses),
        windows={port.name: begun.windows.get(port.name) or _window(port) for port in config.ports},
        limits=_limits(config, begun.limits),
    )


def _addresses(config: SetupConfig, stated: Mapping[str, str]) -> dict[str, str]:
    return {
        role: stated.get(role) or _ask(f"Address of {role} ({each.driver})", each.address)
        for role, each in config.roles.items()
    }


def _window(port: Port) -> tuple[float, float]:
    shown = port.shown or port.unit
    factor = factor_between(port.unit, shown) or 1.0
    ends = ((-1, port.low), (1, port.high))
    low, high = (_number(f"{port.name} at drive {at}, in {shown}", factor * end) for at, end in ends)
    return low, high


def _limits(config: SetupConfig, stated: Mapping[str, Mapping[str, float]]) -> dict[str, Mapping[str, float]]:
    """Ask for the limits that must stand: what is fed bears less than the instrument can do."""
    found = dict(stated)
    for role in [name for name in config.required_limits if name in config.roles]:
        known = stated.get(role, {})
        for word in [each for each in config.required_limits[role] if each not in known]:
            what = f"{word} of {role}: the most that what it feeds bears"
            most = _number(what, config.roles[role].limits[word])
            found[role] = {**found.get(role, {}), word: most}
    return found


def _ask(what: str, otherwise: str) -> str:
    return str(typer.prompt(what, default=otherwise, err=True)).strip()


def _number(what: str, otherwise: float) -> float:
    return float(typer.prompt(what, default=otherwise, type=float, err=True))
