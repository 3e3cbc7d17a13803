"""A run in plain values: what a listing, a page or a script shows of it."""

from dataclasses import asdict, dataclass

from nado_lab.lab.json_file import JsonObject
from nado_lab.lab.store import layout
from nado_lab.lab.store.metadata import RunMetadata
from nado_lab.lab.store.reader import Run
from nado_lab.lab.store.timing import RunTiming, run_timing


@dataclass(frozen=True)
class ColumnSummary:
    """One column of a stream: its dims, the first of them the rows, with their sizes."""

    dims: tuple[str, ...]
    shape: tuple[int, ...]
    dtype: str
    units: str


@dataclass(frozen=True)
class StreamSummary:
    """One stream: how many rows are committed, and its columns."""

    rows: int
    columns: dict[str, ColumnSummary]


@dataclass(frozen=True)
class RunSummary:
    """A run: where it lies, all that is known about it, and what it holds."""

    path: str
    metadata: RunMetadata
    timing: RunTiming
    streams: dict[str, StreamSummary]

    def to_json(self) -> JsonObject:
        """Give path, timing, metadata and streams in one JSON object."""
        streams = {name: asdict(stream) for name, stream in self.streams.items()}
        told = {"path": self.path, "timing": asdict(self.timing)}
        return {**told, **self.metadata.to_attributes(), "streams": streams}


def summarise(run: Run) -> RunSummary:
    """Give the metadata and, per stream, the rows and columns with dims, shape and units."""
    streams = {name: _stream(run, name) for name in run.streams}
    return RunSummary(run.path, run.metadata, run_timing(run), streams)


def _stream(run: Run, name: str) -> StreamSummary:
    group = run.group(name)
    rows = layout.committed_rows(group)
    columns = {
        column: ColumnSummary(
            dims=layout.dimensions(array),
            shape=(rows, *array.shape[1:]),
            dtype=str(array.dtype),
            units=str(array.attrs.get("units", "")),
        )
        for column, array in layout.row_arrays(group).items()
    }
    return StreamSummary(rows, columns)
