"""What stands beside a network: what it was trained on, how, and what it scored."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from nado_lab.network.control.episodes import EpisodeScore
from nado_lab.network.control.settings import ControlSettings
from nado_lab.network.environments.catalogue import EnvironmentChoice
from nado_lab.network.errors import NetworkError, NetworkFileError
from nado_lab.network.tasks.choice import TaskChoice
from nado_lab.network.tasks.metric import Metric
from nado_lab.network.training.settings import TrainSettings, Variant
from nado_lab.wrong_values import in_words
from pydantic import JsonValue, TypeAdapter, ValidationError

JsonObject = dict[str, JsonValue]


@dataclass(frozen=True)
class NetworkScores:
    """What a network scored on its twin, over `n_test` trials; older cards tell the score alone.

    `without_device` is the score of the same readout on the inputs themselves.
    """

    twin: float
    task: str | None = None
    metric: Metric | None = None
    variant: Variant | None = None
    n_test: int | None = None
    nodes: int | None = None
    parameters: int | None = None
    wall_s: float | None = None
    without_device: float | None = None


@dataclass(frozen=True)
class LoopRound:
    """The round of the loop that a network was trained in, 0 for the first."""

    round: int


@dataclass(frozen=True)
class Refinement:
    """On which setups a network was trained further, and what it scored there before and after."""

    on: tuple[str, ...]
    examples: int | None = None
    epochs: int | None = None
    seed: int | None = None
    device_before: float | None = None
    device: float | None = None
    learning_rate: float | None = None
    test_examples: int | None = None


@dataclass(frozen=True)
class Origin:
    """What a network was trained on and how; the twins are files, one for all layers or some a layer."""

    task: TaskChoice
    settings: TrainSettings
    twins: tuple[str, ...]


@dataclass(frozen=True)
class ControlOrigin:
    """The environment that a controller was trained on, how, and through which twins."""

    environment: EnvironmentChoice
    settings: ControlSettings
    twins: tuple[str, ...]


@dataclass(frozen=True)
class NetworkCard:
    """What is known of a network beside its weights; what was not told is None or empty.

    A network was trained on a task with `settings`, or as a controller on an environment with `control`;
    then `episodes` is what it scored on its twins.
    `other` keeps entries of other versions as they are.
    """

    task: TaskChoice | None = None
    settings: TrainSettings | None = None
    twins: tuple[str, ...] = ()
    scores: NetworkScores | None = None
    loop: LoopRound | None = None
    refined: Refinement | None = None
    versions: Mapping[str, str] = field(default_factory=dict[str, str])
    other: Mapping[str, JsonValue] = field(default_factory=JsonObject)
    environment: EnvironmentChoice | None = None
    control: ControlSettings | None = None
    episodes: EpisodeScore | None = None

    @property
    def origin(self) -> Origin:
        """Return what the network was trained on; refuse a card that does not say it."""
        if self.environment is not None:
            raise NetworkError(
                f"this network controls {self.environment}; it has no task whose examples could be sent"
            )
        if self.task is None or self.settings is None:
            raise NetworkError(
                "the network's card does not say what it was trained on; train it with `nado network train`"
            )
        return Origin(self.task, self.settings, self.twins)

    @property
    def controls(self) -> ControlOrigin:
        """Return the environment that the network controls; refuse a card of another network."""
        if self.environment is None or self.control is None:
            raise NetworkError(
                "the network's card names no environment; train one with `nado network train pendulum`"
            )
        return ControlOrigin(self.environment, self.control, self.twins)

    def to_json(self) -> JsonObject:
        """Return the entries that are told, as JSON holds them."""
        entries: JsonObject = _CARD.dump_python(self, mode="json")
        del entries["other"]
        return {name: _told(value) for name, value in entries.items() if value} | dict(self.other)

    @classmethod
    def from_json(cls, found: Mapping[str, JsonValue]) -> "NetworkCard":
        """Read a card, of an older version too; an entry of another kind is named in a NetworkFileError."""
        known = {each.name for each in fields(cls)} - {"other"}
        entries: JsonObject = {name: _current(name, value) for name, value in found.items() if name in known}
        entries["other"] = {name: value for name, value in found.items() if name not in known}
        try:
            return _CARD.validate_python(entries)
        except ValidationError as error:
            first = error.errors()[0]
            raise NetworkFileError(f"the card's {first['loc'][0]}: {in_words(first)}") from error


_CARD = TypeAdapter(NetworkCard)


def _told(value: JsonValue) -> JsonValue:
    """Leave out what a record does not tell."""
    if not isinstance(value, dict):
        return value
    return {name: each for name, each in value.items() if each is not None}


def _current(name: str, value: JsonValue) -> JsonValue:
    """Bring an entry of an older version up to date."""
    if not isinstance(value, dict):
        return value
    if name == "settings":
        return {each: value[each] for each in value if each in TrainSettings.model_fields}
    if name == "refined" and isinstance(value.get("on"), str):
        return value | {"on": [value["on"]]}
    return value
