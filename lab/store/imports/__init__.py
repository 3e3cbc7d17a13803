"""Bring data measured elsewhere into a run: .npz, pairs of .npy, CSV, PyMeasure's CSV."""

from collections.abc import Sequence
from pathlib import Path

from nado_lab.lab.new_output import refuse_existing
from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.imports import npy_pairs, npz, own_csv, tables
from nado_lab.lab.store.imports.imported_trials import join
from nado_lab.lab.store.imports.options import ImportOptions, SampleReduction
from nado_lab.lab.store.imports.write import write_table, write_trials

__all__ = ["ImportOptions", "SampleReduction", "import_files"]


def import_files(files: Sequence[str | Path], out: str | Path, options: ImportOptions | None = None) -> None:
    """Read files of one kind and write them as the new run `out`."""
    options = options or ImportOptions()
    refuse_existing(out)
    paths = [Path(file) for file in files]
    kinds = {path.suffix.lower() for path in paths}
    if kinds == {".npz"}:
        write_trials(join([npz.read(path, options) for path in paths]), out, options)
    elif kinds == {".npy"}:
        pairs = npy_pairs.partners(paths)
        write_trials(join([npy_pairs.read(pair, options) for pair in pairs]), out, options)
    elif kinds in ({".csv"}, {".txt"}):
        _import_tables(paths, out, options)
    else:
        raise StoreError(
            f"files of the kind {', '.join(sorted(kinds)) or 'none'} cannot be imported; "
            "expected .npz, pairs of .npy, or .csv (all of one kind)"
        )


def _import_tables(paths: list[Path], out: str | Path, options: ImportOptions) -> None:
    found = [tables.read_table(path) for path in paths]
    if all(own_csv.holds_trials(table, options) for table in found):
        parts = [own_csv.read(t, path, options) for t, path in zip(found, paths, strict=True)]
        write_trials(join(parts), out, own_csv.as_stated(options))
    elif options.drive:
        parts = [tables.read_trials(t, path, options) for t, path in zip(found, paths, strict=True)]
        write_trials(join(parts), out, options)
    elif len(found) == 1:
        write_table(found[0], out, paths[0], options)
    else:
        raise StoreError("several tables are joined as trials only: name the drive column with --drive")
