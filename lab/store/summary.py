"""A run in plain values: what a listing, a page or a script shows of it."""

from typing import Any

from nado_lab.lab.store import layout
from nado_lab.lab.store.reader import Run


def summarise(run: Run) -> dict[str, Any]:
    """Give the metadata and, per stream, the rows and columns with dims, shape and units."""
    return {
        "path": run.path,
        **run.metadata.to_attributes(),
        "streams": {name: _stream(run, name) for name in run.streams},
    }


def _stream(run: Run, name: str) -> dict[str, Any]:
    group = run.group(name)
    rows = layout.committed_rows(group)
    columns = {
        column: {
            "dims": list(layout.dimensions(array)),
            "shape": [rows, *array.shape[1:]],
            "dtype": str(array.dtype),
            "units": str(array.attrs.get("units", "")),
        }
        for column, array in layout.row_arrays(group).items()
    }
    return {"rows": rows, "columns": columns}
