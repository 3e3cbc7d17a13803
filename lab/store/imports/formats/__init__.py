"""Files of named arrays, one format a module: each gives an `ArrayFile` by the format's own library."""

from pathlib import Path

from nado_lab.lab.store.imports.array_file import Reader
from nado_lab.lab.store.imports.formats import hdf5, matlab, netcdf, npz, qcodes, tdms

READERS: dict[str, Reader] = {
    ".npz": npz.read,
    ".h5": hdf5.read,
    ".hdf5": hdf5.read,
    ".hdf": hdf5.read,
    ".he5": hdf5.read,
    ".nxs": hdf5.read,
    ".nc": netcdf.read,
    ".nc4": netcdf.read,
    ".cdf": netcdf.read,
    ".mat": matlab.read,
    ".tdms": tdms.read,
    ".db": qcodes.read,
}


def reader_of(path: Path) -> Reader | None:
    """Return what reads a file of arrays, by the end of its name."""
    return READERS.get(path.suffix.lower())
