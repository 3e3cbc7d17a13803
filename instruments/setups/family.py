"""What a family of setups is, whole: one entry registers it, whether it comes along or is a plug-in's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nado_lab.instruments.setups.config import SetupConfig
from nado_lab.instruments.setups.setup import Setup


@dataclass(frozen=True)
class Family:
    """A kind of setup (`kind` in a setup file), how it is configured, and what opens it.

    `presets` is a folder of setup files: NAME.toml is the setup `sim:NAME`. `bench` names the simulated bench
    (a member of the group `benches`) of setups whose `visa_library` is "sim"; "" if there is none.
    `drivers`, `benches`, `protocols` and `tasks` are members of those groups that the family brings along, by
    name: the thing itself, or "module:attribute".
    """

    kind: str
    config: type[SetupConfig]
    setup: type[Setup[Any]]
    presets: Path | None = None
    bench: str = ""
    drivers: Mapping[str, object] = field(default_factory=dict)
    benches: Mapping[str, object] = field(default_factory=dict)
    protocols: Mapping[str, object] = field(default_factory=dict)
    tasks: Mapping[str, object] = field(default_factory=dict)

    def preset_files(self) -> tuple[Path, ...]:
        """Return the setup files that come along, in order."""
        return tuple(sorted(self.presets.glob("*.toml"))) if self.presets is not None else ()
