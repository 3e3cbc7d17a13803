"""The command that makes a thing again: the same experiment exactly, from what was stored of it.

Numbers are written so that they are read back as they were, and every seed is named.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nado_lab.protocols.registry import NEEDS_AN_ARRAY

if TYPE_CHECKING:
    from nado_lab.lab.store import ParameterRecord, RunMetadata, SetupRecord


def measure_again(known: RunMetadata, path: str) -> str:
    """Write the command that measures a run again; one of drives that a program chose is replayed."""
    protocol = known.protocol
    if protocol is None:
        return f"# {path} was not measured by a protocol of nado"
    words = ["nado", "measure", *_protocol(protocol.name), *_setup(known.setup)]
    if protocol.name in NEEDS_AN_ARRAY:
        words += ["-p", f"of={path}"]
    for name, each in protocol.parameters.items():
        if each.value is not None:
            words += ["-p", f"{name}={_text(each)}"]
    return shlex.join([*words, "--out", "again.zarr"])


def sweep_again(config: Path, searched: bool) -> str:
    """Write the command that does a sweep again, over its grid or as a search."""
    return shlex.join(["nado", "sweep", str(config), *(["--optimise"] if searched else []), "--out", "again"])


def loop_again(config: Path) -> str:
    """Write the command that does a loop again; its configuration holds all seeds."""
    return shlex.join(["nado", "loop", str(config), "--out", "again"])


def _protocol(name: str) -> Sequence[str]:
    if name in NEEDS_AN_ARRAY:
        return ("replay",)
    return ("--protocol", name) if ".py:" in name else (name,)


def _setup(record: SetupRecord | None) -> Iterator[str]:
    if record and record.source:
        yield from ("--setup", record.source, "--seed", str(record.seed))
        if record.noise_seed is not None:
            yield from ("--noise-seed", str(record.noise_seed))


def _text(parameter: ParameterRecord) -> str:
    """Write a parameter's value in full, a number with its unit."""
    value = parameter.value
    if isinstance(value, str):
        return value
    unit = parameter.units if isinstance(value, int | float) and not isinstance(value, bool) else ""
    return f"{json.dumps(value)} {unit}".strip()
