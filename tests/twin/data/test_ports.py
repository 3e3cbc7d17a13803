"""Drives of runs that were measured over different fields mean the same to one twin."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from nado_lab.port import Port
from nado_lab.twin import DataError, FitSettings, Trials, evaluate, fit, join
from nado_lab.twin.data.ports import converted

QUICK = FitSettings(likelihood_steps=30, score_steps=0, mean_steps=30, batch=16)
field = st.floats(-1.0, 1.0, allow_nan=False)
width = st.floats(1e-3, 2.0, allow_nan=False)


def port(low: float, high: float, units: str = "T") -> Port:
    return Port("field", units, low, high)


def measured(low: float, high: float, units: str = "T", seed: int = 0) -> Trials:
    """Answer random inputs in [low, high] with a readout that is the input itself, delayed by a step."""
    generator = torch.Generator().manual_seed(seed)
    drive = 2 * torch.rand(24, 20, 1, generator=generator) - 1
    stimulus = (low + high) / 2 + drive * (high - low) / 2
    delayed = torch.cat([stimulus[:, :1], stimulus[:, :-1]], 1)
    noise = 0.01 * torch.randn(24, 20, 1, generator=generator)
    return Trials(drive, delayed + noise, ports=(port(low, high, units),))


@given(field, width, field, width, st.floats(-3, 3))
def test_a_drive_stands_for_the_same_input_on_another_map(low, range_, low_to, range_to, drive):
    """Converted there the input is unchanged, and back again so is the drive."""
    one, two = port(low, low + range_), port(low_to, low_to + range_to)
    given_drive = torch.tensor([drive], dtype=torch.float64)
    there = converted(given_drive, [one], [two])
    assert float(two.middle + there * two.half) == pytest.approx(one.middle + drive * one.half, abs=1e-5)
    assert float(converted(there, [two], [one])) == pytest.approx(drive, abs=1e-4 * (1 + range_to / range_))


def test_runs_over_different_ranges_are_joined_in_the_input_they_stand_for():
    """The joined drive is one function of the input, and spans both."""
    joined = join([measured(-1.0, 1.0), measured(0.0, 3.0, seed=1)])
    assert joined.ports == (port(-1.0, 3.0),)
    stimulus = 1.0 + 2.0 * joined.drive
    assert torch.allclose(stimulus[:, :-1], joined.readout[:, 1:], atol=0.06)


def test_runs_on_one_map_keep_their_drives_to_the_bit():
    """Nothing is computed where nothing has to be."""
    one, two = measured(-1.0, 1.0), measured(-1.0, 1.0, seed=1)
    assert torch.equal(join([one, two]).drive, torch.cat([one.drive, two.drive]))


def test_a_twin_is_scored_on_a_run_with_another_map_as_on_its_own():
    """A run that was stored with its own range scores as when it is stored with the twin's."""
    twin = fit(measured(-1.0, 1.0), QUICK)
    other = measured(-0.5, 0.25, seed=2)
    assert twin.ports == (port(-1.0, 1.0),)
    assert evaluate(twin, other).r2 == pytest.approx(evaluate(twin, other.on(twin.ports)).r2, abs=1e-6)
    assert evaluate(twin, other).r2 > 0.8


def test_drives_in_other_units_are_refused():
    """Volts are not teslas, and a run that says nothing is not joined with one that does."""
    with pytest.raises(DataError, match="stand for V here and for T there"):
        join([measured(-1.0, 1.0), measured(-1.0, 1.0, "V")])
    with pytest.raises(DataError, match="cannot be joined"):
        join([measured(-1.0, 1.0), Trials(measured(0, 1).drive, measured(0, 1).readout)])


def test_two_ports_are_converted_each_by_its_own_window():
    here = [Port("volts", "V", 0.0, 2.0), Port("light", "W", 0.0, 1.0)]
    there = [Port("volts", "V", 0.0, 4.0), Port("light", "W", -1.0, 1.0)]
    assert converted(torch.tensor([[1.0, 1.0], [-1.0, -1.0]]), here, there).tolist() == [
        [0.0, 1.0],
        [-1.0, 0.0],
    ]
