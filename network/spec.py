"""What a network is made of: plain frozen data, as it stands in the network file."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PositiveInt

Count = Annotated[int, Field(ge=1, le=1_000_000)]


class StepReadout(StrEnum):
    """How the steps of a trial reach the linear readout."""

    MEAN = "mean"
    LAST = "last"
    ALL = "all"
    WINDOWS = "windows"
    EACH = "each"


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
    WINDOWS takes the means over `windows` equal stretches of the trial.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    features: Count
    outputs: Count
    steps: Count
    layers: tuple[LayerSpec, ...] = Field(min_length=1, max_length=64)
    readout: StepReadout = StepReadout.WINDOWS
    windows: PositiveInt = 4

    @property
    def step_features(self) -> int:
        """Return how many values the readout sees of each readout channel of each node."""
        return {
            StepReadout.ALL: self.steps,
            StepReadout.WINDOWS: min(self.windows, self.steps),
        }.get(self.readout, 1)

    @property
    def readout_features(self) -> int:
        """Return the number of inputs of the linear readout."""
        return self.step_features * sum(layer.readout_count for layer in self.layers)
