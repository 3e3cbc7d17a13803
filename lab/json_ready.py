"""Values as JSON can hold them: what JSON has no word for is written as text, never as invalid JSON."""

import math
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any, cast

from nado_lab.lab.json_file import JsonObject


def json_ready(record: Mapping[Any, object]) -> JsonObject:
    """Give a mapping as a JSON object: text as keys, values by `json_value`."""
    return {str(name): json_value(value) for name, value in record.items()}


def json_value(value: object) -> Any:
    """Give a value as JSON holds it; NaN and inf as the text that float() reads, a quantity as `2.5 mV`."""
    if isinstance(value, Enum):
        return json_value(value.value)
    if value is None or isinstance(value, (bool, str, int)):
        return _scalar(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(float(value))
    if isinstance(value, (datetime, date)):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, Mapping):
        return json_ready(cast("Mapping[Any, object]", value))
    return _other(value)


def _scalar(value: bool | str | int | None) -> bool | str | int | None:
    """Give plain Python values, also of subclasses; lone surrogates are written out."""
    if isinstance(value, str):
        return value.encode("utf-8", errors="backslashreplace").decode("utf-8")
    return value


def _other(value: object) -> Any:
    if hasattr(value, "magnitude") and hasattr(value, "units"):  # a quantity of pint
        return str(value)
    if hasattr(value, "tolist"):  # numpy's numbers and arrays
        return json_value(cast("Any", value).tolist())
    if isinstance(value, (list, tuple, set, frozenset)):
        return [json_value(each) for each in cast("Iterable[object]", value)]
    return str(value)
