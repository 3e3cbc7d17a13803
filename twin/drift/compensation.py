"""Make a drifted device act as its twin: send it other drives, and map back what it answers."""

# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

from dataclasses import dataclass

import torch
from nado_lab.twin.data.check import without_bad
from nado_lab.twin.data.trials import Trials
from nado_lab.twin.drift.correction import Correction, best_correction
from nado_lab.twin.model.rows import matched, rows_of
from nado_lab.twin.model.twin import Twin
from torch import Tensor


@dataclass(frozen=True)
class Compensation:
    """Undo what `correction` says of a device that drifted away from `twin`."""

    twin: Twin
    correction: Correction

    def drive(self, wanted: Tensor) -> Tensor:
        """Return the drive (..., step, port) in [-1, 1] that now acts as the wanted one.

        What would lie outside of [-1, 1] is held at its edge: the device cannot be brought there any more.
        """
        return ((wanted - self.correction.shift) / self.correction.gain).clamp(-1.0, 1.0)

    def readout(self, measured: Tensor) -> Tensor:
        """Return readout (..., step, channel) as the device gave it before it drifted."""
        basis = self.twin.basis
        components = basis.encode(measured)
        before = torch.linalg.solve(self.correction.matrix, (components - self.correction.bias).mT).mT
        return measured + basis.std * basis.decode_normalised(before - components)


@torch.no_grad()
def compensate(twin: Twin, trials: Trials) -> Compensation:
    """Find from a few dozen steps how the device of the trials has drifted since the twin was calibrated.

    The drift is one that `recalibrate` would follow (`twin.drift.correction`); where none predicts better
    than no drift, the compensation changes nothing.
    """
    return Compensation(twin, best_correction(twin, rows_of(twin, without_bad(matched(twin, trials)))))
