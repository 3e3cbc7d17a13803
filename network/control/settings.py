"""How a controller is trained: plain frozen data, kept in the network file."""

from __future__ import annotations

from typing import Annotated, ClassVar

from nado_lab.network.training.settings import NetworkSettings
from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt

UPDATES_AN_EPOCH = 10


class ControlSettings(NetworkSettings):
    """Settings of the training of a controller through environment and twin.

    An epoch is ten updates, each on `episodes` episodes of `horizon` steps, all of them `noise_draws` times
    with fresh noise of the twin. `truncate` cuts the gradient every so many steps (memory is that of one
    stretch); for both the environment knows what suits it. The share `anywhere` of the episodes starts in
    any state that may come up, the others as evaluated: over the share `curriculum` of the training these
    spread from easy ones to all. `randomise` draws each plant up to this share off; `range_penalty` weighs
    drives outside the range that the twin was fitted on. The variant `reservoir` trains the readout alone.
    `skip` to `levels` are those of NetworkSpec.
    """

    what: ClassVar[str] = "training a controller"

    nodes: tuple[PositiveInt, ...] = (8,)
    recurrent: bool = True
    epochs: PositiveInt = 30
    episodes: PositiveInt = 128
    horizon: PositiveInt | None = None
    truncate: PositiveInt | None = None
    noise_draws: PositiveInt = 1
    randomise: Annotated[float, Field(ge=0, le=0.9)] = 0.05
    anywhere: Annotated[float, Field(ge=0, le=1)] = 0.7
    curriculum: Annotated[float, Field(ge=0, le=1)] = 0.5
    range_penalty: NonNegativeFloat = 0.0
    learning_rate: PositiveFloat = 0.03
    weight_decay: NonNegativeFloat = 0.0
    clip_gradient: PositiveFloat = 1.0
    seed: int = 0

    @property
    def updates(self) -> int:
        """Return how many steps the optimiser takes."""
        return self.epochs * UPDATES_AN_EPOCH
