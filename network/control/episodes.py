"""Episodes: an environment and a controller in closed loop, and what they scored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from nado_lab.network.control.controller import Controller
from nado_lab.network.control.one_thread import one_thread
from nado_lab.network.environments.environment import Environment
from nado_lab.network.trial import Stepper
from torch import Tensor

TEST_SEED = 1_000_003
"""Added to a seed gives that of the episodes that score, which no training has seen."""


@dataclass(frozen=True)
class Begin:
    """How episodes begin: states (episode, state) and the plants (episode, parameter) they are played on."""

    state: Tensor
    plant: Tensor

    def __len__(self) -> int:
        """Return the number of episodes."""
        return len(self.state)

    def __getitem__(self, index: slice) -> Begin:
        """Return some of the episodes."""
        return Begin(self.state[index], self.plant[index])

    def repeated(self, times: int) -> Begin:
        """Return all episodes so many times over."""
        return Begin(self.state.repeat(times, 1), self.plant.repeat(times, 1))


@dataclass(frozen=True)
class Step:
    """One step of all episodes: where it began, what was seen and done, and where it led."""

    state: Tensor
    observation: Tensor
    action: Tensor
    after: Tensor


@dataclass(frozen=True)
class Episodes:
    """Played episodes: states (episode, step + 1, state), costs (episode, step), else (episode, step, ·)."""

    states: Tensor
    observations: Tensor
    actions: Tensor
    costs: Tensor

    def __len__(self) -> int:
        """Return the number of episodes."""
        return len(self.states)


@dataclass(frozen=True)
class EpisodeScore:
    """What `episodes` scored: share of successes, mean cost of a step with its standard error."""

    success: float
    cost: float
    error: float
    episodes: int


def begin_at(
    environment: Environment,
    episodes: int,
    generator: torch.Generator,
    *,
    anywhere: float = 0.0,
    spread: float = 1.0,
    variation: float = 0.0,
) -> Begin:
    """Draw where episodes start (a share of them `anywhere`) and their plants."""
    free = int(episodes * anywhere)
    near = environment.start(episodes - free, generator, spread)
    state = torch.cat([environment.anywhere(free, generator), near])
    return Begin(state, environment.plants(episodes, generator, variation))


def scored_episodes(environment: Environment, episodes: int, seed: int) -> Begin:
    """Return the episodes that score, on the nominal plant: the same wherever they are played."""
    return begin_at(environment, episodes, torch.Generator().manual_seed(seed + TEST_SEED))


def steps_of(
    environment: Environment,
    trial: Stepper,
    begin: Begin,
    generator: torch.Generator,
    steps: int | None = None,
    truncate: int | None = None,
) -> Iterator[Step]:
    """Let a controller act on the environment, one step of all episodes at a time.

    Once an episode is over its state stays as it is. The gradient is cut after every `truncate` steps, when
    the step after is asked for.
    """
    state = begin.state
    for number in range(steps or environment.steps):
        if truncate and number % truncate == 0:
            trial.detach()
            state = state.detach()
        noise = environment.draw_noise(len(begin), generator)
        seen = environment.observe(state, noise)
        action = trial.step(seen)
        moved = environment.advance(state, action, begin.plant, noise)
        after = torch.where(environment.is_over(state).unsqueeze(-1), state, moved)
        yield Step(state, seen, action, after)
        state = after


@torch.no_grad()
def play(
    environment: Environment,
    controller: Controller,
    begin: Begin,
    *,
    seed: int = 0,
    noise: bool = True,
    each: Callable[[int, Step], None] | None = None,
) -> Episodes:
    """Play all episodes side by side; `each` is told of every step, as soon as it is over."""
    generator = torch.Generator().manual_seed(seed)
    trial = controller.begin(noise=noise, generator=generator)
    taken: list[Step] = []
    with one_thread():
        for number, step in enumerate(steps_of(environment, trial, begin, generator)):
            taken.append(step)
            if each is not None:
                each(number, step)
    return Episodes(
        states=torch.stack([begin.state, *(step.after for step in taken)], 1),
        observations=torch.stack([step.observation for step in taken], 1),
        actions=torch.stack([step.action for step in taken], 1),
        costs=torch.stack([environment.cost(step.state, step.action) for step in taken], 1),
    )


def joined(parts: list[Episodes]) -> Episodes:
    """Put episodes that were played one after the other side by side."""
    names = ("states", "observations", "actions", "costs")
    return Episodes(**{name: torch.cat([getattr(part, name) for part in parts]) for name in names})


def score(environment: Environment, episodes: Episodes) -> EpisodeScore:
    """Score episodes: how many were a success, and what a step cost."""
    costs = episodes.costs.mean(1)
    error = float(costs.std() / len(costs) ** 0.5) if len(costs) > 1 else 0.0
    success = float(environment.succeeded(episodes.states).float().mean())
    return EpisodeScore(success, float(costs.mean()), error, len(costs))
