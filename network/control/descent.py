"""The descent of a controller's loss by back-propagation through time, through environment and controller."""

# pyright: reportUnknownMemberType=false

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch
from nado_lab.network.control.controller import Controller
from nado_lab.network.control.episodes import Begin, begin_at, steps_of
from nado_lab.network.control.one_thread import one_thread
from nado_lab.network.control.settings import UPDATES_AN_EPOCH, ControlSettings
from nado_lab.network.environments.environment import Environment
from nado_lab.network.errors import NetworkError
from nado_lab.network.training.optimiser import Optimiser
from nado_lab.network.training.settings import Variant
from nado_lab.network.trial import Stepper
from nado_lab.observer import Observer, Progress, StoppedError
from torch import Tensor, nn


def no_penalty(_: Stepper) -> Tensor:
    """Add nothing to the loss."""
    return torch.zeros(())


@dataclass(frozen=True)
class Descent:
    """What is descended: the mean loss of a step, and a penalty of the step that a controller just took."""

    environment: Environment
    controller: Controller
    settings: ControlSettings
    generator: torch.Generator
    penalty: Callable[[Stepper], Tensor] = no_penalty

    @property
    def steps(self) -> int:
        """Return the steps of an episode of the training."""
        return min(self.settings.horizon or self.environment.horizon, self.environment.steps)

    def run(
        self,
        optimiser: Optimiser,
        observer: Observer,
        seen: int = 0,
        keep: Callable[[int], None] = lambda _: None,
    ) -> None:
        """Take all epochs after the first `seen`; `keep` is called after each, then the observer is told."""
        started, epochs = time.perf_counter(), self.settings.epochs
        for epoch in range(seen + 1, epochs + 1):
            with one_thread():
                losses = [self._update(optimiser) for _ in range(UPDATES_AN_EPOCH)]
            keep(epoch)
            loss = sum(losses) / len(losses)
            figures = {"epoch": epoch, "loss": loss, "seconds": time.perf_counter() - started}
            observer.progress(Progress("train", epoch / epochs, f"epoch {epoch} of {epochs}", figures))
            if epoch < epochs and observer.should_stop():
                raise StoppedError(f"training was stopped after epoch {epoch} of {epochs}")

    def _update(self, optimiser: Optimiser) -> float:
        settings = self.settings
        begin = begin_at(
            self.environment,
            settings.episodes,
            self.generator,
            anywhere=settings.anywhere,
            spread=_spread(settings.curriculum, optimiser.done),
            variation=settings.randomise,
        ).repeated(settings.noise_draws)
        loss = self._backward(begin)
        optimiser.step()
        return loss

    def _backward(self, begin: Begin) -> float:
        """Add up the gradients of some episodes, stretch by stretch; return their loss."""
        settings, environment = self.settings, self.environment
        steps, cut = self.steps, settings.truncate or environment.gradient_steps
        noisy = settings.variant is not Variant.DETERMINISTIC
        trial = self.controller.begin(noise=noisy, generator=self.generator)
        losses: list[Tensor] = []
        total = 0.0
        taken = steps_of(environment, trial, begin, self.generator, steps, cut)
        for number, step in enumerate(taken, start=1):
            losses.append(environment.loss(step.state, step.action).mean() + self.penalty(trial))
            if number % cut == 0 or number == steps:
                loss = torch.stack(losses).sum() / steps
                if not torch.isfinite(loss):
                    raise NetworkError(
                        "the loss is not finite: lower the learning rate, or truncate the gradient"
                    )
                loss.backward()
                total += float(loss.detach())
                losses = []
        return total


def optimiser_of(parameters: Iterable[nn.Parameter], settings: ControlSettings) -> Optimiser:
    """Return the optimiser of a whole training."""
    return Optimiser(
        parameters,
        rate=settings.learning_rate,
        decay=settings.weight_decay,
        clip=settings.clip_gradient,
        total=settings.updates,
    )


def _spread(curriculum: float, done: float) -> float:
    """Return how far the start states are spread when this share of the training is done."""
    return 1.0 if done >= curriculum else done / curriculum
