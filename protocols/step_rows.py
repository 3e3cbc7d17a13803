"""Trials that are asked step by step: the stream that holds every step, and whole trials played so."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from nado_lab.instruments.errors import TrialEndedError
from nado_lab.instruments.setups.stepwise import Step, StepwiseTrial
from nado_lab.protocols.columns import Column, Row
from nado_lab.protocols.device import StepwiseDevice

STEPS = "steps"
"""The stream that holds every step as a row."""
NUMBER = Column("step", dtype="int64", description="number of the step", is_coordinate=True)
TIMES = (
    Column("wall", units="s", description="time of the readout, since 1970"),
    Column("begun", units="s", description="begin of the step by the bench's clock, from the trial's first"),
    Column("late", units="s", description="how much later than a step's period it began"),
    Column("latency", units="s", description="by the wall's clock, from asking for the step to its readout"),
)


def times_of(step: Step, first: Step) -> Row:
    """Give the number of a step and its times, as of now."""
    return {
        "step": step.number,
        "wall": time.time(),
        "begun": step.begun_s - first.begun_s,
        "late": step.late_s,
        "latency": step.latency_s,
    }


@dataclass(frozen=True)
class SteppedTrial:
    """A whole trial that was asked step by step, as `setup.measure` would give it."""

    readout: np.ndarray
    initial: np.ndarray
    waveform: np.ndarray
    input: np.ndarray


def whole_of(trial: StepwiseTrial, steps: Sequence[Step], *, side_by_side: bool) -> SteppedTrial:
    """Put the steps of a trial together along their axis, which comes after that of devices."""
    axis = 1 if side_by_side else 0
    return SteppedTrial(
        readout=np.stack([each.played.readout for each in steps], axis),
        initial=trial.initial,
        waveform=np.stack([each.played.waveform for each in steps], axis),
        input=np.stack([each.input for each in steps], axis),
    )


def play_step_by_step(
    setup: StepwiseDevice,
    drive: np.ndarray,
    inputs: np.ndarray | None,
    should_stop: Callable[[], bool],
    take: Callable[[int, Step, Step], None],
) -> Iterator[SteppedTrial]:
    """Play drive (trial, [device,] step, port) step by step; end early where it is to stop.

    `take(trial, step, first step of the trial)` hears of every step as it comes.
    """
    for number in range(len(drive)):
        sent = np.moveaxis(drive[number], -2, 0)
        applied = [None] * len(sent) if inputs is None else list(np.moveaxis(inputs[number], -2, 0))
        steps: list[Step] = []
        try:
            with setup.begin(should_stop=should_stop) as trial:
                for one, values in zip(sent, applied, strict=True):
                    steps.append(trial.play(one, values))
                    take(number, steps[-1], steps[0])
        except TrialEndedError:
            if should_stop():
                return
            raise
        yield whole_of(trial, steps, side_by_side=bool(setup.devices))
