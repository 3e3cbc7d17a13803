"""Bring data measured elsewhere into a run: arrays (npz, HDF5, netCDF, MATLAB, TDMS, QCoDeS) and tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nado_lab.lab.json_record import JsonRecord
from nado_lab.lab.new_output import refuse_existing
from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.imports import formats, layouts, npy_pairs, own_arrays, own_csv
from nado_lab.lab.store.imports.array_file import ArrayFile, Reader
from nado_lab.lab.store.imports.array_trials import read_arrays
from nado_lab.lab.store.imports.imported_trials import ImportedTrials, join
from nado_lab.lab.store.imports.mapping import read_map, write_map
from nado_lab.lab.store.imports.options import Axis, ChannelColumn, ImportOptions, PortColumn, SampleReduction
from nado_lab.lab.store.imports.table_trials import read_trials
from nado_lab.lab.store.imports.tables import Table, read_table, table_of
from nado_lab.lab.store.imports.write import write_table, write_trials

__all__ = [
    "Axis",
    "ChannelColumn",
    "Content",
    "ImportOptions",
    "PortColumn",
    "SampleReduction",
    "import_files",
    "look_into",
    "read_map",
    "write_map",
]

TEXTS = (".csv", ".txt", ".dat")


@dataclass(frozen=True)
class Content(JsonRecord):
    """One array or column of a file: its name, shape and units ("" where the file does not say)."""

    name: str
    shape: tuple[int, ...]
    units: str


def import_files(files: Sequence[str | Path], out: str | Path, options: ImportOptions | None = None) -> None:
    """Read files of one kind and write them as the new run `out`."""
    options = options or ImportOptions()
    refuse_existing(out)
    paths = [Path(file) for file in files]
    if len(set(paths)) < len(paths):
        raise StoreError(f"{max(paths, key=paths.count)} is named more than once")
    readers = {formats.reader_of(path) for path in paths}
    kinds = {path.suffix.lower() for path in paths}
    if kinds == {".npy"}:
        npy_pairs.import_pairs(paths, out, options)
    elif kinds <= set(TEXTS):
        _import_tables(paths, [read_table(path) for path in paths], out, options)
    elif len(readers) == 1 and (reader := readers.pop()):
        _import_arrays(paths, reader, out, options)
    else:
        raise StoreError(
            f"files of the kind {', '.join(sorted(kinds)) or 'none'} cannot be imported; expected "
            f"{', '.join(formats.READERS)}, {', '.join(TEXTS)} or pairs of .npy (all of one kind)"
        )


def look_into(path: str | Path, options: ImportOptions | None = None) -> list[Content]:
    """List the arrays or columns of a file, to be named in an import."""
    path = Path(path)
    if path.suffix.lower() in TEXTS:
        table = read_table(path)
        units, rows = table.units, len(table.frame)
        return [Content(str(name), (rows,), units.get(str(name), "")) for name in table.frame]
    reader = formats.reader_of(path)
    if reader is None:
        raise StoreError(f"{path}: expected a file that ends in {', '.join((*formats.READERS, *TEXTS))}")
    arrays = reader(path, options or ImportOptions()).arrays
    return [Content(name, each.values.shape, each.units) for name, each in arrays.items()]


def _import_arrays(paths: list[Path], reader: Reader, out: str | Path, options: ImportOptions) -> None:
    found = [reader(path, options) for path in paths]
    tables = [table_of(file) for file in found]
    if options.ports or options.channels:
        parts = [_stated(file, options) for file in found]
    elif all(file.run for file in found):
        parts = [own_arrays.read(file) for file in found]
    elif all(tables):
        return _import_tables(paths, [table for table in tables if table], out, options)
    else:
        parts = [layouts.read(file, options) for file in found]
    return write_trials(join(parts), out, options)


def _stated(file: ArrayFile, options: ImportOptions) -> ImportedTrials:
    """Read what was named as drive and channels: as columns where all arrays are, else by their axes."""
    if not options.ports:
        raise StoreError(f"{file.path}: channels are named and no drive; name it with --drive")
    named = [file.find(each.column) for each in (*options.ports, *options.channels)]
    lengths = {file.arrays[name].values.shape for name in named}
    if not options.axes and len(lengths) == 1 and len(shape := lengths.pop()) == 1:
        columns = {name: each for name, each in file.arrays.items() if each.values.shape == shape}
        table = table_of(ArrayFile(file.path, columns, notes=file.notes, sample_s=file.sample_s))
        if table is not None and set(named) <= set(map(str, table.frame.columns)):
            return read_trials(table, file.path, options)
    return read_arrays(file, options)


def _import_tables(paths: list[Path], found: list[Table], out: str | Path, options: ImportOptions) -> None:
    pairs = list(zip(found, paths, strict=True))
    if all(own_csv.holds_trials(table, options) for table in found):
        parts = [own_csv.read(table, path, options) for table, path in pairs]
        write_trials(join(parts), out, own_csv.as_stated(options))
    elif options.ports:
        write_trials(join([read_trials(table, path, options) for table, path in pairs]), out, options)
    elif len(found) == 1:
        write_table(found[0], out, paths[0], options)
    else:
        raise StoreError("several tables are joined as trials only: name the drive column with --drive")
