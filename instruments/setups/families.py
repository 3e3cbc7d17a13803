"""The families of setups by the name in a setup file: a new one is a folder and a line here, or a plug-in."""

import logging
from collections.abc import Iterable
from pathlib import Path

from nado_lab.instruments.errors import SetupError
from nado_lab.instruments.setups.family import Family
from nado_lab.plugins import Broken, Registry

log = logging.getLogger(__name__)
_HERE = "nado_lab.instruments.setups"


def _complaint(name: str, family: object) -> str:
    """Say why something is no family of this name."""
    if not isinstance(family, Family):
        return f"expected a Family, got {family!r}"
    return "" if family.kind == name else f"it is registered as {name!r}, but is of kind {family.kind!r}"


FAMILIES = Registry[Family](
    "setups",
    "kind of setup",
    {
        "nanoring": f"{_HERE}.nanoring:FAMILY",
        "asvi": f"{_HERE}.spin_vortex_ice:FAMILY",
        "memristor": f"{_HERE}.memristor_array:FAMILY",
        "delay-oscillator": f"{_HERE}.delay_oscillator:FAMILY",
    },
    complaint=_complaint,
    error=SetupError,
)


def builtin_preset_files() -> dict[str, Path]:
    """Return name (`sim:nanoring`) -> TOML file of the setups of the families that come along."""
    return _by_name(path for kind in FAMILIES.built_in() for path in FAMILIES.load(kind).preset_files())


def preset_files() -> dict[str, Path]:
    """Return name -> TOML file of the setups that need no file of your own, those of plug-ins last.

    What a broken plug-in brings is left out, and so is a name that is taken; the log says so.
    """
    found, broken = _presets()
    for each in broken:
        log.warning("left out: %s of %s: %s", each.name, each.origin, each.reason)
    return found


def taken_names() -> list[Broken]:
    """Return the setups of plug-ins whose name is another's."""
    return _presets()[1]


def _presets() -> tuple[dict[str, Path], list[Broken]]:
    found, broken = builtin_preset_files(), []
    for member in FAMILIES.members()[len(FAMILIES.built_in()) :]:
        try:
            own = FAMILIES.load(member.name).preset_files()
        except SetupError:  # among the broken families
            continue
        for name, path in _by_name(own).items():
            if name in found:
                reason = f"the name is taken by {found[name]}; call the file another name"
                broken.append(Broken("setups", name, str(path), reason))
            found.setdefault(name, path)
    return found, broken


def preset_file(name: str) -> Path | None:
    """Return the file of one of these setups; plug-ins are asked where none comes along."""
    return builtin_preset_files().get(name) or preset_files().get(name)


def _by_name(paths: Iterable[Path]) -> dict[str, Path]:
    return {f"sim:{path.stem}": path for path in sorted(paths, key=lambda path: path.name)}
