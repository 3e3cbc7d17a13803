"""Is a setup the device that a twin was fitted on, driven over the same window?"""

from __future__ import annotations

from collections.abc import Sequence
from math import isclose
from typing import TYPE_CHECKING

from nado_lab.lab.errors import LabError
from nado_lab.port import Port, same_ports
from nado_lab.protocols.timing import STEPWISE, WHOLE_TRIALS
from nado_lab.twin import DeviceRecord

if TYPE_CHECKING:
    from nado_lab.lab.setup import Setup
    from nado_lab.twin import Twin

SHOWN_CHANNELS = 4
SAME_TIMING = 0.02
"""Steps that follow each other in times within this share of each other count as timed alike."""


def check_device(
    twin: Twin,
    setup: Setup,
    device: str = "",
    *,
    is_other: bool = False,
    stepwise: bool = False,
    other_timing: bool = False,
) -> None:
    """Refuse a setup with other ports, channels, units or drives than the twin's, another sample or device.

    `device` is the one of devices side by side; with `is_other` it may be another one than was fitted. The
    steps, played whole or `stepwise`, come as often as those that were fitted, unless `other_timing`.
    """
    if not is_other:
        _check_identity(twin, setup, device)
    _check_left_out(twin, setup)
    if twin.port_count != setup.port_count or tuple(twin.channels) != tuple(setup.channels):
        raise LabError(
            f"the twin answers {_kind(twin.port_count, twin.channels)}; the setup has "
            f"{_kind(setup.port_count, setup.channels)}: another kind of device"
        )
    if tuple(twin.units) != tuple(setup.channel_units):
        raise LabError(
            f"the twin answers in {_kinds_of(twin.units)}, the setup in {_kinds_of(setup.channel_units)}: "
            "fit a twin to runs of this setup"
        )
    _check_ports(twin, setup)
    if not other_timing and twin.card.timing:
        period = getattr(setup, "step_period_s", setup.step_s)
        check_timing(twin, *((period, STEPWISE) if stepwise else (setup.step_s, WHOLE_TRIALS)))


def check_timing(twin: Twin, step_s: float, mode: str) -> None:
    """Refuse steps every `step_s` s where the twin was fitted to others; `mode` says how these are played."""
    if not twin.card.timing or isclose(twin.step_s, step_s, rel_tol=SAME_TIMING):
        return  # of trials from elsewhere nobody knows how they were timed
    raise LabError(
        f"the twin was fitted to a step every {1e3 * twin.step_s:.4g} ms ({twin.card.timing}); here one "
        f"comes every {1e3 * step_s:.4g} ms ({mode}), and a device forgets by the time: fit a twin to "
        "runs of that timing (`nado measure ... -p stepwise=true` asks step by step), or say --other-timing"
    )


def _check_left_out(twin: Twin, setup: Setup) -> None:
    """Refuse a twin whose fit left channels of this setup out, and say why they were."""
    found = [each for each in twin.card.data if set(each.channels) & set(setup.channels)]
    if found and not set(setup.channels) <= set(twin.channels):
        raise LabError(
            f"the twin lacks channels of this setup, which its data check left out ({found[0]}): see to it"
            " and measure again, or fit with --keep-all if a constant channel is meant to be one"
        )


def _check_identity(twin: Twin, setup: Setup, device: str) -> None:
    """Refuse another sample or device than the one that the twin's runs name; what is not named passes."""
    known, config = twin.card.device, getattr(setup, "config", None)
    if known is None or config is None:
        return
    here = DeviceRecord(config.name, config.kind, config.sample, device)
    same_sample = here.sample == known.sample if known.sample and here.sample else here.setup == known.setup
    if here.device != known.device or not same_sample:
        raise LabError(
            f"the twin was fitted to {known}; this is {here}: give the setups in the order of their twins, "
            "or say --other-device if another device is meant (in the window: beside Transfer report)"
        )


def _check_ports(twin: Twin, setup: Setup) -> None:
    """Refuse a setup on which drives stand for other inputs than in the runs the twin was fitted to."""
    if twin.ports and not same_ports(twin.ports, setup.ports):
        raise LabError(
            f"the twin was fitted where drive -1 to 1 stands for {_told(twin.ports)}, on this setup for"
            f" {_told(setup.ports)}: give the setup that window ([[ports]] of its file), or fit a"
            " twin to runs of it"
        )


def _kind(ports: int, channels: Sequence[str]) -> str:
    more = "…" if len(channels) > SHOWN_CHANNELS else ""
    return f"{ports} port(s) with {', '.join(channels[:SHOWN_CHANNELS])}{more}"


def _kinds_of(units: Sequence[str]) -> str:
    return ", ".join(unit or "no unit" for unit in dict.fromkeys(units))


def _told(ports: Sequence[Port]) -> str:
    return ", ".join(map(str, ports))
