"""What every page says of how its thing came to be: when, of what, by whom, with which code, seeds, limits.

It is read from the runs behind the thing, as far as they are still there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from nado_lab.lab.json_file import JsonObject
from nado_lab.lab.reports.content import Section, Table, figure_of
from nado_lab.lab.si_text import si_text

if TYPE_CHECKING:
    from nado_lab.lab.store import RunMetadata

FIELDS = ("date", "sample", "operator", "setup", "commit", "versions", "seeds", "limits", "calibration")
"""The rows that the section has on every kind of page."""
CALIBRATION = ("axes", "bias", "calibration")
"""Tables of a setup file that hold what a calibration measured."""
SHOWN_VERSIONS = ("nado-lab", "python", "numpy", "torch", "zarr")
UNKNOWN = "not recorded"


@dataclass(frozen=True)
class Provenance:
    """The facts behind a thing; what nobody recorded is empty."""

    date: str = ""
    sample: str = ""
    operator: str = ""
    setup: str = ""
    commit: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    seeds: Mapping[str, object] = field(default_factory=dict)
    limits: str = ""
    calibration: str = ""


def provenance_of_run(known: RunMetadata) -> Provenance:
    """Take the facts of one run."""
    record = known.setup
    details = record.details if record else {}
    parameters = known.protocol.parameters if known.protocol else {}
    seeds: dict[str, object] = {}
    if record:
        seeds["specimen"] = record.seed
        seeds["noise"] = "of the specimen" if record.noise_seed is None else record.noise_seed
    seeds |= {f"drives ({name})": each.value for name, each in parameters.items() if "seed" in name}
    return Provenance(
        date=f"{known.started:%Y-%m-%d %H:%M} UTC",
        sample=known.sample or str(details.get("sample", "")),
        operator=known.operator,
        setup=record.name if record else "",
        commit=_short(known.code.get("commit", "")),
        versions=known.code,
        seeds=seeds,
        limits="; ".join([*_windows(details), *_limits(details)]),
        calibration="; ".join(_calibration(details)) or ("none in the setup file" if details else ""),
    )


def provenance_of(
    runs: Iterable[str | Path],
    seeds: Mapping[str, object] | None = None,
    versions: Mapping[str, str] | None = None,
) -> Provenance:
    """Take the facts of the runs behind a thing, with seeds and versions of its own; lost runs tell none."""
    found = [provenance_of_run(known) for path in dict.fromkeys(map(str, runs)) if (known := _metadata(path))]
    told: dict[str, object] = {}
    for each in found:
        for name, value in each.seeds.items():
            told.setdefault(name, [])
            told[name].append(value)  # type: ignore[attr-defined]
    return Provenance(
        date=_range([each.date for each in found]),
        sample=_together(each.sample for each in found),
        operator=_together(each.operator for each in found),
        setup=_together(each.setup for each in found),
        commit=_together([_short((versions or {}).get("commit", "")), *(each.commit for each in found)]),
        versions=versions or (found[0].versions if found else {}),
        seeds={name: _values(values) for name, values in told.items()} | dict(seeds or {}),
        limits=_together(each.limits for each in found),
        calibration=_together(each.calibration for each in found),
    )


def provenance_section(known: Provenance) -> Section:
    """Lay out the facts, the same rows on every page."""
    versions = ", ".join(
        f"{name} {known.versions[name]}" for name in SHOWN_VERSIONS if name in known.versions
    )
    seeds = ", ".join(
        f"{name} {figure_of(value)}" for name, value in known.seeds.items() if value is not None
    )
    told = {"versions": versions, "seeds": seeds}
    rows = [(name, told.get(name, "") or str(getattr(known, name) or "") or UNKNOWN) for name in FIELDS]
    plain = [(name, UNKNOWN if text == "{}" else text) for name, text in rows]
    return Section("How it came to be", table=Table(("", ""), plain))


def _short(commit: str) -> str:
    """Give the first letters of a commit, as git shows it, and whether the code was changed since."""
    name, mark, _ = commit.partition("-dirty")
    return f"{name[:12]}{mark}"


def _metadata(path: str) -> RunMetadata | None:
    from nado_lab.lab.store import Run, StoreError

    with suppress(StoreError, OSError):
        return Run.open(path).metadata
    return None


def _windows(details: JsonObject) -> list[str]:
    ports = details.get("ports")
    found = []
    for port in ports if isinstance(ports, list | tuple) else ():
        ends = [si_text(float(port[end]), str(port["unit"])) for end in ("low", "high")]
        found.append(f"{port['name']} {ends[0]} to {ends[1]}")
    return [f"driven in {', '.join(found)}"] if found else []


def _limits(details: JsonObject) -> list[str]:
    """Tell the limits of the setup and of each instrument."""
    own = details.get("limits") or {}
    roles = details.get("roles") or {}
    told = [f"{name} {figure_of(value)}" for name, value in own.items() if value is not None]
    for role, each in roles.items():
        words = [f"{name} {figure_of(value)}" for name, value in (each.get("limits") or {}).items()]
        told += [f"{role}: {', '.join(words)}"] if words else []
    return told


def _calibration(details: JsonObject) -> list[str]:
    """Tell what calibrations measured: numbers, by part (an axis, a modulator) where there are several."""
    found = []
    for table in CALIBRATION:
        content = details.get(table) or {}
        parts = content.items() if isinstance(content, dict) else enumerate(content)
        for part, values in parts:
            if isinstance(values, dict):
                told = ", ".join(f"{name} {figure_of(value)}" for name, value in values.items())
                found.append(f"{table} {part}: {told}")
            else:
                found.append(f"{table}: {part} {figure_of(values)}")
    return found


def _together(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(filter(None, texts)))


def _range(dates: Sequence[str]) -> str:
    ends = sorted(filter(None, dates))
    return " to ".join(dict.fromkeys([ends[0], ends[-1]])) if ends else ""


def _values(values: object) -> object:
    different = list(dict.fromkeys(values)) if isinstance(values, list) else [values]
    return different[0] if len(different) == 1 else different
