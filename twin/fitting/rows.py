"""Trials as a twin sees them: normalised readouts, their components, and the start they continue."""

from __future__ import annotations

from dataclasses import dataclass

from nado_lab.twin.data.trials import Trials
from nado_lab.twin.errors import DataError
from nado_lab.twin.model.twin import Start, Twin
from torch import Tensor


@dataclass(frozen=True)
class Rows:
    """Hold what a loss needs, row by row: drive, normalised truth, components and the start they continue."""

    drive: Tensor
    truth: Tensor
    components: Tensor
    start: Start

    def __len__(self) -> int:
        return len(self.drive)

    def at(self, rows: Tensor) -> Rows:
        """Return the given rows."""
        start = Start(self.start.components[rows], self.start.drive[rows])
        return Rows(self.drive[rows], self.truth[rows], self.components[rows], start)


def rows_of(twin: Twin, trials: Trials) -> Rows:
    """Turn trials to rows: from the defined start, or, without one, from the first measured steps."""
    spec = twin.spec
    components, truth = twin.basis.encode(trials.readout), twin.basis.normalise(trials.readout)
    if trials.initial is not None:
        start = twin.default_start(len(trials))
        return Rows(trials.drive, truth, components, Start(start.components.detach(), start.drive))
    used = max(spec.delays + 1, spec.drive_lags)
    if trials.drive.shape[1] <= used + 1:
        raise DataError(f"trials without an initial state need more than {used + 1} steps")
    past = trials.drive[:, used - spec.drive_lags : used]
    start = Start(components[:, used - spec.delays - 1 : used], past)
    return Rows(trials.drive[:, used:], truth[:, used:], components[:, used:], start)
