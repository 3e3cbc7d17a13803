"""The kinds of setups by the name in a setup file: a new family is a folder and a line here."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nado_lab.instruments.setups.config import SetupConfig
from nado_lab.instruments.setups.nanoring import NanoringConfig, NanoringSetup
from nado_lab.instruments.setups.setup import Setup
from nado_lab.instruments.setups.spin_vortex_ice import SpinVortexIceConfig, SpinVortexIceSetup

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Kind:
    """A family of setups: how it is configured, what opens it, the folder of its presets."""

    config: type[SetupConfig]
    setup: type[Setup[Any]]
    presets: Path


KINDS = {
    "nanoring": Kind(NanoringConfig, NanoringSetup, _HERE / "nanoring" / "presets"),
    "asvi": Kind(SpinVortexIceConfig, SpinVortexIceSetup, _HERE / "spin_vortex_ice" / "presets"),
}


def preset_files() -> dict[str, Path]:
    """Return name (`sim:nanoring`) -> TOML file of the setups that come along."""
    files = [path for kind in KINDS.values() for path in kind.presets.glob("*.toml")]
    return {f"sim:{path.stem}": path for path in sorted(files, key=lambda path: path.name)}
