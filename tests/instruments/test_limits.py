import numpy as np
import pytest
from nado_lab.instruments.errors import LimitError
from nado_lab.instruments.limits import check_all, within


def test_within_passes_the_edges_and_names_the_offender():
    assert within(2, (-2, 2)) == 2
    with pytest.raises(LimitError, match=r"2\.5"):
        within(2.5, (-2, 2))


@pytest.mark.parametrize("bad", [1.5, -0.2, np.nan, np.inf])
def test_one_bad_value_among_many_raises(bad):
    values = np.full((3, 4), 0.5)
    values[2, 1] = bad
    with pytest.raises(LimitError, match="nothing was sent"):
        check_all("drive", values, 0, 1, "T", "")


def test_good_and_empty_arrays_pass():
    check_all("drive", np.array([0.0, 1.0]), 0, 1, "T", "")
    check_all("drive", np.zeros((0, 3)), 0, 1, "T", "")
