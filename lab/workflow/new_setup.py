"""Write the setup file of a bench of one's own, beginning with one that is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from nado_lab.instruments import config_from, load_setup
from nado_lab.instruments.setups.role_limits import require_limits
from nado_lab.lab.errors import LabError
from nado_lab.lab.json_file import JsonObject
from nado_lab.lab.new_output import refuse_existing
from nado_lab.lab.text_file import write_text
from nado_lab.units import factor_between

if TYPE_CHECKING:
    from nado_lab.instruments import SetupConfig
    from nado_lab.port import Port


@dataclass(frozen=True)
class NewSetup:
    """What is different of a new setup: empty entries stay as they are in the setup that it is `like`.

    `windows` holds, by port, what drive -1 and 1 stand for, in the unit that the port is shown in.
    """

    like: str
    name: str = ""
    sample: str = ""
    visa_library: str = ""
    addresses: Mapping[str, str] = field(default_factory=dict)
    windows: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    limits: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


def new_setup(wanted: NewSetup, out: Path) -> SetupConfig:
    """Write the setup file `out` and give the setup as it will be read."""
    refuse_existing(out)
    if not out.absolute().parent.is_dir():
        raise LabError(f"there is no folder {out.parent}; make it first, or choose another --out")
    config = _changed(load_setup(wanted.like), wanted)
    require_limits(config, str(out))
    write_text(out, config.to_toml())
    return load_setup(out)


def _changed(like: SetupConfig, wanted: NewSetup) -> SetupConfig:
    _refuse_unknown("role", [*wanted.addresses, *wanted.limits], list(like.roles))
    _refuse_unknown("port", list(wanted.windows), [port.name for port in like.ports])
    stated = {"name": wanted.name, "sample": wanted.sample, "visa_library": wanted.visa_library}
    data: JsonObject = like.model_dump(mode="json")
    data |= {name: text for name, text in stated.items() if text}
    for role, address in wanted.addresses.items():
        data["roles"][role]["address"] = address
    for role, limits in wanted.limits.items():
        data["roles"][role]["limits"] |= limits
    data["ports"] = [_port(port, wanted.windows) for port in like.ports]
    if wanted.visa_library:
        data["simulation"] = {}
    return config_from(data, "the new setup")


def _port(port: Port, windows: Mapping[str, tuple[float, float]]) -> dict[str, object]:
    if port.name not in windows:
        return dict(port.to_json())
    factor = factor_between(port.shown or port.unit, port.unit) or 1.0
    low, high = (end * factor for end in windows[port.name])
    return {**port.to_json(), "low": low, "high": high}


def _refuse_unknown(what: str, given: list[str], known: list[str]) -> None:
    if unknown := [name for name in given if name not in known]:
        raise LabError(f"there is no {what} {unknown[0]!r}; expected one of {', '.join(known)}")
