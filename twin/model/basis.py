"""The linear basis between readouts (device units) and the components x the dynamics live in."""

# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import torch
from torch import Tensor, nn

STILL = 1e-12
"""Below this share of its mean a channel does not move: what is left is rounding, and no unit."""


class Basis(nn.Module):
    """Keep y = mean + std (C x): mean, std (channel,) and C (channel, component) as fitted buffers."""

    mean: Tensor
    std: Tensor
    matrix: Tensor
    inverse: Tensor

    def __init__(self, channels: int, components: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(channels))
        self.register_buffer("std", torch.ones(channels))
        self.register_buffer("matrix", torch.eye(channels, components))
        self.register_buffer("inverse", torch.eye(components, channels))
        self.is_identity = components == channels

    def set_precision(self, dtype: torch.dtype) -> None:
        """Set the precision of mean, std and readouts: double for a small signal on a large offset."""
        self.mean, self.std = self.mean.to(dtype), self.std.to(dtype)

    @torch.no_grad()
    def fit(self, readout: Tensor) -> Tensor:
        """Fit to readout (…, channel); return the residual (…, channel) in units of std."""
        self.set_precision(readout.dtype)
        flat = readout.reshape(-1, readout.shape[-1]).double()
        self.mean.copy_(flat.mean(0))
        if self.is_identity:
            std = flat.std(0)
            self.std.copy_(torch.where(std > STILL * flat.mean(0).abs(), std, 1.0))
        else:
            self._fit_components(flat - flat.mean(0))
        return self.normalise(readout) - self.decode_normalised(self.encode(readout))

    def _fit_components(self, centred: Tensor) -> None:
        """Take the principal components, each of unit variance; std is common to all channels."""
        scale = centred.square().mean().sqrt().clamp_min(1e-30)
        self.std.fill_(float(scale))
        _, singular, vectors = torch.linalg.svd(centred / scale, full_matrices=False)
        count = self.matrix.shape[1]
        spread = singular[:count] / len(centred) ** 0.5
        self.matrix.copy_(vectors[:count].T * spread)
        self.inverse.copy_(vectors[:count] / spread.clamp_min(1e-12)[:, None])

    def normalise(self, readout: Tensor) -> Tensor:
        """Turn device units to units of std about the mean."""
        return ((readout - self.mean) / self.std).to(self.matrix.dtype)

    def encode(self, readout: Tensor) -> Tensor:
        """Turn readouts (…, channel) to components (…, component)."""
        normal = self.normalise(readout)
        return normal if self.is_identity else normal @ self.inverse.T

    def decode_normalised(self, components: Tensor, channels: Tensor | slice = slice(None)) -> Tensor:
        """Turn components to readouts in units of std, of all channels or of those chosen."""
        return components[..., channels] if self.is_identity else components @ self.matrix[channels].T

    def outside(self, normal: Tensor) -> Tensor:
        """Return what of readouts (…, channel) in units of std no components can say."""
        return normal - normal @ self.inverse.T @ self.matrix.T

    @property
    def power(self) -> Tensor:
        """Mean square (component,) over the channels of what one unit of a component adds to the readout."""
        return self.matrix.square().mean(0)

    def restore(self, normal: Tensor) -> Tensor:
        """Turn units of std back to device units."""
        return self.mean + self.std * normal
