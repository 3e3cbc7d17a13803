"""What a loop is to do, read from TOML; an unknown or wrong entry is refused by its name."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from nado_lab.lab.json_file import JsonObject
from nado_lab.lab.toml_file import read_model
from nado_lab.network import TrainSettings
from nado_lab.twin import FitSettings
from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, PositiveFloat, PositiveInt, model_validator

Share = Annotated[float, Field(ge=0, le=1)]


class Choose(StrEnum):
    """Which drives are measured in later rounds."""

    NETWORK = "network"
    DISAGREEMENT = "disagreement"
    RANDOM = "random"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TaskConfig(_Part):
    """A task of `nado network tasks`, with the options of its loader (train, test, …)."""

    name: str
    options: dict[str, bool | int | float | str] = Field(default_factory=dict)


class MeasureConfig(_Part):
    """How many sequences the first round measures, how many later ones, and how those are chosen."""

    sequences: PositiveInt = 1000
    more: PositiveInt = 200
    held_share: Share = 0.5
    choose: Choose = Choose.NETWORK
    ensemble: Annotated[int, Field(ge=2)] = 3


class TwinConfig(_Part):
    """How the twin is fitted in the first round, and in how many steps it is recalibrated later."""

    mean_steps: PositiveInt = 700
    score_steps: NonNegativeInt = 600
    members: Annotated[int, Field(ge=2)] = 6
    batch: PositiveInt = 64
    recalibrate_steps: PositiveInt = 200

    def fit_settings(self, seed: int) -> FitSettings:
        """Give the settings of the first fit."""
        sizes = {name: getattr(self, name) for name in ("mean_steps", "score_steps", "members", "batch")}
        return FitSettings(seed=seed, **sizes)


class RefineConfig(_Part):
    """How the network is trained on in later rounds: through the twin, then with the device in the loop."""

    epochs: PositiveInt = 2
    learning_rate: PositiveFloat = 0.003
    device_examples: NonNegativeInt = 0
    device_epochs: PositiveInt = 1
    device_batch: PositiveInt = 25


class DriftConfig(_Part):
    """A probe every so many trials (0: none), and the drift scores beyond which something is done.

    `follow_offset` takes slow offsets out of what a deployed network reads, by the initial states. With
    `compensate_every` a deployment is played in stretches of so many trials; before each, so many of the
    network's own drives are measured, and the drift they show is taken out of drives and readouts.
    """

    follow_offset: bool = True
    probe_every: NonNegativeInt = 50
    compensate_every: NonNegativeInt = 0
    compensate_sequences: PositiveInt = 40
    recalibrate_above: PositiveFloat = 2.0
    stop_above: PositiveFloat = 20.0


class BudgetConfig(_Part):
    """When to stop asking the device: seconds of drive, and rounds after the first."""

    device_s: PositiveFloat = 3600.0
    rounds: NonNegativeInt = 3


class ToleranceConfig(_Part):
    """The gap that is good enough: points of accuracy (0.01 is one point), share of a normalised error."""

    accuracy: PositiveFloat = 0.01
    nrmse: PositiveFloat = 0.10


class LayerConfig(_Part):
    """The array that is every node of a layer: its setup, and which specimen a simulated one is."""

    setup: str
    specimen: NonNegativeInt = 0


class LoopConfig(_Part):
    """The whole loop. `specimen` is the seed of a simulated bench; `seed` decides everything else.

    `setup` is the one array that is every node; or `layers` gives each layer an array and a twin of its own.
    """

    setup: str = ""
    layers: tuple[LayerConfig, ...] = ()
    task: TaskConfig
    network: TrainSettings = Field(default_factory=TrainSettings)
    measure: MeasureConfig = Field(default_factory=MeasureConfig)
    twin: TwinConfig = Field(default_factory=TwinConfig)
    refine: RefineConfig = Field(default_factory=RefineConfig)
    drift: DriftConfig = Field(default_factory=DriftConfig)
    budget: BudgetConfig = Field(default_factory=BudgetConfig)
    tolerance: ToleranceConfig = Field(default_factory=ToleranceConfig)
    seed: NonNegativeInt = 0
    specimen: NonNegativeInt = 0

    @model_validator(mode="after")
    def _one_kind_of_setup(self) -> Self:
        if bool(self.setup) == bool(self.layers):
            raise ValueError("name the arrays either by `setup` or by [[layers]]")
        if self.layers and self.specimen:
            raise ValueError("with [[layers]] each layer names its own specimen")
        if self.layers and len(self.layers) != len(self.network.nodes):
            raise ValueError(
                f"{len(self.layers)} [[layers]] for network.nodes = {list(self.network.nodes)}: one a layer"
            )
        return self

    @property
    def arrays(self) -> tuple[LayerConfig, ...]:
        """Give the arrays there are: one, or one a layer."""
        return self.layers or (LayerConfig(setup=self.setup, specimen=self.specimen),)

    def array_of(self, layer: int) -> int:
        """Say which of the arrays a layer is made of."""
        return layer if self.layers else 0

    def as_json(self) -> JsonObject:
        """Give plain values, to be kept with the loop's state."""
        return self.model_dump(mode="json")


def load_config(path: Path) -> LoopConfig:
    """Read a loop's TOML file."""
    return read_model(path, LoopConfig)
