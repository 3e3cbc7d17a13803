"""PyMeasure's procedures and parameters, which come without types, with those that protocols need.

On a class stands the parameter, on its instances the value: hence the types of the functions.
"""

# pyright: standard
from typing import cast

from pymeasure.experiment import BooleanParameter, FloatParameter, IntegerParameter, Parameter, Procedure

__all__ = [
    "FloatParameter",
    "IntegerParameter",
    "Parameter",
    "Procedure",
    "Value",
    "add_number",
    "boolean",
    "converted",
    "integer",
    "label_of",
    "number",
    "parameters_of",
    "text",
    "value_of",
]


Value = bool | int | float | str | list[object] | None


def parameters_of(procedure: Procedure) -> dict[str, Parameter]:
    """Give the parameters of a procedure by name, each with its present value."""
    return dict(procedure.parameter_objects())


def value_of(parameter: Parameter) -> Value:
    """Give the value of a parameter, None where it is not set."""
    return cast(Value, parameter.value) if parameter.is_set() else None


def label_of(parameter: Parameter) -> str:
    """Give what a person calls a parameter."""
    return str(parameter.name)


def converted(parameter: Parameter, value: object) -> object:
    """Give a value as the parameter wants it; ValueError or TypeError where it cannot be."""
    return parameter.convert(value)


def integer(label: str, *, default: int, minimum: int, maximum: int) -> int:
    """Declare a whole number."""
    return cast(int, IntegerParameter(label, default=default, minimum=minimum, maximum=maximum))


def number(label: str, units: str, *, minimum: float, maximum: float, default: float | None = None) -> float:
    """Declare a number with its units; without a default the setup settles it."""
    return cast(float, FloatParameter(label, units=units, default=default, minimum=minimum, maximum=maximum))


def add_number(
    procedure: Procedure, name: str, label: str, units: str, minimum: float, maximum: float
) -> None:
    """Give one procedure a number as a parameter of its own; a value that stands there already is kept."""
    own = FloatParameter(label, units=units, minimum=minimum, maximum=maximum)
    procedure._parameters[name] = own  # noqa: SLF001  (PyMeasure has no other way)
    setattr(procedure, name, getattr(procedure, name, None))


def boolean(label: str, *, default: bool) -> bool:
    """Declare a switch."""
    return cast(bool, BooleanParameter(label, default=default))


def text(label: str, *, default: str | None = None) -> str:
    """Declare a word; without a default it must be given."""
    return cast(str, Parameter(label, default=default))
