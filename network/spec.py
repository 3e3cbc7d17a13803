"""What a network is made of: plain frozen data, as it stands in the network file."""

from enum import StrEnum
from typing import Annotated, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, model_validator

Count = Annotated[int, Field(ge=1, le=1_000_000)]
Delays = Annotated[int, Field(ge=0, le=1_000)]


class StepReadout(StrEnum):
    """How the steps of a trial reach the linear readout."""

    MEAN = "mean"
    LAST = "last"
    ALL = "all"
    WINDOWS = "windows"
    EACH = "each"


Option: TypeAlias = StepReadout | int | bool | None
"""The value of an option of a network's structure."""


class LayerSpec(BaseModel):
    """One layer: so many nodes, each a device with these ports and channels."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    nodes: Count
    ports: Count
    channels: tuple[str, ...] = Field(min_length=1, max_length=100_000)

    @property
    def drive_count(self) -> int:
        """Return the number of drives of the layer, nodes times ports."""
        return self.nodes * self.ports

    @property
    def readout_count(self) -> int:
        """Return the number of readouts of the layer in one step, nodes times channels."""
        return self.nodes * len(self.channels)


class NetworkSpec(BaseModel):
    """The structure of a network; the weights are beside it.

    `readout` MEAN, LAST, ALL and WINDOWS give one answer a trial; EACH gives one answer a step.
    WINDOWS takes the means over `windows` equal stretches of the trial. `skip`: a layer sees the inputs and
    all lower layers, and not only the layer below. `recurrent`: a layer sees its own readouts a step later.
    `fan_in` limits the connections of a drive, `levels` the values of their weights. With `delays` a layer
    sees all this as it was up to so many steps before, too; with `readout_delays` so does an answer to EACH.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    features: Count
    outputs: Count
    steps: Count
    layers: tuple[LayerSpec, ...] = Field(min_length=1, max_length=64)
    readout: StepReadout = StepReadout.WINDOWS
    windows: PositiveInt = 4
    skip: bool = True
    recurrent: bool = False
    delays: Delays = 0
    readout_delays: Delays = 0
    fan_in: PositiveInt | None = None
    levels: Annotated[int, Field(ge=2, le=65_536)] | None = None

    @model_validator(mode="after")
    def _only_steps_are_delayed(self) -> "NetworkSpec":
        if self.readout_delays and self.readout is not StepReadout.EACH:
            raise ValueError(
                f"readout_delays needs an answer at each step, not readout {self.readout.value}; leave it out"
            )
        return self

    def sees_inputs(self, layer: int) -> bool:
        """Tell whether the inputs reach this layer."""
        return self.skip or layer == 0

    def seen_layers(self, layer: int) -> range:
        """Return the lower layers whose readouts reach this layer."""
        return range(0 if self.skip else max(0, layer - 1), layer)

    def sources(self, layer: int) -> int:
        """Return the number of values a layer's connections see in one step, recurrent ones apart."""
        readouts = sum(self.layers[i].readout_count for i in self.seen_layers(layer))
        return (readouts + self.features * self.sees_inputs(layer)) * (self.delays + 1)

    @property
    def step_features(self) -> int:
        """Return how many values the readout sees of each readout channel of each node."""
        return {
            StepReadout.ALL: self.steps,
            StepReadout.WINDOWS: min(self.windows, self.steps),
            StepReadout.EACH: self.readout_delays + 1,
        }.get(self.readout, 1)

    @property
    def readout_features(self) -> int:
        """Return the number of inputs of the linear readout."""
        return self.step_features * sum(layer.readout_count for layer in self.layers)
