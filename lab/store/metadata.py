"""The typed description that every run carries in its root attributes."""

import re
import uuid
from datetime import UTC, datetime
from enum import StrEnum
from typing import Literal

from nado_lab.commit import code_commit
from nado_lab.lab.json_file import JsonObject
from nado_lab.lab.json_ready import json_ready
from nado_lab.lab.store.power_cut import Fsync
from pydantic import BaseModel, ConfigDict, Field, field_validator

SCHEMA = "nado-run/1"
BENCH, EXPECTED = "bench", "rows_expected"
"""Notes of a run: what is known of the bench's safety (`bench_state`), how many rows it is to have."""


class Status(StrEnum):
    """How far a run has come, or how it ended."""

    RUNNING = "running"
    COMPLETE = "complete"
    ABORTED = "aborted"
    FAILED = "failed"


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", validate_assignment=True)


ParameterValue = bool | int | float | str | list[object] | JsonObject | None


class ParameterRecord(_Model):
    """One parameter of a protocol: value, unit and type name."""

    value: ParameterValue
    units: str = ""
    type: str = ""


class ProtocolRecord(_Model):
    """Which protocol made the run, with every parameter."""

    name: str
    parameters: dict[str, ParameterRecord] = Field(default_factory=dict)

    def values(self) -> dict[str, ParameterValue]:
        """Give the bare parameter values by name."""
        return {name: parameter.value for name, parameter in self.parameters.items()}


class SetupRecord(_Model):
    """Which bench made the run, with the settings that its numbers depend on.

    `seed`, `noise_seed` and `faults` are the specimen, the noise and what was broken of a simulated bench.
    """

    name: str
    kind: str = ""
    source: str = ""
    seed: int = 0
    noise_seed: int | None = None
    faults: list[str] = Field(default_factory=list)
    details: JsonObject = Field(default_factory=dict)


class MonitorRecord(_Model):
    """How often the bench was looked at besides, in s, and which readings end the run: [lowest, highest]."""

    every_s: float
    limits: dict[str, tuple[float | None, float | None]] = Field(default_factory=dict)


class RunMetadata(_Model):
    """All that is known about a run besides its numbers. Times are ISO 8601 in UTC."""

    schema_: Literal["nado-run/1"] = Field(default=SCHEMA, alias="schema")
    run_id: str = Field(default_factory=lambda: new_run_id())
    status: Status = Status.RUNNING
    reason: str = ""
    traceback: str = ""
    started: datetime = Field(default_factory=lambda: datetime.now(UTC))
    ended: datetime | None = None
    sample: str = ""
    operator: str = ""
    setup: SetupRecord | None = None
    protocol: ProtocolRecord | None = None
    monitors: MonitorRecord | None = None
    code: dict[str, str] = Field(default_factory=dict)
    instruments: JsonObject = Field(default_factory=dict)
    lineage: list[str] = Field(default_factory=list)
    notes: JsonObject = Field(default_factory=dict)
    checksums: dict[str, str] = Field(default_factory=dict)
    fsync: Fsync = Fsync.AUTO

    model_config = ConfigDict(extra="ignore", validate_assignment=True, populate_by_name=True)

    @field_validator("run_id")
    @classmethod
    def _one_word(cls, run_id: str) -> str:
        """Take an id from elsewhere as one word, which may stand in a line or in the name of a file."""
        return re.sub(r"[^\w.+-]", "_", run_id)[:100]

    @field_validator("sample", "operator", "reason", "traceback")
    @classmethod
    def _text(cls, given: str) -> str:
        """Write out what is no text (half a character, bytes of a command line in another encoding)."""
        return given.encode("utf-8", "backslashreplace").decode()

    @field_validator("lineage")
    @classmethod
    def _each_once(cls, lineage: list[str]) -> list[str]:
        """Name every run once, in order."""
        return list(dict.fromkeys(lineage))

    def to_attributes(self) -> JsonObject:
        """Give the JSON-able root attributes of the store."""
        return json_ready(self.model_dump(mode="python", by_alias=True))


def new_run_id() -> str:
    """Make a run id that sorts by time and is unique anywhere: 20260131T101112-1a2b3c4d."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"


def code_version() -> dict[str, str]:
    """Name the versions of the software that a run depends on."""
    import platform
    from importlib.metadata import PackageNotFoundError, version

    versions = {"python": platform.python_version()}
    for package in ("nado-lab", "numpy", "zarr", "pymeasure", "pyvisa"):
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = "not installed"
    if commit := code_commit():
        versions["commit"] = commit
    return versions
