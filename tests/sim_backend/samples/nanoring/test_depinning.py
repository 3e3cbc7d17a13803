"""Closed form of thermal depinning (physics.md)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nado_lab.sim_backend.samples.nanoring import (
    OERSTED_T,
    NanoringParameters,
    depinning_probability,
    half_depinning_field,
)
from nado_lab.sim_backend.samples.nanoring.depinning import TABLE_POINTS, depinning_table

DT = 1 / (37 * 64)
PARAMETERS = NanoringParameters()


@pytest.mark.parametrize(("walls", "field_oe"), [(2, 24.7), (1, 33.7)])
def test_half_depinning_fields(walls: int, field_oe: float) -> None:
    field = half_depinning_field(walls, DT, PARAMETERS)
    assert field == pytest.approx(field_oe * OERSTED_T, abs=0.05 * OERSTED_T)
    assert depinning_probability(field, walls, DT, PARAMETERS) == pytest.approx(0.5)


@pytest.mark.parametrize("walls", [1, 2])
def test_no_barrier_beyond_the_depinning_field(walls: int) -> None:
    limit = PARAMETERS.depinning_field_t * (PARAMETERS.pair_factor if walls == 2 else 1)
    assert depinning_probability(1.001 * limit, walls, DT, PARAMETERS) == 1.0
    assert depinning_probability(0.1 * limit, walls, DT, PARAMETERS) < 1e-12


@given(reduced=st.floats(0, 1), walls=st.sampled_from([1, 2]))
def test_table_is_the_closed_form(reduced: float, walls: int) -> None:
    table = depinning_table(DT, PARAMETERS)[walls - 1]
    value = np.interp(reduced * TABLE_POINTS, np.arange(TABLE_POINTS + 1), table)
    factor = PARAMETERS.pair_factor if walls == 2 else 1.0
    field = reduced * factor * PARAMETERS.depinning_field_t
    exact = float(depinning_probability(field, walls, DT, PARAMETERS))
    assert value == pytest.approx(exact, rel=2e-4, abs=1e-300)


def test_longer_ticks_depin_more() -> None:
    field = 24 * OERSTED_T
    short = depinning_probability(field, 2, DT, PARAMETERS)
    long = depinning_probability(field, 2, 10 * DT, PARAMETERS)
    assert 1 - long == pytest.approx((1 - short) ** 10)
