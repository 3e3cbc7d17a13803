"""Physics-aware training: forward on the device, backward through the twin.

Wright et al., Nature 601, 549 (2022).
"""

import torch
from nado_lab.network.device import Device, TwinDevice
from torch import Tensor


class PhysicsAware:
    """A device that answers for itself and borrows its twin's gradient; use it wherever a twin is used."""

    def __init__(self, device: Device, twin: TwinDevice) -> None:
        self.device, self.twin = device, twin

    @property
    def port_count(self) -> int:
        """Return the number of drive inputs."""
        return self.twin.port_count

    @property
    def channels(self) -> tuple[str, ...]:
        """Return the names of the readouts."""
        return self.twin.channels

    @property
    def readout_mean(self) -> Tensor:
        """Return the twin's mean readout (channel,)."""
        return self.twin.readout_mean

    @property
    def readout_std(self) -> Tensor:
        """Return the twin's deviation of the readout (channel,)."""
        return self.twin.readout_std

    @property
    def drive_low(self) -> Tensor:
        """Return the least drive (port,) the twin was fitted on."""
        return self.twin.drive_low

    @property
    def drive_high(self) -> Tensor:
        """Return the largest drive (port,) the twin was fitted on."""
        return self.twin.drive_high

    def respond(
        self,
        drive: Tensor,
        *,
        noise: bool = True,  # noqa: ARG002  (the device's noise is its own)
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """Answer drive (..., step, port) with what the device measures; its noise is always its own."""
        rows = drive.detach().reshape(-1, *drive.shape[-2:]).double().numpy()
        measured = torch.as_tensor(self.device.respond(rows), dtype=drive.dtype)
        measured = measured.reshape(*drive.shape[:-1], -1)
        if not drive.requires_grad:
            return measured
        modelled = self.twin.respond(drive, noise=False, generator=generator)
        return modelled + (measured - modelled).detach()
