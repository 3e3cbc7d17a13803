"""SciTools/iris 6598: a file that was being written when a job ended looked whole and was not."""

import pytest
import xarray as xr
from nado_lab.lab.store import RunMetadata, RunWriter, export
from nado_lab.protocols import Column


@pytest.mark.parametrize("suffix", ["nc", "npz", "csv"])
def test_an_export_that_is_interrupted_leaves_no_file_of_that_name(tmp_path, monkeypatch, suffix):
    writer = RunWriter.create(tmp_path / "run", RunMetadata(), {"primary": (Column("u"),)})
    writer.append("primary", {"u": 1.0})
    writer.finalise("complete")

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    for place in ("numpy.savez_compressed", "csv.writer"):
        monkeypatch.setattr(place, interrupted)
    monkeypatch.setattr(xr.Dataset, "to_netcdf", interrupted)
    with pytest.raises(KeyboardInterrupt):
        export(tmp_path / "run", tmp_path / f"run.{suffix}")
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
