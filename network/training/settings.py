"""How a network is trained: plain frozen data, kept in the network file."""

from enum import StrEnum
from typing import Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    ValidationError,
)

from network.errors import NetworkError
from network.spec import StepReadout


class Variant(StrEnum):
    """What training knows of the noise.

    NOISE_AWARE samples the twin's noise; DETERMINISTIC switches it off; RESERVOIR leaves the weights
    between devices random and fits only the readout, on noisy responses of the twin.
    """

    NOISE_AWARE = "noise-aware"
    DETERMINISTIC = "deterministic"
    RESERVOIR = "reservoir"


class TrainSettings(BaseModel):
    """Settings of one training; `noise_draws` runs each minibatch so often with fresh noise."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    variant: Variant = Variant.NOISE_AWARE
    nodes: tuple[PositiveInt, ...] = (24,)
    readout: StepReadout = StepReadout.WINDOWS
    windows: PositiveInt = 4
    epochs: PositiveInt = 12
    batch: PositiveInt = 100
    learning_rate: PositiveFloat = 0.02
    weight_decay: NonNegativeFloat = 1e-3
    noise_draws: PositiveInt = 1
    clip_gradient: PositiveFloat = 1.0
    ridge: PositiveFloat = Field(default=10.0, description="penalty of the reservoir's readout")
    seed: int = 0

    @classmethod
    def of(cls, **values: Any) -> "TrainSettings":
        """Make settings from a user's values; a wrong one is named in a NetworkError."""
        try:
            return cls(**values)
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(str(part) for part in first["loc"])
            raise NetworkError(f"{name} = {first['input']!r}: {first['msg']}") from error
