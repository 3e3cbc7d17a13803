"""What drives stand for: trials of several runs are brought to one window a port before one twin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from nado_lab.port import Port, same_ports
from nado_lab.twin.errors import DataError
from torch import Tensor


def converted(drive: Tensor, here: Sequence[Port], there: Sequence[Port]) -> Tensor:
    """Return drives (…, port) of the ports `here` as drives of `there`, which stand for the same inputs."""
    if same_ports(here, there):
        return drive
    if [port.unit for port in here] != [port.unit for port in there]:
        raise DataError(f"drives stand for {_units(here)} here and for {_units(there)} there")
    pairs = list(zip(here, there, strict=True))
    gain = torch.tensor([one.half / other.half for one, other in pairs])
    shift = torch.tensor([(one.middle - other.middle) / other.half for one, other in pairs])
    return drive * gain + shift


def spanning(windows: Sequence[Sequence[Port]]) -> tuple[Port, ...]:
    """Return the ports whose windows span those of all; the first ones where they are all the same."""
    first = tuple(windows[0])
    if all(same_ports(each, first) for each in windows):
        return first
    if any(len(each) != len(first) for each in windows):
        raise DataError("the runs have different numbers of ports: they cannot be joined")
    return tuple(
        replace(port, low=min(each[at].low for each in windows), high=max(each[at].high for each in windows))
        for at, port in enumerate(first)
    )


def _units(ports: Sequence[Port]) -> str:
    return ", ".join(port.unit or "numbers" for port in ports)
