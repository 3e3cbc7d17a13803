"""The published loss: WGAN-GP with matched means and deviations of the critic's features.

Manneschi, Vidamour et al. 2025 (arXiv 2401.07387); penalty of Gulrajani et al. 2017 (arXiv 1704.00028).
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import relu

PENALTY = 10.0


class Critic(nn.Module):
    """Judge whole windows (row, step, channel) with their drive (row, step, port) by one number a row."""

    def __init__(self, steps: int, channels: int, ports: int, width: int = 200) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Linear(steps * (channels + ports), width), nn.ReLU(), nn.Linear(width, width)
        )
        self.head = nn.Linear(width, 1)

    def features(self, readout: Tensor, drive: Tensor) -> Tensor:
        """Return the last hidden layer (row, width)."""
        return relu(self.body(torch.cat([readout.flatten(1), drive.flatten(1)], 1)))

    def forward(self, readout: Tensor, drive: Tensor) -> Tensor:
        """Return the judgement (row, 1); higher is more like the device."""
        return self.head(self.features(readout, drive))


def critic_loss(
    critic: Critic, fake: Tensor, real: Tensor, drive: Tensor, generator: torch.Generator
) -> Tensor:
    """Return the Wasserstein loss of the critic with its gradient penalty."""
    share = torch.rand(len(real), 1, 1, generator=generator).to(real.device)
    between = (share * real + (1 - share) * fake).requires_grad_()
    slope = torch.autograd.grad(critic(between, drive).sum(), between, create_graph=True)[0]
    penalty = (slope.flatten(1).norm(dim=1) - 1).square().mean()
    return critic(fake, drive).mean() - critic(real, drive).mean() + PENALTY * penalty


def generator_loss(critic: Critic, fake: Tensor, real: Tensor, drive: Tensor) -> Tensor:
    """Return what the twin descends: the critic's judgement and the mismatch of its features."""
    ours, theirs = critic.features(fake, drive), critic.features(real, drive).detach()
    means = (ours.mean(0) - theirs.mean(0)).square().mean()
    deviations = (ours.std(0) - theirs.std(0)).square().mean()
    return means + deviations - critic.head(ours).mean()
