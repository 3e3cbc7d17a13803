"""Which phases a fit goes through: by method, and by how the model keeps hidden memory."""

# pyright: reportUnknownMemberType=false

from __future__ import annotations

from typing import NamedTuple

import torch
from nado_lab.twin.fitting.optimisers import uses_muon
from nado_lab.twin.fitting.phase import AlsoTrained, Loss, Phase
from nado_lab.twin.fitting.windows import some_window
from nado_lab.twin.losses.adversarial import Critic, critic_loss, generator_loss
from nado_lab.twin.losses.innovations import innovations
from nado_lab.twin.losses.likelihood import likelihood
from nado_lab.twin.losses.mean_square import mean_square
from nado_lab.twin.losses.scoring import free_running, sample_paths, some_channels
from nado_lab.twin.model.rows import Rows
from nado_lab.twin.model.twin import Twin
from nado_lab.twin.records.settings import FitSettings, Method, PhaseName
from nado_lab.twin.records.spec import ModelSpec
from torch import Tensor

CRITIC_STEPS = 5
CRITIC_RATE = 1e-3
AVERAGED = 500
"""How many of the last steps' weights are averaged where Muon moves them: its steps are as long at the end
as the rate, however small the gradient."""
CHECK_MEMBERS = 16
"""Members that check a fit in innovations form: what is left to gain is less than a few scatter."""


class Usual(NamedTuple):
    """How many steps a phase usually takes, and which share of the time of a fit."""

    steps: int
    share: float


MEAN, LIKELIHOOD, SCORE, ADVERSARIAL = PhaseName
INNOVATIONS: dict[PhaseName, Usual] = {
    MEAN: Usual(1000, 0.1),
    LIKELIHOOD: Usual(2500, 0.3),
    SCORE: Usual(3000, 0.6),
}
MEMORY: dict[PhaseName, Usual] = {MEAN: Usual(1500, 0.3), SCORE: Usual(2200, 0.7)}
METHODS: dict[Method, dict[PhaseName, Usual]] = {
    Method.SCORE: {LIKELIHOOD: Usual(1500, 1.0)},
    Method.ODE: {MEAN: Usual(1000, 1.0)},
    Method.GAN: {MEAN: Usual(700, 1 / 3), ADVERSARIAL: Usual(600, 2 / 3)},
}
OTHER = Usual(1000, 1.0)
"""What a step of a phase is taken to cost that is not in the schedule of the method."""


def phases(twin: Twin, settings: FitSettings, rows: Rows) -> list[Phase]:
    """Return the phases of this fit; numbers of steps given in the settings win over the schedule's."""
    usual = _usual(twin, settings)
    given = settings.given_steps()
    averaged = AVERAGED if uses_muon(twin, settings) else 0
    found: list[Phase] = []
    for name, terms in _terms(twin, settings, rows).items():
        known = usual.get(name)
        seconds = settings.budget_s and settings.budget_s * (known.share if known else 0.0)
        steps = given.get(name, known.steps if known else 0)
        if seconds or (settings.budget_s is None and steps):
            rate = settings.learning_rate * terms.rate
            weight = seconds or steps * (known or OTHER).share / (known or OTHER).steps
            of_twin = (name, terms.loss, terms.check, steps, seconds, rate, weight)
            found.append(Phase(*of_twin, averaged, terms.also_trained))
    return found


def _usual(twin: Twin, settings: FitSettings) -> dict[PhaseName, Usual]:
    """Return the schedule: of a model with hidden states a fit by scores depends on how these come about."""
    if settings.method != Method.SCORE or not twin.spec.hidden:
        return METHODS[settings.method]
    return INNOVATIONS if twin.spec.innovations else MEMORY


class _Terms(NamedTuple):
    """Loss, loss on held-out rows and rate (relative to the settings') of a phase, and what it trains too."""

    loss: Loss
    check: Loss
    rate: float
    also_trained: AlsoTrained = {}  # noqa: RUF012  (never written)


def _terms(twin: Twin, settings: FitSettings, rows: Rows) -> dict[PhaseName, _Terms]:
    """Return what each phase descends, in order."""

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

    adversarial, critic = _adversary(twin, rows) if settings.method == Method.GAN else (score, {})
    rate = score_rate(twin.spec)
    scoring = _Terms(windows, checked, rate) if twin.spec.innovations else _Terms(score, score, rate)
    return {
        MEAN: _Terms(mean, mean, 1.0),
        LIKELIHOOD: _Terms(forced, forced, 1.0),
        SCORE: scoring,
        ADVERSARIAL: _Terms(adversarial, score, 0.1, critic),
    }


def score_rate(spec: ModelSpec) -> float:
    """Return the rate of the phase of scoring rules, relative to the settings'."""
    return 0.2 if spec.innovations else 1.0 if spec.hidden else 0.1


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
