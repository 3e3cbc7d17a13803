"""Coloured noise a (several time constants) and observation noise e (low rank + diagonal)."""

from __future__ import annotations

import torch
from nado_lab.twin.compute import normal
from torch import Tensor, nn
from torch.nn.functional import softplus


class ColouredNoise(nn.Module):
    """da = -theta a dt + G_a dW, fed to components as W a dt; theta in 1/step, W (component, coloured)."""

    def __init__(self, components: int, sources: int, taus: int) -> None:
        super().__init__()
        rates = 0.8 * 0.3 ** torch.arange(taus, dtype=torch.float32)
        self.rate_logit = nn.Parameter(torch.logit(rates).repeat_interleave(sources))
        weight = torch.eye(components, sources).repeat(1, taus)
        self.weight = nn.Parameter(weight)

    @property
    def theta(self) -> Tensor:
        """Rates (coloured,) in 1/step, between 0 and 1 so that one explicit step is stable."""
        return torch.sigmoid(self.rate_logit)


class ObservationNoise(nn.Module):
    """e ~ N(0, D + R R^T) in units of the readouts' std: D diagonal, R (channel, rank)."""

    def __init__(self, channels: int, rank: int) -> None:
        super().__init__()
        self.raw = nn.Parameter(torch.full((channels,), -3.0))
        self.factor = nn.Parameter(0.01 * torch.randn(channels, rank))

    @property
    def diagonal(self) -> Tensor:
        """Standard deviation (channel,) of the independent part."""
        return softplus(self.raw) + 1e-5

    @torch.no_grad()
    def start_from(self, deviation: Tensor, factor: Tensor | None = None) -> None:
        """Set the independent part (channel,) and, where given, the correlated one (channel, rank)."""
        self.raw.copy_(torch.log(torch.expm1(deviation.clamp_min(1e-4))))
        if factor is not None:
            self.factor.copy_(factor)

    def sample(
        self,
        shape: tuple[int, ...],
        generator: torch.Generator | None,
        channels: Tensor | slice = slice(None),
    ) -> Tensor:
        """Draw (…, channel) for a leading shape (…), of all channels or of those chosen."""
        own, shared = self.diagonal[channels], self.factor[channels]
        count, rank = shared.shape
        draw = normal(*shape, count + rank, generator=generator, like=self.raw)
        return draw[..., :count] * own + draw[..., count:] @ shared.T

    def covariance(self) -> Tensor:
        """Return D + R R^T (channel, channel)."""
        return torch.diag(self.diagonal.square()) + self.factor @ self.factor.T
