"""The environments by name: the only list a new one must be added to, beside plug-ins."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, is_dataclass

from nado_lab.network.environments.environment import Environment
from nado_lab.network.errors import TaskError
from nado_lab.plugins import Registry
from nado_lab.wrong_values import in_words
from pydantic import JsonValue, TypeAdapter, ValidationError, validate_call

_HERE = "nado_lab.network.environments"
_BUILT_IN = {
    "pendulum": f"{_HERE}.pendulum:Pendulum",
    "pendulum-without-velocity": f"{_HERE}.pendulum:without_velocities",
    "cart-pole": f"{_HERE}.cart_pole:CartPole",
    "cart-pole-without-velocities": f"{_HERE}.cart_pole:without_velocities",
    "tracking": f"{_HERE}.tracking:Tracking",
}


def _complaint(_: str, found: object) -> str:
    fit = is_dataclass(found) if isinstance(found, type) else callable(found)
    return "" if fit else f"expected a dataclass or a function that makes an Environment, got {found!r}"


ENVIRONMENTS = Registry[Callable[..., object]](
    "environments", "environment", _BUILT_IN, complaint=_complaint, error=TaskError
)


def environment_names() -> tuple[str, ...]:
    """List the environments that `load_environment` knows."""
    return ENVIRONMENTS.names()


def load_environment(name: str, **options: object) -> Environment:
    """Make an environment by its name; `options` are its fields (steps, velocities, ...)."""
    make = ENVIRONMENTS.load(name)
    made = _made(name, make, options)
    if not isinstance(made, Environment):
        raise TaskError(f"environment {name!r} must be an Environment, not a {type(made).__name__}")
    return made


def _made(name: str, make: Callable[..., object], options: Mapping[str, object]) -> object:
    known = list(inspect.signature(make).parameters)
    if unknown := sorted(set(options) - set(known)):
        raise TaskError(f"environment {name!r} has no option {', '.join(unknown)}; it has {', '.join(known)}")
    try:
        if isinstance(make, type):
            return TypeAdapter[object](make).validate_python(options)
        return validate_call(make)(**options)
    except ValidationError as error:
        first = error.errors()[0]
        where = f"environment {name!r}, {first['loc'][0]} = {first['input']!r}"
        raise TaskError(f"{where}: {in_words(first)}") from error


@dataclass(frozen=True)
class EnvironmentChoice:
    """An environment as it is written down: its name and its options."""

    name: str
    options: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])

    def load(self) -> Environment:
        """Make the environment."""
        return load_environment(self.name, **self.options)

    def __str__(self) -> str:
        """Say the environment with its options."""
        told = ", ".join(f"{name} {value}" for name, value in self.options.items())
        return f"{self.name} ({told})" if told else self.name
