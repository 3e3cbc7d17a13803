"""What can be chosen in a fit; every default serves a first fit of a measured device."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum

from nado_lab.twin.errors import TwinError
from nado_lab.twin.records.json_object import JsonObject, read_entry
from nado_lab.twin.records.spec import ModelSizes
from pydantic import TypeAdapter

MOST_DECAY = 0.1
DECAY_STEPS = 3000.0
MANY_STEPS = 20_000
"""Measured steps that bear a larger memory, and Muon: on few it learns their noise by heart."""
VERY_MANY_STEPS = 200_000
"""Measured steps that bear a still larger memory, in innovations form, with sharp thresholds in the drive."""


class Method(StrEnum):
    """How a twin is fitted: by proper scoring rules, by an adversary (as published), without noise."""

    SCORE = "score"
    GAN = "gan"
    ODE = "ode"


class PhaseName(StrEnum):
    """What a phase of a fit descends: mean square, likelihood, scoring rules, the adversary's loss."""

    MEAN = "mean"
    LIKELIHOOD = "likelihood"
    SCORE = "score"
    ADVERSARIAL = "adversarial"


class OptimiserName(StrEnum):
    """Which optimiser moves the matrices of a twin."""

    AUTO = "auto"
    ADAMW = "adamw"
    MUON = "muon"


@dataclass(frozen=True)
class FitSettings:
    """Say how to fit; a number of steps left None is chosen by the schedule of the method and the model.

    With `budget_s` the phases share that wall time and results depend on the machine's speed; without it the
    same seed and settings give the same twin again. `model` overrides sizes of the model that is otherwise
    chosen from the data; `weight_decay` None falls with the number of measured steps. A phase ends early
    after `patience` of its length without a better held-out loss, which is looked at each `check_every` steps
    (None: 20, or 100 where a mean of weights is judged). `optimiser` "auto" is Muon where many steps
    were measured and the readout shows the state or hidden states follow it, else AdamW.
    """

    method: Method = Method.SCORE
    mean_steps: int | None = None
    likelihood_steps: int | None = None
    score_steps: int | None = None
    adversarial_steps: int | None = None
    budget_s: float | None = None
    batch: int = 64
    members: int = 4
    learning_rate: float = 1e-2
    weight_decay: float | None = None
    optimiser: OptimiserName = OptimiserName.AUTO
    held_out_share: float = 0.06
    check_every: int | None = None
    patience: float = 0.5
    seed: int = 0
    model: ModelSizes = field(default_factory=ModelSizes)

    def __post_init__(self) -> None:
        _check_member("method", self.method, Method)
        _check_member("optimiser", self.optimiser, OptimiserName)
        if self.members < 2 or min(self.batch, self.check_every or 1) < 1 or not 0 < self.patience <= 1:
            raise TwinError(
                "members must be at least 2, batch and check_every at least 1, patience above 0 and at most 1"
            )
        if min(self.given_steps().values(), default=0) < 0:
            raise TwinError("numbers of steps cannot be negative")
        if self.budget_s is not None and self.budget_s <= 0:
            raise TwinError(f"budget_s must be positive; got {self.budget_s}")
        if not 0 < self.held_out_share < 1 or self.learning_rate <= 0:
            raise TwinError("held_out_share must lie between 0 and 1, learning_rate above 0")

    def settled(self, measured_steps: int) -> FitSettings:
        """Return the settings with all that depends on how much was measured."""
        few = self.optimiser == OptimiserName.AUTO and measured_steps < MANY_STEPS
        decay = (
            min(MOST_DECAY, DECAY_STEPS / measured_steps) if self.weight_decay is None else self.weight_decay
        )
        return replace(self, weight_decay=decay, optimiser=OptimiserName.ADAMW if few else self.optimiser)

    @classmethod
    def from_json(cls, found: JsonObject) -> FitSettings:
        """Read settings from a card, a checkpoint or a table of TOML; unknown names are refused."""
        unknown = found.keys() - {each.name for each in fields(cls)}
        if unknown:
            raise TwinError(f"a fit has no setting {', '.join(sorted(unknown))}")
        model = ModelSizes.from_json(found.get("model") or {})
        return read_entry("", _FIT, {**found, "model": model})

    def to_json(self) -> JsonObject:
        """Return the settings as JSON holds them."""
        return asdict(self) | {"model": self.model.to_json()}

    def given_steps(self) -> dict[PhaseName, int]:
        """Return the numbers of steps that were given, by phase."""
        steps = {
            PhaseName.MEAN: self.mean_steps,
            PhaseName.LIKELIHOOD: self.likelihood_steps,
            PhaseName.SCORE: self.score_steps,
            PhaseName.ADVERSARIAL: self.adversarial_steps,
        }
        return {name: count for name, count in steps.items() if count is not None}


_FIT = TypeAdapter(FitSettings)


def _check_member(name: str, value: str, choices: type[StrEnum]) -> None:
    if value not in list(choices):
        raise TwinError(f"{name} must be one of {', '.join(choices)}; got {value!r}")
