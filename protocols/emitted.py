"""What a plain PyMeasure procedure hands to `emit`, looked at before it becomes rows."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol, cast

import numpy as np
from nado_lab.protocols.errors import ProtocolError

_log = logging.getLogger(__name__)


class _Table(Protocol):
    """A table such as a pandas DataFrame: columns by name."""

    def keys(self) -> Sequence[str]: ...

    def __getitem__(self, name: str) -> object: ...


def as_record(topic: str, record: object) -> Mapping[str, object]:
    """Take a record with a value for every heading; ProtocolError where it is none."""
    if isinstance(record, Mapping):
        return cast("Mapping[str, object]", record)
    if hasattr(record, "keys") and hasattr(record, "__getitem__"):
        table = cast("_Table", record)
        return {name: table[name] for name in table.keys()}  # noqa: SIM118  (a DataFrame iterates otherwise)
    kind = type(record).__name__
    raise ProtocolError(f"emit({topic!r}, ...) needs a value for every data column by name; it got a {kind}")


def batch_rows(batch: Mapping[str, object]) -> Iterator[dict[str, object]]:
    """Give the rows of a batch {heading: sequence (rows,)}; a single value stands in every row."""
    columns = {name: _sequence(values) for name, values in batch.items()}
    lengths = {name: len(values) for name, values in columns.items() if values is not None}
    if len(set(lengths.values())) != 1:
        told = ", ".join(f"{name!r} has {length}" for name, length in lengths.items())
        raise ProtocolError(
            f"emit('batch results', ...) needs sequences of one length; {told or 'it got none'}"
        )
    for number in range(next(iter(lengths.values()))):
        yield {name: batch[name] if values is None else values[number] for name, values in columns.items()}


def fit_headings(record: Mapping[str, object], headings: Sequence[str]) -> Mapping[str, object]:
    """Refuse a record whose names are not the headings; one that only says more is taken, and told."""
    unknown = [name for name in record if name not in headings]
    missing = [heading for heading in headings if heading not in record]
    if unknown and (missing or not headings):
        raise ProtocolError(
            f"what was emitted has {', '.join(map(repr, unknown))}, which is none of DATA_COLUMNS; "
            f"missing: {', '.join(map(repr, missing))}"
        )
    if unknown:
        _log.debug("not stored, as it is none of DATA_COLUMNS: %s", ", ".join(map(str, unknown)))
    return record


def _sequence(values: object) -> Sequence[object] | None:
    """Give a column of a batch as a sequence; None for a single value. Units stay."""
    if isinstance(values, str) or np.ndim(getattr(values, "magnitude", values)) == 0:  # type: ignore[arg-type]
        return None
    if hasattr(values, "iloc"):  # a pandas Series counts by its own labels
        values = np.asarray(values)
    return cast("Sequence[object]", values)
