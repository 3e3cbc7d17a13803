"""A device and its twin as reservoirs, side by side on one page."""

import json

import numpy as np
import pytest
from nado_lab.lab.cli import runs
from nado_lab.lab.store.imports import import_files
from nado_lab.lab.workflow.device_metrics import MetricsRequest, device_metrics
from nado_lab.lab.workflow.fit import FitRequest, fit
from nado_lab.twin import FitSettings

from tests.lab.cli.command_line import call


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """Measure a leaky integrator with two readouts under random fields, and fit a twin to it."""
    folder = tmp_path_factory.mktemp("metrics")
    rng = np.random.default_rng(0)
    field = rng.uniform(180, 235, 400)
    x, out = 0.0, []
    for u in (field - 207.5) / 27.5:
        x = 0.5 * x + 0.5 * u
        out.append([x, x**2])
    spectrum = np.array(out) + 0.01 * rng.standard_normal((400, 2))
    np.savez(folder / "memory.npz", field_oe=field, spectrum=spectrum)
    import_files([folder / "memory.npz"], folder / "memory.zarr")
    settings = FitSettings(mean_steps=20, likelihood_steps=60, score_steps=2)
    return folder / "memory.zarr", fit(
        FitRequest((folder / "memory.zarr",), folder / "a.twin", settings)
    ).path


def test_device_and_twin_have_the_same_figures_within_what_the_fit_leaves(measured, tmp_path):
    run, twin = measured
    found = device_metrics(MetricsRequest(run, twin, lags=4, degree=2, out=tmp_path / "page.html"))
    assert found.warnings == ()
    assert found.device.capacity_bound == found.twin.capacity_bound == 2
    assert found.device.information_capacity == pytest.approx(2, abs=0.4)
    assert found.twin.information_capacity == pytest.approx(found.device.information_capacity, abs=0.4)
    assert found.device.generalisation_rank is None
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "Certificate of memory.zarr and a.twin" in page
    assert page.count("<img") == 2


def test_drives_that_the_capacities_are_not_defined_for_are_said(tmp_path):
    field = 200 + 20 * np.sin(np.arange(300) / 5)
    np.savez(tmp_path / "a.npz", field_oe=field, spectrum=np.stack([field, np.roll(field, 1)], 1))
    import_files([tmp_path / "a.npz"], tmp_path / "a.zarr")
    found = device_metrics(MetricsRequest(tmp_path / "a.zarr", lags=3, degree=1))
    assert "not independent and uniform" in found.warnings[-1]


def test_the_command_keeps_the_figures_it_always_gave(measured):
    told = call(runs, "runs", "metrics", measured[0], "--lags", "4", "--json")
    report = json.loads(told.stdout)
    assert report["memory_capacity"] > 0
    assert len(report["capacity_by_lag"]) == 5
    assert {"kernel_rank", "nonlinearity", "information_capacity", "generalisation_rank"} <= set(report)
    assert "kernel_rank" in call(runs, "runs", "metrics", measured[0], "--lags", "4").stdout
