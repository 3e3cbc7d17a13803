"""The fast kernel against closed forms and the reference table of physics.md."""

import numpy as np
import pytest
from nado_lab.sim_backend.samples.nanoring import (
    OERSTED_T,
    NanoringArray,
    NanoringParameters,
    depinning_probability,
)
from nado_lab.sim_backend.samples.nanoring.rotations import simulate_rotations

DT = 1 / (37 * 64)
UNIFORM = NanoringParameters(depinning_field_spread_t=0.0, roughness_spread_t=0.0)


def turn(field_oe: float, rotations: int = 1, segments: int = 64) -> np.ndarray:
    angle = np.pi / 2 + 2 * np.pi * np.arange(1, rotations * segments + 1) / segments
    return field_oe * OERSTED_T * np.stack([np.cos(angle), np.sin(angle)], axis=1)


@pytest.mark.parametrize("field_oe", [23.0, 24.7, 26.0])
def test_share_of_pairs_that_leave_in_one_tick_is_the_closed_form(field_oe: float) -> None:
    """A field at 90 degrees to onions along y pulls at the pairs of all vertical junctions."""
    array = NanoringArray(40, parameters=UNIFORM)
    array.advance(np.array([[field_oe * OERSTED_T, 0.0]]), DT)
    head = array.state().wall_segment[:, 0].reshape(40, 40)[:-1]
    share = np.mean(head != 16)
    chance = float(depinning_probability(field_oe * OERSTED_T, 2, DT, UNIFORM))
    assert share == pytest.approx(chance, abs=4 * np.sqrt(0.25 / head.size))


def test_frozen_below_eighteen_oersted() -> None:
    """Walls at junctions stay where they were; only those at the edge of the array follow the field."""
    array = NanoringArray(12)
    array.advance(turn(17.5, 10), DT)
    assert array.wall_population > 0.98
    assert np.hypot(*array.magnetisation) > 0.9
    inner = array.state().wall_segment.reshape(12, 12, 2)[1:-1, 1:-1]
    assert np.all(inner == [16, 48])


@pytest.mark.parametrize("field_oe", [34.0, 36.0, 45.0])
def test_coherent_from_thirty_four_oersted(field_oe: float) -> None:
    array = NanoringArray(12, seed=3)
    array.advance(turn(field_oe, 30), DT)
    assert array.wall_population == 1.0
    assert np.hypot(*array.magnetisation) > 0.99


@pytest.mark.parametrize(
    ("field_oe", "moment", "moment_within", "population", "population_within"),
    [
        (18, 0.959, 0.004, 0.997, 0.003),
        (22, 0.096, 0.05, 0.455, 0.07),
        (24, 0.150, 0.06, 0.482, 0.07),
        (26, 0.009, 0.04, 0.316, 0.11),
        (28, 0.007, 0.04, 0.190, 0.11),
        (34, 0.993, 0.008, 1.0, 0.0),
    ],
)
def test_table_at_25_rings_a_side_after_30_rotations(
    field_oe: float, moment: float, moment_within: float, population: float, population_within: float
) -> None:
    """Bounds are four standard deviations over seeds of the published simulation (physics.md)."""
    result = simulate_rotations(25, [(field_oe, 30)], seed=5)
    assert len(result["m"]) == len(result["population"]) == 30
    assert result["m"][-1] == pytest.approx(moment, abs=moment_within)
    assert result["population"][-1] == pytest.approx(population, abs=population_within)


def test_blocks_of_rotations_remember() -> None:
    """34 Oe restores walls that 24 Oe has lost."""
    result = simulate_rotations(10, [(24, 10), (34, 10), (24, 10)], seed=0)
    population = np.array(result["population"])
    assert population[9] < 0.7
    assert population[19] > population[9]
    assert population[29] < population[19]


def test_limiting_every_contact_loses_more_walls() -> None:
    """With the jump limited at all contacts the plain model keeps 0.19 of the walls at 26 Oe, else 0.31."""
    every = NanoringParameters(limited_contacts=(0, 1, 2, 3))
    limited = [simulate_rotations(25, [(26, 30)], s, parameters=every)["population"][-1] for s in range(8)]
    usual = [simulate_rotations(25, [(26, 30)], s)["population"][-1] for s in range(8)]
    assert np.mean(limited) == pytest.approx(0.19, abs=0.05)
    assert np.mean(usual) == pytest.approx(0.31, abs=0.05)


def test_walls_stop_at_junctions_that_a_jump_of_the_field_passes() -> None:
    """From +y to 170 degrees the riding walls of outer contacts pass no inner junction of their ring."""
    array = NanoringArray(3, parameters=UNIFORM)
    weak = 10 * OERSTED_T
    array.advance(weak * np.array([[np.cos(np.deg2rad(300)), np.sin(np.deg2rad(300))]]), DT)
    head = array.state().wall_segment[:, 0].reshape(3, 3)
    top_row = head[2]
    assert top_row.tolist() == [0, 0, 53]
