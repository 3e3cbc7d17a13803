"""What the setups of a layer play at the same time, each into a run of its own."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from nado_lab.lab.runs.interrupts import stop_on_signals
from nado_lab.lab.runs.observer import Observer, Shares
from nado_lab.lab.workflow.play_drives import PlayOptions, own_readout, play_drives
from nado_lab.lab.workflow.side_by_side import packed, unpacked

if TYPE_CHECKING:
    from nado_lab.lab.setup import Setup

_LOOK_S = 0.2


@dataclass(frozen=True)
class Part:
    """What one setup plays of a layer: drives (trial, step, port) of `nodes` nodes of each example."""

    setup: Setup
    nodes: int
    drive: np.ndarray
    path: Path
    options: PlayOptions


def play_at_once(parts: Sequence[Part], observer: Observer) -> list[np.ndarray]:
    """Play all parts, each on its setup, at the same time; give their readouts (trial, step, channel).

    Where one fails the others are stopped; their runs are kept, to be gone on with.
    """
    if len(parts) == 1:
        return [_play(parts[0], observer)]
    whole = Shares(observer, len(parts))
    with (
        stop_on_signals(observer.stop),  # which only this thread hears
        ThreadPoolExecutor(len(parts), thread_name_prefix="setup") as pool,
    ):
        playing = [pool.submit(_play, part, whole.part(number)) for number, part in enumerate(parts)]
        left = set(playing)
        while left:  # with a time-out: Windows hears no Ctrl-C while it waits without one
            done, left = wait(left, _LOOK_S, FIRST_EXCEPTION)
            if any(each.exception() for each in done):
                observer.stop.stop("another setup of the layer failed")
    return [each.result() for each in playing]


def _play(part: Part, observer: Observer) -> np.ndarray:
    """Play a part, its nodes side by side where the setup has several devices."""
    devices, probed = len(part.setup.devices), part.options.probe is not None
    drive = packed(part.drive, part.nodes, devices) if devices else part.drive
    answer = own_readout(play_drives(drive, part.setup, part.path, part.options, observer), probed)
    return unpacked(answer, part.nodes) if devices else answer
