"""Set a procedure's parameters from text, and read them out with their units."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from nado_lab.protocols.errors import ProtocolError
from nado_lab.protocols.pymeasure_types import (
    FloatParameter,
    IntegerParameter,
    Parameter,
    Procedure,
    Value,
    converted,
    label_of,
    parameters_of,
    value_of,
)
from nado_lab.units import factor_between


@runtime_checkable
class Waiting(Protocol):
    """A procedure some of whose parameters exist only once the ports of its setup are known."""

    waiting: dict[str, object]

    def awaits(self, name: str) -> bool:
        """Tell whether a parameter of this name may exist then."""
        ...


def configure(procedure: Procedure, values: Mapping[str, object]) -> None:
    """Set parameters by name; text such as "26 Oe" is converted to the parameter's unit."""
    known = parameters_of(procedure)
    for name, value in values.items():
        if isinstance(procedure, Waiting) and procedure.awaits(name):
            procedure.waiting[name] = value
            continue
        if name not in known:
            choices = ", ".join(known) or "none"
            raise ProtocolError(f"there is no parameter {name!r}; {_label(procedure)} has: {choices}")
        setattr(procedure, name, _convert(name, known[name], value))


def parse_assignments(assignments: list[str], example: str = "-p sequences=200") -> dict[str, str]:
    """Split `name=value` texts of the command line; `example` shows what an option of it looks like."""
    pairs: dict[str, str] = {}
    for text in assignments:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise ProtocolError(f"{example.split()[0]} {text!r}: expected name=value, for example {example}")
        pairs[name.strip()] = value.strip()
    return pairs


@dataclass(frozen=True)
class ParameterDescription:
    """A parameter of a procedure: its value (None: not set), what it means, and what is accepted."""

    value: Value
    units: str
    type: str
    label: str
    expected: str
    required: bool


def describe(procedure: Procedure) -> dict[str, ParameterDescription]:
    """Describe every parameter of a procedure, by name."""
    required: tuple[str, ...] = getattr(procedure, "must_be_given", ())
    return {
        name: ParameterDescription(
            value=value_of(parameter),
            units=_units(parameter),
            type=_kind(parameter) or "any",
            label=label_of(parameter),
            expected=_expected(parameter),
            required=name in required,
        )
        for name, parameter in parameters_of(procedure).items()
    }


def _units(parameter: Parameter) -> str:
    return str(getattr(parameter, "units", None) or "")


def _kind(parameter: Parameter) -> str:
    return type(parameter).__name__.removesuffix("Parameter").lower()


def _convert(name: str, parameter: Parameter, value: object) -> object:
    try:
        return converted(parameter, _in_units_of(parameter, value))
    except (TypeError, ValueError, OverflowError) as error:
        told = " ".join(str(value).split())
        raise ProtocolError(f"{name}={told}: expected {_expected(parameter)}") from error


def _in_units_of(parameter: Parameter, value: object) -> object:
    if not isinstance(value, str):
        return value
    number, _, unit = value.strip().partition(" ")
    factor = factor_between(unit.strip(), _units(parameter)) if unit else None
    return value if factor is None else float(number) * factor


def _expected(parameter: Parameter) -> str:
    kind = _kind(parameter)
    words = {"integer": "a whole number", "float": "a number", "boolean": "true or false"}
    text = words.get(kind, kind or "a value")
    if isinstance(parameter, (IntegerParameter, FloatParameter)):
        text += f" from {parameter.minimum:g} to {parameter.maximum:g}"
    choices = getattr(parameter, "choices", None)
    if choices:
        text = "one of " + ", ".join(map(str, choices))
    units = _units(parameter)
    return f"{text} in {units}" if units else text


def _label(procedure: Procedure) -> str:
    return type(procedure).__name__.lower()
