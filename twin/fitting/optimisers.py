"""The optimisers of a fit: AdamW, or Muon for the matrices of the vector field and AdamW for the rest.

Muon steps along the orthogonalised momentum of a matrix (Jordan et al. 2024,
https://kellerjordan.github.io/posts/muon), its rate matched to AdamW's (Liu et al. 2025, arXiv 2502.16982).
By likelihood it needs a half to two thirds of AdamW's steps; with hidden states AdamW ends as low
or lower, unless these follow the measured components (innovations form).
"""

from __future__ import annotations

from collections.abc import Sequence

from nado_lab.twin.model.twin import Twin
from nado_lab.twin.records.settings import FitSettings, OptimiserName
from torch.optim import AdamW, Muon, Optimizer

LEAST_SIDE = 8


def uses_muon(twin: Twin, settings: FitSettings) -> bool:
    """Tell whether Muon moves the matrices: if it was asked for, or the states are known at every step."""
    known = not twin.spec.hidden or twin.spec.innovations
    return settings.optimiser == OptimiserName.MUON or (settings.optimiser == OptimiserName.AUTO and known)


def optimisers_of(twin: Twin, settings: FitSettings) -> list[Optimizer]:
    """Return the optimisers which together move every parameter of the twin."""
    muon = uses_muon(twin, settings)
    matrices = [p for p in twin.sde.field.parameters() if muon and p.ndim == 2 and min(p.shape) >= LEAST_SIDE]
    taken = {id(p) for p in matrices}
    rest, decay = [p for p in twin.parameters() if id(p) not in taken], settings.weight_decay or 0.0
    found: list[Optimizer] = [AdamW(rest, weight_decay=decay)]
    if matrices:
        found.append(Muon(matrices, weight_decay=decay, adjust_lr_fn="match_rms_adamw"))
    return found


def set_rate(optimisers: Sequence[Optimizer], rate: float) -> None:
    """Set the learning rate of all."""
    for group in (group for each in optimisers for group in each.param_groups):
        group["lr"] = rate


def step(optimisers: Sequence[Optimizer]) -> None:
    """Move all parameters along their gradients."""
    for each in optimisers:
        each.step()
