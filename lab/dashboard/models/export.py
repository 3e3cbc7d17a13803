"""Write a stored run in other formats."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lab.errors import LabError

if TYPE_CHECKING:
    import xarray as xr


def export_run(run: Path, out: Path) -> Path:
    """Write all committed rows as `.npz` (every variable) or `.csv` (scalars and readouts, a line a step)."""
    from lab.store import Run

    writers = {".npz": _npz, ".csv": _csv}
    if out.suffix not in writers:
        raise LabError(f"cannot export to {out.name}: expected a name that ends in {' or '.join(writers)}")
    if out.exists():
        raise LabError(f"{out} exists; choose another name")
    writers[out.suffix](Run.open(run).dataset(), out)
    return out


def _npz(data: "xr.Dataset", out: Path) -> None:
    arrays = {str(name): np.asarray(values) for name, values in data.variables.items()}
    texts = {name: values.astype(str) for name, values in arrays.items() if values.dtype == object}
    np.savez_compressed(out, allow_pickle=False, **(arrays | texts))


def _csv(data: "xr.Dataset", out: Path) -> None:
    short = data.drop_vars([name for name, each in data.data_vars.items() if "sample" in each.dims])
    short.drop_dims(
        [dim for dim in short.dims if dim not in ("trial", "step", "channel")]
    ).to_dataframe().to_csv(out)
