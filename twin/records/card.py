"""What is written down about a twin: how it was fitted, on what, how good it is, where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from nado_lab.channels import ChannelAxis
from nado_lab.port import Port
from nado_lab.twin.data.findings import Finding
from nado_lab.twin.data.split import SplitRecord
from nado_lab.twin.errors import TwinError
from nado_lab.twin.records.json_object import JsonObject, read_entry
from nado_lab.twin.records.metrics import Metrics
from nado_lab.twin.records.settings import FitSettings
from pydantic import TypeAdapter

OLDER_NAMES = {"parts": "split", "scores": "metrics"}


@dataclass(frozen=True)
class FitRecord:
    """The settings of a fit, as they were used, and the sequences that said when to stop."""

    settings: FitSettings = field(default_factory=FitSettings)
    held_out: tuple[int, ...] = ()

    @classmethod
    def from_json(cls, found: JsonObject) -> FitRecord:
        """Read a record; settings of other versions are left out."""
        known = {each.name for each in fields(FitSettings)}
        settings = FitSettings.from_json({name: found[name] for name in found.keys() & known})
        return cls(
            settings, read_entry("fit.held_out", TypeAdapter(tuple[int, ...]), found.get("held_out", ()))
        )

    def to_json(self) -> JsonObject:
        """Return the settings and `held_out` side by side."""
        return self.settings.to_json() | {"held_out": list(self.held_out)}


@dataclass(frozen=True)
class Recalibration:
    """How a twin was brought up to date with a drifted device, over how many steps of which runs."""

    steps: int
    drive_moved: bool
    map_stiffness: float | None
    drive_gain: tuple[float, ...]
    drive_shift: tuple[float, ...]
    lineage: tuple[str, ...] = ()


@dataclass(frozen=True)
class DeviceRecord:
    """Which device a twin was fitted to: the setup and its kind, the sample, the device side by side."""

    setup: str = ""
    kind: str = ""
    sample: str = ""
    device: str = ""

    def __str__(self) -> str:
        named = (("device", self.device), ("sample", self.sample), ("setup", self.setup))
        return ", ".join(f"{word} {name!r}" for word, name in named if name) or "a device without a name"


@dataclass(frozen=True)
class Adaptation:
    """On how many trials, over how many steps, all weights of a twin followed a drifted device."""

    trials: int
    steps: int


@dataclass(frozen=True)
class TwinCard:
    """Hold what is known of a twin beside its model; what was not told is None or empty.

    `scored_on` names the part that `metrics` are taken on; `lineage` holds the ids of the runs it was fitted
    to, `runs` their paths, `timing` how their steps followed each other (every `step_s` s of the twin),
    `drives` the fitted drives (`twin.data.fitted_drives`), `data` what the data check found in them, `axis`
    what the channels lie along. `other` keeps entries of other versions as they are.
    """

    fit: FitRecord | None = None
    split: SplitRecord | None = None
    metrics: Metrics | None = None
    scored_on: str = ""
    ports: tuple[Port, ...] = ()
    device: DeviceRecord | None = None
    timing: str = ""
    lineage: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict[str, str])
    drives: str = ""
    recalibrated: Recalibration | None = None
    adapted: Adaptation | None = None
    data: tuple[Finding, ...] = ()
    axis: ChannelAxis | None = None
    other: JsonObject = field(default_factory=JsonObject)

    @classmethod
    def from_json(cls, found: JsonObject) -> TwinCard:
        """Read a card, of an older version too; an entry of another kind is named in a `TwinError`."""
        current = {OLDER_NAMES.get(name, name): value for name, value in found.items()}
        if window := current.pop("drive_map", None):
            current["ports"] = [_older_port(window)]
        known = {each.name for each in fields(cls)} - {"other"}
        entries = {name: _read(name, current[name]) for name in current.keys() & known}
        return cls(**entries, other={name: current[name] for name in current.keys() - known})

    def to_json(self) -> JsonObject:
        """Return the entries that are told, as JSON holds them."""
        told = {name: _ENTRIES[name].dump_python(getattr(self, name), mode="json") for name in _ENTRIES}
        own = {"fit": self.fit, "metrics": self.metrics}
        told |= {name: entry.to_json() for name, entry in own.items() if entry}
        return {name: value for name, value in told.items() if value} | self.other


_ENTRIES: dict[str, TypeAdapter[Any]] = {
    "split": TypeAdapter(SplitRecord | None),
    "scored_on": TypeAdapter(str),
    "ports": TypeAdapter(tuple[Port, ...]),
    "device": TypeAdapter(DeviceRecord | None),
    "timing": TypeAdapter(str),
    "lineage": TypeAdapter(tuple[str, ...]),
    "runs": TypeAdapter(tuple[str, ...]),
    "versions": TypeAdapter(dict[str, str]),
    "drives": TypeAdapter(str),
    "recalibrated": TypeAdapter(Recalibration | None),
    "adapted": TypeAdapter(Adaptation | None),
    "data": TypeAdapter(tuple[Finding, ...]),
    "axis": TypeAdapter(ChannelAxis | None),
}
_OBJECT, _METRICS = TypeAdapter(JsonObject), TypeAdapter(Metrics)
_NUMBERS = TypeAdapter(tuple[int, ...])


def _older_port(window: object) -> object:
    """Read what an older version wrote of the one port: {low, high, units}."""
    try:
        return Port.from_json(read_entry("drive_map", _OBJECT, window)).to_json()
    except ValueError as error:
        raise TwinError(f"drive_map: {error}") from error


def _read(name: str, value: object) -> Any:
    """Read one entry of a card."""
    if name in _ENTRIES:
        return read_entry(name, _ENTRIES[name], value)
    entry = read_entry(name, _OBJECT, value)
    return FitRecord.from_json(entry) if name == "fit" else read_entry(name, _METRICS, Metrics.current(entry))
