"""What the pictures of an evaluation show, against closed forms; and that they are written."""

import numpy as np
import pytest
import torch
from nado_lab.lab.reports import evaluation
from nado_lab.lab.reports.comparison import (
    SHARES,
    compare,
    correlation,
    coverage,
    deviations,
    halves,
    ranks,
    spectrum,
)
from nado_lab.lab.reports.evaluation import draw_evaluation
from nado_lab.twin import ModelSpec, Trials, Twin, evaluate

RANDOM = np.random.default_rng(0)


def white(deviation=1.0, shape=(400, 32, 2)):
    return deviation * RANDOM.standard_normal(shape)


def test_white_noise_has_a_flat_spectrum_that_holds_its_variance():
    frequency, density = spectrum([deviations(white(3.0))], step_s=0.1)
    assert density == pytest.approx(2 * 9 * 0.1, rel=0.15)
    assert frequency[-1] == pytest.approx(5.0)
    assert density.sum() * frequency[0] == pytest.approx(9.0, rel=0.1)


def test_coloured_noise_has_its_correlation():
    walk = white(shape=(4000, 8, 1))
    for step in range(1, 8):
        walk[:, step] = 0.6 * walk[:, step - 1] + 0.8 * walk[:, step]
    assert correlation([deviations(walk)], 4) == pytest.approx(0.6 ** np.arange(4), abs=0.03)


def test_coverage_tells_right_wide_and_narrow_bands():
    measured = white(shape=(300, 10, 1))
    right, wide, narrow = (coverage(ranks(measured, white(s, (200, 10, 1)))) for s in (1.0, 2.0, 0.5))
    assert right == pytest.approx(SHARES, abs=0.05)
    assert np.all(wide > SHARES)
    assert np.all(narrow < SHARES)


@pytest.mark.parametrize("repeats", [1, 8])
def test_every_figure_is_written(tmp_path, repeats, monkeypatch):
    if repeats == 1:
        monkeypatch.setattr(evaluation, "KINDS", ("png",))
    monkeypatch.setattr(evaluation, "DOTS_PER_INCH", 40)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        twin = Twin(ModelSpec(ports=2, channels=3, components=3, width=8), ("a", "b", "c"), ("V",) * 3, 0.1)
    drive = (2 * torch.rand(3, 12, 2) - 1).repeat_interleave(repeats, 0)
    sequence = torch.arange(3).repeat_interleave(repeats)
    with torch.no_grad():
        readout = twin.respond(drive)
    trials = Trials(drive, readout, torch.zeros(len(drive), 3), sequence, twin.channels, twin.units)
    files = draw_evaluation(twin, trials, evaluate(twin, trials), tmp_path / "plots")
    names = {"trials", "mean_std", "residuals", "coverage"}
    names |= {"autocovariance", "noise_spectrum", "scores"} if repeats > 1 else set()
    assert {path.stem for path in files} == names
    assert sorted(path.name for path in (tmp_path / "plots").iterdir()) == sorted(path.name for path in files)
    assert all(path.read_bytes()[:4] in (b"\x89PNG", b"%PDF") for path in files)
    found = compare(twin, trials)
    assert found.measured[0].shape == (repeats, 12, 3)
    assert len(found.drawn[0]) >= 200
    assert [len(half) for half in halves(found.measured[0])] == [(repeats + 1) // 2, repeats // 2]


@pytest.mark.parametrize("precision", [np.float32, np.float64])
def test_a_channel_without_noise_has_no_correlation_rather_than_none_at_all(precision):
    still = np.zeros((3, 8, 1), precision)
    assert correlation([deviations(still)], 4) == pytest.approx(np.zeros(4))
