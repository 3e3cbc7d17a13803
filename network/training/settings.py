"""How a network is trained: plain frozen data, kept in the network file."""

from enum import StrEnum
from typing import Annotated, ClassVar, Self

from nado_lab.network.errors import NetworkError
from nado_lab.network.spec import Option, StepReadout
from nado_lab.wrong_values import in_words
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


class Variant(StrEnum):
    """What training knows of the noise.

    NOISE_AWARE samples the twin's noise; DETERMINISTIC switches it off; RESERVOIR leaves the weights
    between devices random and fits only the readout, on noisy responses of the twin.
    """

    NOISE_AWARE = "noise-aware"
    DETERMINISTIC = "deterministic"
    RESERVOIR = "reservoir"


class Method(StrEnum):
    """JOINT trains all layers at once; CASCADE one after the other, each then frozen."""

    JOINT = "joint"
    CASCADE = "cascade"


OF_DESCENT = (
    *("method", "epochs", "micro_batch", "learning_rate", "weight_decay", "noise_draws", "noise_ramp"),
    *("range_penalty", "truncate", "shift", "clip_gradient", "refit"),
)
"""Settings of a gradient descent; what is fitted in closed form has no use for them."""


class NetworkSettings(BaseModel):
    """What every training says of the network: `skip` to `levels` are those of NetworkSpec."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    what: ClassVar[str] = "a training"

    variant: Variant = Variant.NOISE_AWARE
    nodes: tuple[PositiveInt, ...] = (24,)
    skip: bool = True
    recurrent: bool = False
    delays: NonNegativeInt = 0
    readout_delays: NonNegativeInt = 0
    fan_in: PositiveInt | None = None
    levels: Annotated[int, Field(ge=2, le=65_536)] | None = None

    @property
    def structure(self) -> dict[str, Option]:
        """Return the settings that are options of the network's structure (`build`)."""
        names = ("skip", "recurrent", "delays", "readout_delays", "fan_in", "levels")
        return {name: getattr(self, name) for name in names}

    @classmethod
    def of(cls, **values: object) -> Self:
        """Make settings from a user's values; a wrong one is named in a NetworkError."""
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(str(part) for part in first["loc"])
            if first["type"] == "extra_forbidden":
                known = ", ".join(cls.model_fields)
                raise NetworkError(f"{cls.what} has no setting {name}; it has {known}") from error
            raise NetworkError(f"{name} = {first['input']!r}: {in_words(first)}") from error


class TrainSettings(NetworkSettings):
    """Settings of one training.

    `noise_draws` runs each minibatch so often with fresh noise; `noise_ramp` is the share of the training
    during which ever more minibatches are noisy; `micro_batch` sums gradients over so many trials at a time
    and so bounds memory (by default: what suits the processor's cache); `range_penalty` weighs drives
    outside the range the twin was fitted on; `truncate` cuts the gradient every so many steps; `shift`
    moves training inputs by up to so many steps and features; `ridge` is the penalty of readouts in closed
    form, `refit` asks for one at the end of training. `windows` to `levels` are those of NetworkSpec.
    """

    method: Method = Method.JOINT
    readout: StepReadout | None = None
    windows: PositiveInt = 4
    epochs: PositiveInt = 12
    batch: PositiveInt = 100
    micro_batch: PositiveInt | None = None
    learning_rate: PositiveFloat = 0.01
    weight_decay: NonNegativeFloat = 1e-3
    noise_draws: PositiveInt = 1
    noise_ramp: Annotated[float, Field(ge=0, le=1)] = 0.0
    range_penalty: NonNegativeFloat = 0.0
    truncate: PositiveInt | None = None
    shift: NonNegativeInt = 0
    clip_gradient: PositiveFloat = 1.0
    ridge: PositiveFloat = 10.0
    refit: bool = False
    seed: int = 0

    @property
    def structure(self) -> dict[str, Option]:
        """Return the settings that are options of the network's structure (`build`), the windows too."""
        return {"windows": self.windows} | super().structure

    @property
    def keeps_state(self) -> bool:
        """Tell whether the training has a state that a checkpoint can keep."""
        return self.variant is not Variant.RESERVOIR

    def without_effect(self, usual: StepReadout) -> tuple[str, ...]:
        """Name the settings other than by default that do nothing for a task of this usual readout."""
        idle = set(OF_DESCENT) if self.variant is Variant.RESERVOIR else set[str]()
        if self.variant is not Variant.NOISE_AWARE:
            idle |= {"noise_draws", "noise_ramp"}
        if self.keeps_state and not self.refit:
            idle.add("ridge")
        if (self.readout or usual) is not StepReadout.WINDOWS:
            idle.add("windows")
        fields = TrainSettings.model_fields.items()
        return tuple(name for name, field in fields if name in idle and getattr(self, name) != field.default)
