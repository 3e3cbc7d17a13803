"""What drift there is between a twin and its device: found by least squares, chosen by what was left out.

The drive of the device may act as another one (field per ampere, depinning fields): a gain and a shift a
port. Its components may be an affine map of the twin's, held towards no change by ridge regression.
"""

# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from nado_lab.observer import Observer, Progress
from nado_lab.twin.model.rows import Rows
from nado_lab.twin.model.twin import Twin
from nado_lab.twin.records.card import Recalibration
from nado_lab.twin.regression import solve_ridge
from torch import Tensor

FOLDS = 4
ROUNDS = 6
NUDGE = 0.02
DRIVE_STEPS, SOFT_MAP_STEPS = 2, 3
USUAL_DRIFT = 0.2
"""Gain and shift of the drive are expected to change by about so much."""


@dataclass(frozen=True)
class DriftModel:
    """Which drift to look for: a moved drive; an offset; a map as stiff as so many steps, or none."""

    drive: bool
    offset: bool = True
    stiffness: float | None = None

    @property
    def is_soft(self) -> bool:
        """Tell whether a few steps can change the map."""
        return self.stiffness is not None and self.stiffness < 1000.0


DRIFT_MODELS = (
    DriftModel(False, offset=False),
    *(DriftModel(drive, stiffness=stiff) for drive in (False, True) for stiff in (None, 1000.0, 100.0, 10.0)),
)
WHILE_MOVING = DriftModel(True, stiffness=100.0)


@dataclass(frozen=True)
class Correction:
    """Say: the drive acts as gain * drive + shift (port,); the components x are those of A x + b."""

    gain: Tensor
    shift: Tensor
    matrix: Tensor
    bias: Tensor
    plan: DriftModel

    def record(self, steps: int, lineage: tuple[str, ...]) -> Recalibration:
        """Return what a card says of it, found from so many steps of the runs."""
        gain, shift = tuple(self.gain.tolist()), tuple(self.shift.tolist())
        return Recalibration(steps, self.plan.drive, self.plan.stiffness, gain, shift, lineage)


def best_correction(twin: Twin, rows: Rows, observer: Observer | None = None) -> Correction:
    """Return the correction whose plan predicts best the quarters of the rows that it was not found from.

    A drive is not moved below 2 steps a component and port, and a soft map, which has a number for every pair
    of components, is not looked for below 3 steps a component.
    """
    fold = _folds(len(rows), rows.components.shape[1])
    missed, observer = torch.zeros(len(DRIFT_MODELS)), observer or Observer()
    for number in range(FOLDS):
        observer.check()
        observer.progress(Progress("recalibrate", number / (FOLDS + 1)))
        left_out = fold == number
        for place, found in enumerate(corrections(twin, rows, ~left_out)):
            answered = _path(twin, rows, found.gain, found.shift) @ found.matrix.T + found.bias
            missed[place] += float((answered - rows.components)[left_out].square().sum())
    missed[[not enough(twin, rows, plan) for plan in DRIFT_MODELS]] = torch.inf
    found = corrections(twin, rows, torch.ones_like(fold, dtype=torch.bool))[int(missed.argmin())]
    observer.progress(Progress("recalibrate", 1.0))
    return found


def enough(twin: Twin, rows: Rows, plan: DriftModel) -> bool:
    """Tell whether there are steps enough to try a plan."""
    count, components = rows.components.shape[:2].numel(), twin.spec.components
    needed = DRIVE_STEPS * components * twin.spec.ports if plan.drive else 0
    return count >= max(needed, SOFT_MAP_STEPS * components if plan.is_soft else 0)


def correct(twin: Twin, found: Correction) -> None:
    """Move the drive in the twin's weights and its fitted range, and set the map of its calibration."""
    twin.sde.field.move_drive(found.gain, found.shift)
    ends = [(end - found.shift) / found.gain for end in (twin.drive_low, twin.drive_high)]
    twin.drive_low.copy_(torch.minimum(*ends))
    twin.drive_high.copy_(torch.maximum(*ends))
    twin.calibration.matrix.copy_(found.matrix)
    twin.calibration.shift.copy_(found.bias)


def corrections(twin: Twin, rows: Rows, seen: Tensor) -> list[Correction]:
    """Find the correction of every plan from the steps (row, step) that may be seen."""
    still = torch.ones_like(twin.drive_low), torch.zeros_like(twin.drive_low)
    moved = _move(twin, rows, seen)
    paths = {False: _path(twin, rows, *still), True: _path(twin, rows, *moved)}
    drives = {False: still, True: moved}
    return [
        Correction(*drives[plan.drive], *_map(paths[plan.drive], rows.components, plan, seen), plan)
        for plan in DRIFT_MODELS
    ]


def _folds(rows: int, steps: int) -> Tensor:
    """Number the parts (row, step): whole rows where there are enough, else stretches of the steps."""
    if rows >= FOLDS:
        return (torch.arange(rows) % FOLDS)[:, None].expand(rows, steps)
    return (torch.arange(steps) * FOLDS // steps)[None].expand(rows, steps)


def _path(twin: Twin, rows: Rows, gain: Tensor, shift: Tensor) -> Tensor:
    """Return the mean path (row, step, component) under a moved drive, as the twin is calibrated.

    A drive that moved beyond the fitted range does not saturate: whether that helps is what is tried.
    """
    start = rows.start._replace(drive=rows.start.drive * gain + shift)
    bounded, twin.is_bounded = twin.is_bounded, False
    try:
        return twin.calibration.correct(twin.paths(rows.drive * gain + shift, start, noise=False))
    finally:
        twin.is_bounded = bounded


def _map(path: Tensor, truth: Tensor, plan: DriftModel, seen: Tensor) -> tuple[Tensor, Tensor]:
    """Regress truth on path over the steps seen: A (component, component) held towards 1, b (component,)."""
    count = path.shape[-1]
    if not plan.offset:
        return torch.eye(count).to(path), path.new_zeros(count)
    x, y = path[seen].double(), truth[seen].double()
    matrix = torch.eye(count).to(x)
    if plan.stiffness is not None:
        centred = x - x.mean(0)
        matrix = matrix + solve_ridge(centred, y - y.mean(0) - centred, plan.stiffness).T
    return matrix.float(), (y.mean(0) - matrix @ x.mean(0)).float()


def _move(twin: Twin, rows: Rows, seen: Tensor) -> tuple[Tensor, Tensor]:
    """Find gain and shift (port,) of the drive by Gauss and Newton, the map solved at every try."""
    ports = twin.spec.ports

    def missed(moved: Tensor) -> Tensor:
        path = _path(twin, rows, 1 + moved[:ports], moved[ports:])
        matrix, bias = _map(path, rows.components, WHILE_MOVING, seen)
        return (path @ matrix.T + bias - rows.components)[seen].flatten().double()

    moved = rows.drive.new_zeros(2 * ports)
    residual, better = missed(moved), True
    for _ in range(ROUNDS):
        if not better:
            break
        slopes = [(missed(moved + NUDGE * way) - residual) / NUDGE for way in torch.eye(2 * ports).to(moved)]
        step = _gauss_newton(torch.stack(slopes, 1), residual, moved.double())
        moved, residual, better = _go(missed, moved, residual, step)
    return 1 + moved[:ports], moved[ports:]


def _gauss_newton(jacobian: Tensor, residual: Tensor, moved: Tensor) -> Tensor:
    """Return the step that lessens the residual, pulled towards no drift as strongly as is usual."""
    hold = residual.square().mean().clamp_min(1e-12) / USUAL_DRIFT**2
    penalty = hold * torch.eye(len(moved)).to(moved)
    pull = jacobian.T @ residual + hold * moved
    return -torch.linalg.solve(jacobian.T @ jacobian + penalty, pull).float().clamp(-0.2, 0.2)


def _go(
    missed: Callable[[Tensor], Tensor], moved: Tensor, residual: Tensor, step: Tensor
) -> tuple[Tensor, Tensor, bool]:
    """Go a step, or a half or a quarter of it, if that lessens the residual; tell whether it did by much."""
    before = float(residual.square().sum())
    for part in (1.0, 0.5, 0.25):
        tried = missed(moved + part * step)
        after = float(tried.square().sum())
        if after < before:
            return moved + part * step, tried, after < 0.999 * before
    return moved, residual, False
