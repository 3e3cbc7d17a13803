"""Spectra of one device on several grids are brought to one, between known frequencies only."""

from dataclasses import replace

import pytest
import torch
from nado_lab.channels import ChannelAxis
from nado_lab.twin import (
    DataError,
    FindingKind,
    FitSettings,
    Trials,
    evaluate,
    fit_and_score,
    join,
    load,
    save,
)
from nado_lab.twin.data.grid import on_axis, one_grid

QUICK = FitSettings(mean_steps=0, likelihood_steps=4, score_steps=2)


def spectra(low, high, count, unit="Hz", seed=0):
    """Make 12 sequences of a resonance whose height follows the drive, at `count` frequencies."""
    generator = torch.Generator().manual_seed(seed)
    drive = 2 * torch.rand(12, 20, 1, generator=generator) - 1
    places = torch.linspace(low, high, count, dtype=torch.float64)
    x, out = torch.zeros(12, 1), []
    for u in drive.unbind(1):
        x = 0.5 * x + 0.5 * u
        out.append(x * torch.exp(-((places - 6.0) ** 2)) + 0.1 * places)
    factor = {"Hz": 1e9, "GHz": 1.0}[unit]
    return Trials(
        drive, torch.stack(out, 1), axis=ChannelAxis("frequency", unit, tuple((places * factor).tolist()))
    )


def test_runs_on_other_grids_are_read_at_the_coarsest_ones_places_where_all_measured():
    fine, coarse = spectra(4.0, 8.0, 81), spectra(4.5, 9.0, 46, unit="GHz")
    one, other = one_grid([fine, coarse])
    assert one.channels == other.channels
    assert one.axis == other.axis
    assert min(one.axis.values) >= 4.5
    assert max(one.axis.values) <= 8.0
    assert len(one.channels) == 36
    torch.testing.assert_close(one.readout, other.readout, atol=2e-3, rtol=0)
    assert [each.kind for each in one.findings] == [FindingKind.OTHER_GRID]
    assert (
        "its 81 channels are read at 36 places of frequency from 4.5 to 8 GHz, by linear interpolation"
        in one.findings[0].text
    )
    assert join([one, other]).readout.shape == (24, 20, 36)


def test_one_grid_or_unknown_places_stay_as_they_are():
    fine = spectra(4.0, 8.0, 81)
    assert one_grid([fine, fine])[0].readout is fine.readout
    unknown = replace(fine, axis=None)
    assert one_grid([unknown, spectra(4.0, 8.0, 41)])[0] is unknown
    with pytest.raises(DataError, match="share fewer than 3 channels"):
        one_grid([fine, spectra(7.97, 12.0, 81)])


def test_a_twin_keeps_its_places_and_reads_other_runs_there(tmp_path):
    done = fit_and_score(spectra(4.5, 8.0, 18), QUICK)
    twin = load(save(done.twin, tmp_path / "a.twin"))
    same = evaluate(twin, spectra(4.5, 8.0, 18))
    assert evaluate(twin, spectra(4.5, 8.0, 137)).r2 == pytest.approx(same.r2, abs=0.01)
    with pytest.raises(DataError, match=r"channels from 4.5e\+09 to 8e\+09 Hz are needed"):
        evaluate(twin, spectra(5.0, 8.0, 18))


def test_a_falling_axis_is_read_too():
    up = spectra(4.0, 8.0, 41)
    down = replace(
        up, readout=up.readout.flip(-1), axis=ChannelAxis("frequency", "Hz", tuple(reversed(up.axis.values)))
    )
    found = on_axis(up.axis, up.channels, down)
    torch.testing.assert_close(found.readout, up.readout)
