"""What the array promises to the bench: shapes, seeds, streams, readout, conservation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nado_lab.sim_backend.samples.nanoring import OERSTED_T, NanoringArray, NanoringReplicas
from nado_lab.sim_backend.samples.nanoring.readout import contact_angles, view_weights

DT = 1 / (37 * 64)


def random_field(seed: int, ticks: int = 600, most_oe: float = 40.0) -> np.ndarray:
    """Jumps, rests and turns: nothing a waveform generator would forbid."""
    rng = np.random.default_rng(seed)
    angle = np.cumsum(rng.choice([0.0, 0.1, 0.1, 0.1, 1.5, 3.1], ticks))
    size = np.repeat(rng.uniform(0, most_oe, ticks // 50), 50) * OERSTED_T
    return size[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def expected_resistance(array: NanoringArray, field: np.ndarray) -> np.ndarray:
    """Recompute the readout from the drawn state, wall by wall."""
    numbers = array.parameters.readout
    weights = view_weights(array.size, array.contacts, numbers.view_width)
    phi = contact_angles(array.contacts)
    segment = array.state().wall_segment
    angle = 2 * np.pi * segment / array.segments
    shape = 1 + numbers.wall_anisotropy * np.cos(2 * (angle[..., None] - phi))
    drop = np.where((segment >= 0)[..., None], shape, 0.0).sum(axis=1)
    seen = (weights * drop).sum(axis=0) / (2 * weights.sum(axis=0))
    turned = np.arctan2(field[1], field[0])
    tilt = (np.hypot(*field) / numbers.tilt_field_t) ** 2
    tilt = tilt * (1 + numbers.tilt_anisotropy * np.cos(2 * (turned - phi)))
    return numbers.resistance_ohm - numbers.wall_drop_ohm * seen - numbers.tilt_drop_ohm * tilt


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), size=st.integers(1, 7), contacts=st.integers(1, 3))
def test_walls_come_in_pairs_and_readout_is_theirs(seed: int, size: int, contacts: int) -> None:
    array = NanoringArray(size, seed=seed, contacts=contacts)
    field = random_field(seed)
    resistance = array.advance(field, DT)
    state = array.state()
    there = state.wall_segment >= 0
    assert np.array_equal(there[:, 0], there[:, 1])
    assert np.all(state.wall_segment[there[:, 0], 0] != state.wall_segment[there[:, 0], 1])
    assert np.array_equal(there[:, 0], state.circulation == 0)
    assert array.wall_population == pytest.approx(there.mean())
    np.testing.assert_allclose(resistance[-1], expected_resistance(array, field[-1]), rtol=1e-12)


def test_halves_are_the_whole() -> None:
    field = random_field(1)
    whole, halves = NanoringArray(8, seed=2), NanoringArray(8, seed=2)
    expected = whole.advance(field, DT)
    parts = [halves.advance(part, DT) for part in (field[:237], field[237:])]
    np.testing.assert_array_equal(np.concatenate(parts), expected)
    np.testing.assert_array_equal(whole.magnetisation, halves.magnetisation)


def test_seeds() -> None:
    field = random_field(4)
    first = NanoringArray(8, seed=1).advance(field, DT)
    np.testing.assert_array_equal(NanoringArray(8, seed=1).advance(field, DT), first)
    assert not np.array_equal(NanoringArray(8, seed=2).advance(field, DT), first)
    assert not np.array_equal(NanoringArray(8, seed=1, thermal_seed=7).advance(field, DT), first)


def test_replicas_are_independent_and_threads_change_nothing() -> None:
    field = random_field(5)
    many = NanoringReplicas(4, 6, seed=1, thermal_seed=3)
    response = many.advance(field, DT)
    alone = NanoringArray(6, seed=1, thermal_seed=3).advance(field, DT)
    np.testing.assert_array_equal(response[0], alone)
    assert len({row.tobytes() for row in response}) == 4
    threaded = NanoringReplicas(4, 6, seed=1, thermal_seed=3, threads=2)
    np.testing.assert_array_equal(threaded.advance(field, DT), response)


def test_replicas_take_fields_of_their_own() -> None:
    fields = np.stack([random_field(6), random_field(7)])
    many = NanoringReplicas(2, 6)
    response = many.advance(fields, DT)
    np.testing.assert_array_equal(response[0], NanoringReplicas(1, 6).advance(fields[0], DT)[0])
    assert many.magnetisation.shape == (2, 2)


@pytest.mark.parametrize("degrees", [0, 37, 90, 200, 300])
def test_saturating_field_makes_onions_along_it(degrees: int) -> None:
    array = NanoringArray(9)
    array.advance(random_field(8), DT)
    direction = np.array([np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))])
    array.advance(61 * OERSTED_T * direction[None], DT)
    assert array.wall_population == 1.0
    assert np.dot(array.magnetisation, direction) == pytest.approx(1.0, abs=0.02)


def test_rest_at_zero_field_changes_nothing() -> None:
    array = NanoringArray(8)
    array.advance(random_field(9), DT)
    before = array.state()
    resistance = array.advance(np.zeros((1000, 2)), 60.0)
    np.testing.assert_array_equal(array.state().wall_segment, before.wall_segment)
    assert np.ptp(resistance) > 0 or array.contacts == 1
    assert np.all(np.ptp(resistance, axis=0) == 0)


def test_resistance_has_the_size_of_one_percent() -> None:
    array = NanoringArray(10)
    resistance = array.advance(random_field(10), DT)
    assert resistance.shape == (600, 2)
    assert np.all((resistance > 97.5) & (resistance < 100))


def harmonics(field_oe: float) -> np.ndarray:
    """Return the size of harmonics 0 to 3 (harmonic, contact) of the last of five rotations."""
    angle = np.pi / 2 + 2 * np.pi * np.arange(1, 5 * 64 + 1) / 64
    array = NanoringArray(10, seed=1)
    field = field_oe * OERSTED_T * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return np.abs(np.fft.rfft(array.advance(field, DT)[-64:], axis=0))[:4] / 64


def test_coherent_walls_turn_twice_a_rotation() -> None:
    """Head and tail wall look alike, so the resistance repeats every half turn."""
    size = harmonics(36)
    assert np.all(size[2] > 0.05)
    assert np.all(size[[1, 3]] < 0.02 * size[2])


def test_walls_that_are_lost_leave_the_resistance() -> None:
    """At 27 Oe most rings are vortices: more resistance, less second harmonic than at 36 Oe."""
    few, all_walls = harmonics(27), harmonics(36)
    assert np.all(few[0] > all_walls[0] + 0.05)
    assert np.all(few[2] < all_walls[2])
    assert np.all(few[1] > 1e-4)


@pytest.mark.parametrize("wrong", [{"size": 0}, {"segments": 30}, {"segments": 4}, {"contacts": -1}])
def test_wrong_sizes_are_refused(wrong: dict) -> None:
    with pytest.raises(ValueError, match="expected"):
        NanoringArray(**wrong)


def test_wrong_fields_and_ticks_are_refused() -> None:
    many = NanoringReplicas(2, 4)
    with pytest.raises(ValueError, match="shape"):
        many.advance(np.zeros((5, 3)), DT)
    with pytest.raises(ValueError, match="dt"):
        many.advance(np.zeros((5, 2)), 0.0)
