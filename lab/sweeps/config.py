"""What a sweep is to do, read from TOML; an unknown or wrong entry is refused by its name."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from nado_lab.lab.toml_file import read_model
from pydantic import BaseModel, ConfigDict, Field, JsonValue, NonNegativeInt, PositiveInt, model_validator

Values = dict[str, JsonValue]
"""Options by name: of a protocol, a task, a fit; or by dotted path, what is varied."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Part):
    """Where trials come from: runs that exist, or a protocol to run on a simulated setup."""

    runs: tuple[str, ...] = ()
    protocol: str = ""
    setup: str = ""
    specimen: NonNegativeInt = 0
    parameters: Values = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_of_both(self) -> Source:
        if bool(self.runs) == bool(self.protocol and self.setup):
            raise ValueError("give either runs = [...], or protocol and setup")
        return self


class NetworkPlan(_Part):
    """A task of `nado network tasks` with the options of its loader, and settings of the training."""

    task: str
    options: Values = Field(default_factory=dict)
    settings: Values = Field(default_factory=dict)


class Plan(_Part):
    """One experiment: measure, fit, judge on other trials (or on what was held out), perhaps train.

    With `fit` false it ends with the measured run (simulated data sets); with `use_twin` a twin that exists
    stands in for the fit (large evaluations).
    """

    measure: Source
    fit: bool = True
    use_twin: str = ""
    twin: Values = Field(default_factory=dict)
    judge: Source | None = None
    network: NetworkPlan | None = None


class System(StrEnum):
    """The queues that dask-jobqueue hands jobs to; LOCAL starts them on this computer (to try it out)."""

    SLURM = "slurm"
    PBS = "pbs"
    SGE = "sge"
    LSF = "lsf"
    OAR = "oar"
    MOAB = "moab"
    HTCONDOR = "htcondor"
    LOCAL = "local"


class ClusterConfig(_Part):
    """Workers as jobs of a cluster: how many jobs, and what dask-jobqueue is to ask for each of them."""

    system: System
    jobs: PositiveInt = 2
    cores: PositiveInt = 1
    memory: str = "4GB"
    options: Values = Field(default_factory=dict)


class Direction(StrEnum):
    """Whether the metric of a study should become small or large."""

    MINIMISE = "minimise"
    MAXIMISE = "maximise"


class Range(_Part):
    """What an option may be: numbers from low to high (whole, if both are), or one of some choices."""

    low: int | float | None = None
    high: int | float | None = None
    log: bool = False
    choices: tuple[bool | int | float | str, ...] = ()

    @model_validator(mode="after")
    def _one_of_both(self) -> Range:
        if bool(self.choices) == (self.low is not None and self.high is not None):
            raise ValueError("give either choices = [...], or low and high")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"low {self.low} is above high {self.high}")
        return self


class StudyConfig(_Part):
    """A search for the options with the best `metric` (a column of the table), `batch` points at a time."""

    metric: str = "crps"
    direction: Direction = Direction.MINIMISE
    points: PositiveInt = 20
    batch: PositiveInt = 4
    space: Annotated[dict[str, Range], Field(min_length=1)]


class SweepConfig(Plan):
    """A plan, and what is varied in it: `grid` names options by their dotted path."""

    grid: dict[str, list[JsonValue]] = Field(default_factory=dict)
    optimise: StudyConfig | None = None
    cluster: ClusterConfig | None = None
    seed: NonNegativeInt = 0


def load_sweep(path: Path) -> SweepConfig:
    """Read a sweep's TOML file."""
    return read_model(path, SweepConfig)
