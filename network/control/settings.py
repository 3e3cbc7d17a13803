"""How a controller is trained: plain frozen data, kept in the network file."""

from __future__ import annotations

from typing import Annotated

from nado_lab.network.errors import NetworkError
from nado_lab.network.spec import Option
from nado_lab.network.training.settings import Variant
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    ValidationError,
)

UPDATES_AN_EPOCH = 10


class ControlSettings(BaseModel):
    """Settings of the training of a controller through environment and twin.

    An epoch is ten updates, each on `episodes` episodes of `horizon` steps, all of them `noise_draws` times
    with fresh noise of the twin. `truncate` cuts the gradient every so many steps (memory is that of one
    stretch); for both the environment knows what suits it. The share `anywhere` of the episodes starts in
    any state that may come up, the others as evaluated: over the share `curriculum` of the training these
    spread from easy ones to all. `randomise` draws each plant up to this share off; `range_penalty` weighs
    drives outside the range that the twin was fitted on. The variant `reservoir` trains the readout alone.
    `skip` to `levels` are those of NetworkSpec.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    variant: Variant = Variant.NOISE_AWARE
    nodes: tuple[PositiveInt, ...] = (8,)
    recurrent: bool = True
    skip: bool = True
    delays: NonNegativeInt = 0
    readout_delays: NonNegativeInt = 0
    fan_in: PositiveInt | None = None
    levels: Annotated[int, Field(ge=2, le=65_536)] | None = None
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
    def structure(self) -> dict[str, Option]:
        """Return the settings that are options of the network's structure (`build`)."""
        names = ("skip", "recurrent", "delays", "readout_delays", "fan_in", "levels")
        return {name: getattr(self, name) for name in names}

    @property
    def updates(self) -> int:
        """Return how many steps the optimiser takes."""
        return self.epochs * UPDATES_AN_EPOCH

    @classmethod
    def of(cls, **values: object) -> ControlSettings:
        """Make settings from a user's values; a wrong one is named in a NetworkError."""
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(str(part) for part in first["loc"])
            if first["type"] == "extra_forbidden":
                known = ", ".join(cls.model_fields)
                raise NetworkError(f"training a controller has no setting {name}; it has {known}") from error
            raise NetworkError(f"{name} = {first['input']!r}: {first['msg']}") from error
