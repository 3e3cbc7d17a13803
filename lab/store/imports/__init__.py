"""Bring data measured elsewhere into a run: .npz, pairs of .npy, CSV, PyMeasure's CSV."""

from pathlib import Path

from nado_lab.lab.new_output import refuse_existing
from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.imports import npy_pairs, npz, own_csv, tables
from nado_lab.lab.store.imports.material import Options, joined
from nado_lab.lab.store.imports.write import write_table, write_trials

__all__ = ["Options", "import_files"]


def import_files(files: list[str | Path], out: str | Path, options: Options | None = None) -> None:
    """Read files of one kind and write them as the new run `out`."""
    options = options or Options()
    refuse_existing(out)
    paths = [Path(file) for file in files]
    kinds = {path.suffix.lower() for path in paths}
    if kinds == {".npz"}:
        write_trials(joined([npz.read(path, options) for path in paths]), out, paths, options)
    elif kinds == {".npy"}:
        pairs = npy_pairs.partners(paths)
        found = [npy_pairs.read(pair, options) for pair in pairs]
        write_trials(joined(found), out, [path for pair in pairs for path in pair], options)
    elif kinds in ({".csv"}, {".txt"}):
        _import_tables(paths, out, options)
    else:
        raise StoreError(
            f"files of the kind {', '.join(sorted(kinds)) or 'none'} cannot be imported; "
            "expected .npz, pairs of .npy, or .csv (all of one kind)"
        )


def _import_tables(paths: list[Path], out: str | Path, options: Options) -> None:
    found = [tables.read_table(path) for path in paths]
    if all(own_csv.holds_trials(table, options) for table in found):
        parts = [own_csv.read(t, path, options) for t, path in zip(found, paths, strict=True)]
        write_trials(joined(parts), out, paths, own_csv.as_stated(options))
    elif options.drive:
        parts = [tables.read_trials(t, path, options) for t, path in zip(found, paths, strict=True)]
        write_trials(joined(parts), out, paths, options)
    elif len(found) == 1:
        write_table(found[0], out, paths, options)
    else:
        raise StoreError("several tables are joined as trials only: name the drive column with --drive")
