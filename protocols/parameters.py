"""Set a procedure's parameters from text, and read them out with their units."""

from collections.abc import Mapping
from dataclasses import dataclass

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

# (given unit, unit of the parameter) -> factor
_CONVERSIONS = {
    ("Oe", "mT"): 0.1,
    ("T", "mT"): 1e3,
    ("uT", "mT"): 1e-3,
    ("GHz", "Hz"): 1e9,
    ("MHz", "Hz"): 1e6,
    ("ms", "s"): 1e-3,
    ("min", "s"): 60.0,
    ("h", "s"): 3600.0,
}


def configure(procedure: Procedure, values: Mapping[str, object]) -> None:
    """Set parameters by name; text such as "26 Oe" is converted to the parameter's unit."""
    known = parameters_of(procedure)
    for name, value in values.items():
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
    except (TypeError, ValueError) as error:
        raise ProtocolError(f"{name}={value}: expected {_expected(parameter)}") from error


def _in_units_of(parameter: Parameter, value: object) -> object:
    if not isinstance(value, str):
        return value
    number, _, unit = value.strip().partition(" ")
    factor = _CONVERSIONS.get((unit, _units(parameter)))
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
