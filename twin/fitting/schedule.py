"""Which phases a fit goes through: by method, and by how the model keeps hidden memory."""

from __future__ import annotations

import torch
from nado_lab.twin.fitting.optimisers import uses_muon
from nado_lab.twin.fitting.phase import AlsoTrained, Loss, Phase
from nado_lab.twin.fitting.rows import Rows
from nado_lab.twin.fitting.settings import FitSettings
from nado_lab.twin.fitting.windows import some_window
from nado_lab.twin.losses import (
    Critic,
    critic_loss,
    free_running,
    generator_loss,
    innovations,
    likelihood,
    mean_square,
    sample_paths,
    some_channels,
)
from nado_lab.twin.model import Twin
from torch import Tensor

CRITIC_STEPS = 5
CRITIC_RATE = 1e-3
AVERAGED = 500
"""How many of the last steps' weights are averaged where Muon moves them: its steps are as long at the end
as the rate, however small the gradient."""
CHECK_MEMBERS = 16
"""Members that check a fit in innovations form: what is left to gain is less than a few scatter."""
STEPS: dict[str, dict[str, int]] = {
    "score in innovations form": {"mean": 1000, "likelihood": 2500, "score": 3000},
    "score with memory": {"mean": 1500, "score": 2200},
    "score": {"likelihood": 1500},
    "ode": {"mean": 1000},
    "gan": {"mean": 700, "adversarial": 600},
}
SHARES: dict[str, dict[str, float]] = {
    "score in innovations form": {"mean": 0.1, "likelihood": 0.3, "score": 0.6},
    "score with memory": {"mean": 0.3, "score": 0.7},
    "score": {"likelihood": 1.0},
    "ode": {"mean": 1.0},
    "gan": {"mean": 1 / 3, "adversarial": 2 / 3},
}


def phases(twin: Twin, settings: FitSettings, rows: Rows) -> list[Phase]:
    """Return the phases of this fit; numbers of steps given in the settings win over the schedule's."""
    kind = _kind(twin, settings)
    steps = STEPS[kind] | settings.given_steps()
    averaged = AVERAGED if uses_muon(twin, settings) else 0
    losses, parts = _losses(twin, settings, rows)
    found = []
    for name, (loss, check, rate) in losses.items():
        seconds = settings.budget_s and settings.budget_s * SHARES[kind].get(name, 0.0)
        if seconds or (settings.budget_s is None and steps.get(name)):
            rate = settings.learning_rate * rate
            length = steps.get(name, 0)
            found.append(Phase(name, loss, check, length, seconds, rate, averaged, parts.get(name, {})))
    return found


def _kind(twin: Twin, settings: FitSettings) -> str:
    """Name the schedule: of a model with hidden states a fit by scores depends on how these come about."""
    if settings.method != "score" or not twin.spec.hidden:
        return settings.method
    return "score in innovations form" if twin.spec.innovations else "score with memory"


def _losses(
    twin: Twin, settings: FitSettings, rows: Rows
) -> tuple[dict[str, tuple[Loss, Loss, float]], dict[str, AlsoTrained]]:
    """Return phase -> (loss, held-out loss, rate relative to the settings'), in order, and its parts."""

    def mean(rows: Rows, generator: torch.Generator) -> Tensor:
        return mean_square(twin, rows.drive, rows.components, rows.start)

    def forced(rows: Rows, generator: torch.Generator) -> Tensor:
        density = innovations if twin.spec.innovations else likelihood
        return density(twin, rows.drive, rows.components, rows.start)

    def score(rows: Rows, generator: torch.Generator, members: int = settings.members) -> Tensor:
        chosen = some_channels(twin.spec.channels, generator)
        paths = sample_paths(twin, rows.drive, members, generator, rows.start, chosen)
        return free_running(paths, rows.truth[..., chosen], generator)

    def checked(rows: Rows, generator: torch.Generator) -> Tensor:
        return score(rows, generator, max(settings.members, CHECK_MEMBERS))

    def windows(rows: Rows, generator: torch.Generator) -> Tensor:
        return score(some_window(twin, rows, generator), generator)

    adversarial, critic = _adversary(twin, rows) if settings.method == "gan" else (score, {})
    rate = 0.2 if twin.spec.innovations else 1.0 if twin.spec.hidden else 0.1
    losses = {
        "mean": (mean, mean, 1.0),
        "likelihood": (forced, forced, 1.0),
        "score": (windows, checked, rate) if twin.spec.innovations else (score, score, rate),
        "adversarial": (adversarial, score, 0.1),
    }
    return losses, {"adversarial": critic}


def _adversary(twin: Twin, rows: Rows) -> tuple[Loss, AlsoTrained]:
    """Return the twin's loss against a critic that is trained a few steps before each of the twin's.

    With it the critic and its optimiser, which are part of how far the fit has come.
    """
    critic = Critic(rows.truth.shape[1], twin.spec.channels, twin.spec.ports)
    optimiser = torch.optim.Adam(critic.parameters(), lr=CRITIC_RATE, betas=(0.0, 0.9))

    def loss(rows: Rows, generator: torch.Generator) -> Tensor:
        fake = sample_paths(twin, rows.drive, 1, generator, rows.start)[0]
        for _ in range(CRITIC_STEPS):
            optimiser.zero_grad(set_to_none=True)
            critic_loss(critic, fake.detach(), rows.truth, rows.drive, generator).backward()
            optimiser.step()
        return generator_loss(critic, fake, rows.truth, rows.drive)

    return loss, {"critic": critic, "critic_optimiser": optimiser}
