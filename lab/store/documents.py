"""A run as documents of the bluesky event model: start, a descriptor a stream, events, stop.

Schema: github.com/bluesky/event-model: run_start, event_descriptor, event, event_page, run_stop.
The ids follow from the run's own, so that documents sent while a run goes on and those made afterwards agree.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, UUID, uuid5

import numpy as np
from nado_lab.lab.json_file import JsonObject
from nado_lab.lab.json_ready import json_value
from nado_lab.lab.store import layout
from nado_lab.lab.store.metadata import RunMetadata, Status
from nado_lab.lab.store.reader import Run
from nado_lab.protocols.columns import ROW, Column, Coordinate, Row

if TYPE_CHECKING:
    import xarray as xr

Document = tuple[str, JsonObject]

EXIT = {Status.COMPLETE: "success", Status.ABORTED: "abort", Status.FAILED: "fail"}
PAGE_BYTES = 1 << 22
"""About how much of the numbers of a run stands in one page of events."""


@dataclass
class DocumentMaker:
    """Make the documents of one run; `columns` of each stream, `first` rows that were there (resumed)."""

    metadata: RunMetadata
    columns: Mapping[str, Sequence[Column]]
    labels: Sequence[Coordinate] = ()
    first: int = 0
    _events: dict[str, int] = field(default_factory=dict)

    @property
    def uid(self) -> str:
        """Return the id of the run's documents; one that was resumed gets one of its own for what follows."""
        resumed = f"/from/{self.first}" if self.first else ""
        return str(uuid5(NAMESPACE_URL, f"nado-run:{self.metadata.run_id}{resumed}"))

    def start(self) -> Document:
        """Make the document that a run begins with; all that is known of it stands under `nado`."""
        known = self.metadata
        protocol = known.protocol
        about = known.to_attributes()
        for later in ("status", "reason", "traceback", "ended", "checksums", "notes"):
            about.pop(later, None)
        document = {
            "uid": self.uid,
            "time": known.started.timestamp(),
            "sample": known.sample,
            "operator": known.operator,
            "plan_name": protocol.name if protocol else "",
            "plan_type": "protocol",
            "plan_args": json_value(protocol.values()) if protocol else {},
            "hints": {"dimensions": [[["time"], "primary"]]},
            "nado": about,
        }
        if self.first:
            whole = DocumentMaker(known, {})
            document["resumes"] = {"uid": whole.uid, "after_rows": self.first}
        return "start", _without_dots(document)

    def descriptor(self, stream: str) -> Document:
        """Make the document that says what the events of a stream hold."""
        device = self.metadata.setup.name if self.metadata.setup else "nado"
        columns = self.columns[stream]
        used = {dim for column in columns for dim in column.dims}
        labels = {each.name: list(each.values) for each in self.labels if each.along in used}
        return "descriptor", {
            "uid": self._id(stream),
            "run_start": self.uid,
            "time": self.metadata.started.timestamp(),
            "name": stream,
            "data_keys": {column.name: _data_key(column, device) for column in columns},
            "object_keys": {device: [column.name for column in columns]},
            "configuration": {device: _configuration(labels, self.metadata.started, device)},
            "hints": {device: {"fields": [column.name for column in columns if _is_number(column)]}},
        }

    def event(self, stream: str, row: Row, time: float) -> Document:
        """Make the document of one row."""
        number = self._count(stream, 1)
        data = {column.name: _value(row[column.name]) for column in self.columns[stream]}
        return "event", {
            "uid": self._id(stream, number),
            "descriptor": self._id(stream),
            "seq_num": number,
            "time": time,
            "data": data,
            "timestamps": dict.fromkeys(data, time),
            "filled": {},
        }

    def page(self, stream: str, rows: Mapping[str, np.ndarray], times: np.ndarray) -> Document:
        """Make one document of several rows: an array (rows, ...) for every column."""
        count = len(times)
        last = self._count(stream, count)
        numbers = range(last - count + 1, last + 1)
        data = {column.name: _value(rows[column.name]) for column in self.columns[stream]}
        stamps = times.tolist()
        return "event_page", {
            "uid": [self._id(stream, number) for number in numbers],
            "descriptor": self._id(stream),
            "seq_num": list(numbers),
            "time": stamps,
            "data": data,
            "timestamps": dict.fromkeys(data, stamps),
            "filled": {},
        }

    def stop(self, metadata: RunMetadata) -> Document:
        """Make the document that a run ends with; `metadata` are those it was closed with."""
        ended = metadata.ended or metadata.started
        return "stop", {
            "uid": self._id("stop"),
            "run_start": self.uid,
            "time": ended.timestamp(),
            "exit_status": EXIT[metadata.status],
            "reason": metadata.reason,
            "num_events": dict(self._events),
            "nado": {"notes": _without_dots(metadata.to_attributes()["notes"])},
        }

    def _count(self, stream: str, more: int) -> int:
        self._events[stream] = self._events.get(stream, 0) + more
        return self._events[stream]

    def _id(self, *parts: object) -> str:
        return str(uuid5(UUID(self.uid), "/".join(map(str, parts))))


def documents_of(run: Run) -> Iterator[Document]:
    """Give the documents of a stored run; one that is still going, or was killed, has no stop yet."""
    data = {stream: run.dataset(stream) for stream in run.streams}
    columns = {stream: _columns(found) for stream, found in data.items()}
    labels = {label.name: label for found in data.values() for label in _labels(found)}
    maker = DocumentMaker(run.metadata, columns, tuple(labels.values()))
    yield maker.start()
    for stream, found in data.items():
        yield maker.descriptor(stream)
        total, at_once = found.sizes.get(ROW, 0), _rows_at_once(columns[stream])
        for first in range(0, total, at_once):
            rows = run.load(stream, first, min(first + at_once, total))
            times = run.metadata.started.timestamp() + rows[layout.ELAPSED.name].values
            yield maker.page(stream, {each.name: rows[each.name].values for each in columns[stream]}, times)
    if run.status in EXIT:
        yield maker.stop(run.metadata)


def line_of(document: Document) -> str:
    """Give one document as a line of JSON, [name, document], as bluesky's suitcase-jsonl has it."""
    return json.dumps(document, separators=(",", ":"))


def _columns(data: "xr.Dataset") -> tuple[Column, ...]:
    own = (layout.NUMBER.name, layout.ELAPSED.name)
    return tuple(
        Column(
            str(name),
            tuple(map(str, each.dims[1:])),
            each.shape[1:],
            "string" if each.dtype.kind in "OTUS" else str(each.dtype),
            str(each.attrs.get("units", "1")),
            str(each.attrs.get("long_name", "")),
        )
        for name, each in data.variables.items()
        if each.dims[:1] == (ROW,) and name not in own
    )


def _labels(data: "xr.Dataset") -> Iterator[Coordinate]:
    for name, each in data.variables.items():
        if each.ndim == 1 and each.dims != (ROW,):
            yield Coordinate(str(name), tuple(each.values.tolist()), dim=str(each.dims[0]))


def _rows_at_once(columns: Sequence[Column]) -> int:
    row = sum(layout.item_bytes(each) * int(np.prod(each.shape, dtype=np.int64)) for each in columns)
    return max(1, PAGE_BYTES // max(row, 1))


def _data_key(column: Column, device: str) -> JsonObject:
    """Describe one column as the event model does."""
    kind = "O" if column.dtype == "string" else np.dtype(column.dtype).kind
    parts = [2] if kind == "c" else []  # JSON has no complex numbers: real and imaginary part
    scalar = {"b": "boolean", "i": "integer", "u": "integer", "f": "number", "O": "string"}.get(kind, "array")
    found = {
        "source": f"{device}:{column.name}",
        "dtype": "array" if column.shape else scalar,
        "shape": [*column.shape, *parts],
        "dims": [*column.dims, *(["real_imaginary"] if parts else [])],
        "units": column.units if column.units != "1" else "",
        "object_name": device,
    }
    number = "float64" if parts else column.dtype
    return found if kind == "O" else found | {"dtype_numpy": np.dtype(number).str}


def _is_number(column: Column) -> bool:
    return not column.shape and column.dtype != "string" and not column.is_coordinate


def _configuration(labels: JsonObject, at: datetime, device: str) -> JsonObject:
    """Keep what the places along an axis are called: channels, ports, frequencies."""
    keys = {
        name: {"source": f"{device}:{name}", "dtype": "array", "shape": [len(values)], "dims": [name]}
        for name, values in labels.items()
    }
    return {"data": labels, "timestamps": dict.fromkeys(labels, at.timestamp()), "data_keys": keys}


def _value(value: object) -> object:
    """Give a value of a row as the event model takes it: plain numbers and text, arrays as lists."""
    array = np.asarray(value)
    if array.dtype.kind == "c":
        array = np.stack([np.real(array), np.imag(array)], axis=-1)
    return array.tolist()


def _without_dots(value: object) -> JsonObject:
    """Replace what the event model allows in no name: points and slashes."""

    def tidied(each: object) -> object:
        if isinstance(each, Mapping):
            return {
                str(name).replace(".", "_").replace("/", "_"): tidied(inner) for name, inner in each.items()
            }
        return [tidied(inner) for inner in each] if isinstance(each, list) else each

    return tidied(value)  # type: ignore[return-value]
