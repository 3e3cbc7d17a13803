"""A mapping file: what an import's files do not say, as TOML that can be kept beside them."""

from dataclasses import replace
from pathlib import Path

from nado_lab.lab.store.imports.options import (
    Axis,
    ChannelColumn,
    ImportOptions,
    PortColumn,
    SampleReduction,
)
from nado_lab.lab.text_file import write_text
from nado_lab.lab.toml_file import read_model
from pydantic import BaseModel, ConfigDict, Field


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Channel(_Part):
    column: str
    name: str = ""
    units: str = ""


class _Port(_Channel):
    low: float | None = None
    high: float | None = None


class _Map(_Part):
    axes: list[Axis] = Field(default_factory=list)
    sequence: str = ""
    repeat: str = ""
    held_out: str = ""
    run_id: int | None = None
    drive_units: str = ""
    drive_low: float | None = None
    drive_high: float | None = None
    readout_units: str = ""
    samples_per_step: int | None = Field(default=None, ge=1)
    step_seconds: float | None = Field(default=None, gt=0)
    field_cycle: str = ""
    readout: SampleReduction = SampleReduction.MEAN
    sample: str = ""
    band_pass: list[float] = Field(default_factory=list)
    transient: int = Field(default=0, ge=0)
    keep_waveform: bool = True
    ports: list[_Port] = Field(default_factory=list)
    channels: list[_Channel] = Field(default_factory=list)


def read_map(path: Path, stated: ImportOptions) -> ImportOptions:
    """Read a mapping file; what was stated besides (on the command line) holds instead of it."""
    found = read_model(path, _Map)
    plain = {name: getattr(found, name) for name in _Map.model_fields if name not in _LISTS}
    options = ImportOptions(
        ports=tuple(PortColumn(**vars(port)) for port in found.ports),
        channels=tuple(ChannelColumn(**vars(channel)) for channel in found.channels),
        axes=tuple(found.axes),
        band_pass=tuple(found.band_pass),
        **plain,
    )
    nothing = ImportOptions()
    given = {name: value for name, value in vars(stated).items() if value != getattr(nothing, name)}
    return replace(options, **given)


def write_map(path: Path, options: ImportOptions) -> None:
    """Write a mapping file that says the same as `options`."""
    nothing = ImportOptions()
    plain = {name: value for name, value in vars(options).items() if value != getattr(nothing, name)}
    lines = [f"{name} = {_toml(value)}" for name, value in plain.items() if name not in ("ports", "channels")]
    for name in ("ports", "channels"):
        for each in plain.get(name, ()):
            stated = {key: value for key, value in vars(each).items() if value not in ("", None)}
            lines += ["", f"[[{name}]]", *(f"{key} = {_toml(value)}" for key, value in stated.items())]
    write_text(path, "\n".join(["# nado data import FILES --map THIS --out RUN", *lines]) + "\n")


_LISTS = ("ports", "channels", "axes", "band_pass")


def _toml(value: object) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, str):
        return '"' + str(value).translate(_ESCAPES) + '"'
    return str(value).lower() if isinstance(value, bool) else repr(value)


_ESCAPES = {ord('"'): '\\"', ord("\\"): "\\\\"} | {each: f"\\u{each:04x}" for each in (*range(32), 127)}
