"""netCDF, version 3 (by scipy) or 4 (by h5netcdf), through xarray; our own export comes back whole."""

from pathlib import Path

from nado_lab.lab.store.imports.array_file import (
    ArrayFile,
    FileArray,
    library,
    read_errors,
    units_among,
    without_empty,
)
from nado_lab.lab.store.imports.options import ImportOptions

RUN = "nado_run"
HDF5 = b"\x89HDF\r\n\x1a\n"  # HDF5 file format specification 3.0, II.A: the format signature


def read(path: Path, _options: ImportOptions) -> ArrayFile:
    """Read every variable and coordinate with its units and dimensions."""
    import xarray as xr

    with read_errors(path, "netCDF"):
        with path.open("rb") as file:
            is_hdf5 = file.read(len(HDF5)) == HDF5
        if is_hdf5:
            library("h5netcdf", "h5netcdf", path)
        with xr.open_dataset(path, engine="h5netcdf" if is_hdf5 else "scipy", decode_times=False) as data:
            arrays = {
                str(name): FileArray(
                    each.values,
                    units_among((str(key), value) for key, value in each.attrs.items()),
                    tuple(map(str, each.dims)),
                )
                for name, each in data.variables.items()
            }
            run = str(data.attrs.get(RUN, ""))
    return ArrayFile(path, without_empty(arrays), run)
