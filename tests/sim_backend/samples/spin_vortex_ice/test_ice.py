"""Reversal, vortices and geometry of the spin-vortex ice."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nado_lab.sim_backend.samples.spin_vortex_ice import (
    PRESETS,
    Preset,
    SpinVortexIce,
    SpinVortexIceParameters,
)
from nado_lab.sim_backend.samples.spin_vortex_ice.bars import place_bars

BELOW_COLLAPSE_T, ABOVE_COLLAPSE_T = 20e-3, 26e-3


def along_field(ice: SpinVortexIce) -> np.ndarray:
    """Return the sign of every bar's moment along its direction, 0 for vortices."""
    return np.sum(ice.state().moment * ice._bars.direction, axis=1).round(6)


def test_bars_on_the_edges_of_squares() -> None:
    ice = SpinVortexIce(size=20)
    assert ice.bars == 840
    assert ice.state().position.shape == (840, 2)


@pytest.mark.parametrize(("apart", "factor"), [((1.0, 0.0), 2.0), ((0.0, 1.0), -1.0)])
def test_dipole_fields_of_parallel_bars(apart: tuple[float, float], factor: float) -> None:
    """In line 2 m, side by side -m, over 4 pi r^3."""
    parameters = SpinVortexIceParameters(dipole_scale=1.0)
    bars = place_bars(6, parameters)
    spacing = parameters.spacing_m
    horizontal = np.flatnonzero(bars.direction[:, 0] == 1.0)
    bar = horizontal[len(horizontal) // 2]
    goal = bars.position[bar] + spacing * np.array(apart)
    slot = np.argmin(np.linalg.norm(bars.position[bars.neighbour[bar]] - goal, axis=1))
    width = 200e-9 if bars.wide[bar] else 125e-9
    moment = 750e3 * 600e-9 * 20e-9 * width
    assert bars.push[bar, slot] == pytest.approx(factor * 1e-7 * moment / spacing**3)


@pytest.mark.parametrize("preset", list(Preset))
def test_strong_field_turns_every_bar_along_it(preset: Preset) -> None:
    ice = SpinVortexIce(preset, size=8, seed=1)
    ice.apply(0.1)
    assert np.all(along_field(ice) == 1)
    assert ice.vortex_share == 0.0
    ice.apply(-0.1)
    ice.apply(-0.1)
    assert np.all(along_field(ice) == -1)


def test_weak_field_changes_nothing() -> None:
    ice = SpinVortexIce(Preset.WM, size=8)
    before = ice.state().moment
    ice.field_loop(8e-3)
    np.testing.assert_array_equal(ice.state().moment, before)


def test_only_wide_bars_become_vortices() -> None:
    ice = SpinVortexIce(Preset.WM, seed=2)
    for _ in range(20):
        ice.field_loop(BELOW_COLLAPSE_T)
    state = ice.state()
    assert np.any(state.chirality != 0)
    assert np.all(state.wide[state.chirality != 0])
    assert {-1, 1} <= set(state.chirality)
    thin = SpinVortexIce(Preset.MS, seed=2)
    thin.field_loop(40e-3)
    assert np.all(thin.state().chirality == 0)


def test_vortices_ratchet_up_and_collapse() -> None:
    """Loops below the collapse field only add vortices; one above ends them."""
    ice = SpinVortexIce(Preset.WM, seed=3)
    shares = []
    for _ in range(15):
        ice.field_loop(BELOW_COLLAPSE_T)
        shares.append(ice.vortex_share)
    assert np.all(np.diff(shares) > -0.02)
    assert shares[-1] > shares[2] + 0.1
    ice.field_loop(ABOVE_COLLAPSE_T)
    assert ice.vortex_share < 0.1


def test_share_of_vortices_after_one_reversal_is_its_chance() -> None:
    """Without neighbours' help the chance is that of a bar: the mean of its range."""
    normal = PRESETS[Preset.WM]
    alone = replace(normal, vortex=replace(normal.vortex, chance_per_neighbour=0.0, collapse_t=1.0))
    shares = []
    for seed in range(10):
        ice = SpinVortexIce(parameters=alone, seed=seed)
        ice.apply(30e-3)
        shares.append(ice.vortex_share)
    assert np.mean(shares) == pytest.approx(np.mean(normal.vortex.chance), abs=0.008)


@settings(max_examples=20, deadline=None)
@given(
    preset=st.sampled_from(list(Preset)),
    seed=st.integers(0, 1000),
    peaks=st.lists(st.floats(5e-3, 60e-3), min_size=1, max_size=8),
)
def test_fields_of_neighbours_are_those_of_the_state(preset: Preset, seed: int, peaks: list[float]) -> None:
    """What the kernel keeps step by step equals a sum over all neighbours of the drawn state."""
    ice = SpinVortexIce(preset, size=5, seed=seed)
    for peak in peaks:
        ice.field_loop(peak)
    bars = ice._bars
    moment = along_field(ice)
    local, vortices = np.zeros(ice.bars), np.zeros(ice.bars)
    np.add.at(local, bars.neighbour, bars.push * moment[:, None])
    np.add.at(vortices, bars.neighbour, bars.near * (moment == 0)[:, None])
    np.testing.assert_allclose(ice._ice.local, local, atol=1e-12)
    np.testing.assert_array_equal(ice._ice.vortices, vortices)


def test_memory_of_the_peaks_before() -> None:
    """The same last loop leaves another state after weak than after strong loops."""
    weak, strong = (SpinVortexIce(Preset.WM, seed=4) for _ in range(2))
    for _ in range(10):
        weak.field_loop(BELOW_COLLAPSE_T)
        strong.field_loop(ABOVE_COLLAPSE_T)
    for ice in (weak, strong):
        ice.field_loop(19e-3)
    assert weak.vortex_share > strong.vortex_share + 0.1


def test_seed_makes_the_sample() -> None:
    peaks = np.linspace(18e-3, 23e-3, 6)
    first = SpinVortexIce(size=6, seed=1).replay(peaks)
    np.testing.assert_array_equal(SpinVortexIce(size=6, seed=1).replay(peaks), first)
    assert not np.allclose(SpinVortexIce(size=6, seed=2).replay(peaks), first)


def test_wrong_size_and_preset_are_refused() -> None:
    with pytest.raises(ValueError, match="size"):
        SpinVortexIce(size=0)
    with pytest.raises(ValueError, match="XY"):
        SpinVortexIce("XY")
