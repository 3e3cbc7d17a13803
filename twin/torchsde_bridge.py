"""Drive a twin with any solver of torchsde (Li et al. 2020, arXiv 2001.01328), adjoint included."""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import torch
import torchsde
from nado_lab.twin.errors import TwinError
from nado_lab.twin.model.sde_path import SdePath
from nado_lab.twin.model.twin import Twin
from torch import Tensor, nn

STRATONOVICH = ("heun", "runge_kutta")


class StepSDE(nn.Module):
    """Be the equation within one step of a twin, as torchsde wants it: f, g, g_prod of (t, z)."""

    noise_type = "general"

    def __init__(self, twin: Twin) -> None:
        super().__init__()
        self.sde = twin.sde
        self.sde_type = "stratonovich" if twin.spec.solver in STRATONOVICH else "ito"
        self._held: tuple[Tensor, Tensor] | None = None

    def hold(self, lagged_drive: Tensor, delays: Tensor) -> None:
        """Set drive with its lags (row, ·) and delayed components (row, ·) of the step."""
        self._held = (lagged_drive, delays)

    def f(self, t: Tensor, z: Tensor) -> Tensor:
        """Return the drift (row, state)."""
        self._enter()
        return self.sde.f(t, z)

    def g(self, t: Tensor, z: Tensor) -> Tensor:
        """Return the diffusion (row, state, Wiener)."""
        self._enter()
        return self.sde.g(t, z)

    def _enter(self) -> None:
        if self._held is None:
            raise RuntimeError("hold() must set the drive before the field is evaluated")
        drive, delays = self._held
        self.sde.hold(self.sde.field.prepare(self.sde.field.drive_part(drive), delays))


def torchsde_paths(
    twin: Twin,
    drive: Tensor,
    *,
    method: str | None = None,
    path: torchsde.BaseBrownian | None = None,
    dt: float | None = None,
    adjoint: bool = False,
) -> Tensor:
    """Run the twin under drive (row, step, port) with torchsde: components (row, step, component).

    `path` is a torchsde Brownian path over [0, step] of size (row, Wiener); time runs in steps, within which
    drive and delayed components are constant. `adjoint` trades memory for time in the backward pass.
    """
    if drive.ndim != 3 or drive.shape[-1] != twin.port_count:
        raise TwinError(f"drive must be (row, step, {twin.port_count} ports); got {tuple(drive.shape)}")
    spec, sde, rows = twin.spec, StepSDE(twin), len(drive)
    start, dt = twin.default_start(rows), dt or 1.0 / twin.spec.substeps
    lagged = (
        twin.drive_range.saturate(torch.cat([start.drive, drive], 1))
        .unfold(1, spec.drive_lags + 1, 1)
        .flatten(2)
    )
    at = SdePath(twin.sde, start)
    found: list[Tensor] = []
    solve = torchsde.sdeint_adjoint if adjoint else torchsde.sdeint
    for step in range(drive.shape[1]):
        sde.hold(lagged[:, step], at.delays())
        times = torch.tensor([float(step), step + 1.0])
        found.append(at.reach(solve(sde, at.state, times, bm=path, method=method, dt=dt)[-1]))
    twin.sde.hold(None)
    return torch.stack(found, 1)
