"""The sizes of a twin's model: everything that must be known to build it before its weights are loaded."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

from nado_lab.twin.errors import TwinError
from nado_lab.twin.records.json_object import JsonObject, read_entry
from nado_lab.twin.solvers import Solver, solver
from pydantic import TypeAdapter

LIMITS = {
    "ports": (1, 64),
    "channels": (1, 100_000),
    "components": (1, 512),
    "delays": (0, 64),
    "drive_lags": (0, 64),
    "hidden": (0, 512),
    "width": (1, 4096),
    "sources": (0, 512),
    "taus": (1, 16),
    "trial_effects": (0, 8),
    "diffusion_rank": (0, 512),
    "observation_rank": (0, 512),
    "substeps": (1, 1024),
}


OLDER_NAMES = {"scores": "components"}


def _current_names(sizes: JsonObject) -> JsonObject:
    """Return the same sizes under the names that they have now."""
    return {OLDER_NAMES.get(name, name): value for name, value in sizes.items()}


@dataclass(frozen=True)
class ModelSpec:
    """State the sizes: readout `components` with `delays`, `hidden` states, `sources` of coloured noise.

    `drive_lags` past drives are seen beside the present one. `sources` noise channels have `taus` time
    constants each. Ranks are those of the diffusion and of the observation noise beside their diagonals;
    with `noisy_readout` false there is no observation noise (a simulated state, read exactly).

    `trial_effects` are numbers that differ from trial to trial and stay within one: what drifts or jumps
    slowly (random effects: Laird and Ware 1982, Biometrics 38, 963).

    With `innovations` the hidden states follow the components without noise of their own, and components run
    to a bounded target: what a step adds to it is an innovation, noise of readout and of state together, so
    the hidden states are known exactly wherever the components were measured (innovations form of a state
    space model: Ljung 1999, System Identification, 4.3). Observation noise is then left outside the basis.
    """

    ports: int
    channels: int
    components: int
    delays: int = 1
    drive_lags: int = 1
    hidden: int = 0
    width: int = 64
    sources: int = 0
    taus: int = 1
    trial_effects: int = 0
    diffusion_rank: int = 0
    observation_rank: int = 0
    substeps: int = 1
    solver: Solver = Solver.EULER_MARUYAMA
    noisy_readout: bool = True
    innovations: bool = False

    def __post_init__(self) -> None:
        for name, (low, high) in LIMITS.items():
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
                raise TwinError(f"{name} must be a whole number from {low} to {high}; got {value!r}")
        solver(self.solver)
        for name in ("noisy_readout", "innovations"):
            if not isinstance(getattr(self, name), bool):
                raise TwinError(f"{name} must be true or false; got {getattr(self, name)!r}")
        if self.innovations and not (self.hidden and not self.sources and self.substeps == 1):
            raise TwinError("innovations need hidden states, no sources of coloured noise and one substep")
        if self.innovations and self.trial_effects:
            raise TwinError("a model in innovations form has no trial effects")
        if self.components > self.channels:
            raise TwinError(f"components ({self.components}) cannot exceed channels ({self.channels})")

    @classmethod
    def from_json(cls, sizes: JsonObject) -> ModelSpec:
        """Read the sizes from a card; those of older names too."""
        return cls(**_current_names(sizes))

    @property
    def coloured(self) -> int:
        """Number of coloured noise states a."""
        return self.sources * self.taus

    @property
    def state(self) -> int:
        """Size of the state (x, h, a, z) that a solver moves."""
        return self.components + self.hidden + self.coloured + self.trial_effects

    @property
    def noisy(self) -> int:
        """Number of states with white noise: components, and hidden states unless they follow these."""
        return self.components + (0 if self.innovations else self.hidden)

    @property
    def wiener(self) -> int:
        """Number of independent Wiener processes."""
        return self.noisy + self.diffusion_rank + self.coloured


@dataclass(frozen=True)
class ModelSizes:
    """Give sizes of a model (those of `ModelSpec`); what is None is chosen from the data."""

    components: int | None = None
    delays: int | None = None
    drive_lags: int | None = None
    hidden: int | None = None
    width: int | None = None
    sources: int | None = None
    taus: int | None = None
    trial_effects: int | None = None
    diffusion_rank: int | None = None
    observation_rank: int | None = None
    substeps: int | None = None
    solver: Solver | None = None
    noisy_readout: bool | None = None
    innovations: bool | None = None

    @classmethod
    def from_json(cls, sizes: JsonObject) -> ModelSizes:
        """Read the sizes that were given; those of older names too, unknown ones are refused."""
        given = _current_names(read_entry("model", _TABLE, sizes))
        if unknown := sorted(given.keys() - {each.name for each in fields(cls)}):
            raise TwinError(f"the model has no such size: {', '.join(unknown)}")
        return read_entry("model", _SIZES, given)

    def to_json(self) -> dict[str, int | str]:
        """Return the sizes that are given, by name."""
        return {name: value for name, value in asdict(self).items() if value is not None}


_TABLE = TypeAdapter(JsonObject)
_SIZES = TypeAdapter(ModelSizes)
