"""Set a procedure's parameters from text, and read them out with their units."""

from collections.abc import Mapping
from typing import Any

from nado_lab.protocols.errors import ProtocolError
from pymeasure.experiment import FloatParameter, IntegerParameter, Parameter, Procedure

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


def configure(procedure: Procedure, values: Mapping[str, Any]) -> None:
    """Set parameters by name; text such as "26 Oe" is converted to the parameter's unit."""
    known = procedure.parameter_objects()
    for name, value in values.items():
        if name not in known:
            choices = ", ".join(known) or "none"
            raise ProtocolError(f"there is no parameter {name!r}; {_label(procedure)} has: {choices}")
        setattr(procedure, name, _convert(name, known[name], value))


def parse_assignments(assignments: list[str], example: str = "-p sequences=200") -> dict[str, str]:
    """Split `name=value` texts of the command line; `example` shows what an option of it looks like."""
    pairs = {}
    for text in assignments:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise ProtocolError(f"{example.split()[0]} {text!r}: expected name=value, for example {example}")
        pairs[name.strip()] = value.strip()
    return pairs


def describe(procedure: Procedure) -> dict[str, dict[str, Any]]:
    """Give value, units, type and range of every parameter, and whether it must be given."""
    required = getattr(procedure, "must_be_given", ())
    return {
        name: {
            "value": parameter.value if parameter.is_set() else None,
            "units": getattr(parameter, "units", None) or "",
            "type": type(parameter).__name__.removesuffix("Parameter").lower() or "any",
            "label": parameter.name,
            "expected": _expected(parameter),
            "required": name in required,
        }
        for name, parameter in procedure.parameter_objects().items()
    }


def _convert(name: str, parameter: Parameter, value: Any) -> Any:
    try:
        return parameter.convert(_in_units_of(parameter, value))
    except (TypeError, ValueError) as error:
        raise ProtocolError(f"{name}={value}: expected {_expected(parameter)}") from error


def _in_units_of(parameter: Parameter, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    number, _, unit = value.strip().partition(" ")
    factor = _CONVERSIONS.get((unit, getattr(parameter, "units", None) or ""))
    return value if factor is None else float(number) * factor


def _expected(parameter: Parameter) -> str:
    kind = type(parameter).__name__.removesuffix("Parameter").lower()
    words = {"integer": "a whole number", "float": "a number", "boolean": "true or false"}
    text = words.get(kind, kind or "a value")
    if isinstance(parameter, (IntegerParameter, FloatParameter)):
        text += f" from {parameter.minimum:g} to {parameter.maximum:g}"
    choices = getattr(parameter, "choices", None)
    if choices:
        text = "one of " + ", ".join(map(str, choices))
    units = getattr(parameter, "units", None)
    return f"{text} in {units}" if units else text


def _label(procedure: Procedure) -> str:
    return type(procedure).__name__.lower()
