"""What the drives of a run stood for is told in SI units, however the run came to be."""

import numpy as np
import pytest
from nado_lab.lab.store import Run, RunMetadata, SetupRecord, StoreError, ports_of
from nado_lab.lab.store.imports import ImportOptions, import_files
from nado_lab.lab.trials import trials_of


def stored(tmp_path, name: str, low: float, high: float):
    """Import one spin-ice file whose field runs over [low, high] Oe and is its own spectrum."""
    field = np.linspace(low, high, 30)[np.random.default_rng(0).permutation(30)]
    np.savez(tmp_path / f"{name}.npz", field_oe=field, spectrum=np.stack([field, -field], 1))
    import_files([tmp_path / f"{name}.npz"], tmp_path / f"{name}.zarr", ImportOptions())
    return tmp_path / f"{name}.zarr"


def test_an_import_tells_its_map_in_tesla(tmp_path):
    """10 Oe are a millitesla."""
    (found,) = ports_of(Run.open(stored(tmp_path, "a", 180, 230)).metadata)
    assert (found.low, found.high, found.unit, found.shown) == (
        pytest.approx(0.018),
        pytest.approx(0.023),
        "T",
        "Oe",
    )


def test_imports_over_different_fields_are_joined_in_the_field(tmp_path):
    """Each import scaled its own range; together, one drive means one field again."""
    runs = [stored(tmp_path, "a", 180, 230), stored(tmp_path, "b", 200, 240)]
    trials = trials_of(*runs)
    oersted = 210 + 30 * trials.drive[..., 0]
    assert np.allclose(oersted, trials.readout[..., 0], atol=0.01)


def run_of(notes=None, details=None):
    setup = SetupRecord(name="s", details=details) if details else None
    return RunMetadata(notes=notes or {}, setup=setup)


def test_runs_of_older_versions_tell_their_window():
    (noted,) = ports_of(run_of({"drive_map": {"low": 100.0, "high": 300.0, "units": "Oe"}}))
    assert (noted.low, noted.high, noted.unit) == (pytest.approx(0.01), pytest.approx(0.03), "T")
    (set_up,) = ports_of(run_of(details={"drive": {"field_centre_t": 2e-3, "field_range_t": 1e-3}}))
    assert (set_up.name, set_up.low, set_up.high) == ("field", pytest.approx(1e-3), pytest.approx(3e-3))
    assert ports_of(run_of()) == ()


def test_ports_that_are_none_are_named():
    with pytest.raises(StoreError, match=r"what its drives stood for.*'high' is missing"):
        ports_of(run_of({"ports": [{"name": "v", "unit": "V", "low": 0.0}]}))
