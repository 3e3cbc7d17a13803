"""A drive must mean the same field to the twin and to the setup."""

import numpy as np
import pytest
from nado_lab.lab.errors import LabError
from nado_lab.lab.workflow.drive_check import check_drive_maps
from nado_lab.twin import DriveMap, ModelSpec, Twin, TwinCard


class Window:
    """What the check asks of a setup: fields of 1.6 to 3.6 mT."""

    def field_tesla(self, drive):
        return 2.6e-3 + 1e-3 * np.asarray(drive)


def twin_over(low, high, units="T"):
    twin = Twin(ModelSpec(ports=1, channels=1, components=1), ("c",), ("V",))
    twin.card = TwinCard(drive_map=DriveMap(low, high, units))
    return twin


def test_the_window_of_the_fitted_runs_passes():
    check_drive_maps(
        [twin_over(1.6e-3, 3.6e-3), Twin(ModelSpec(ports=1, channels=1, components=1), ("c",), ("V",))],
        [Window()],
    )


@pytest.mark.parametrize(("low", "high", "units"), [(1.6e-3, 3.5e-3, "T"), (1.6e-3, 3.6e-3, "V")])
def test_another_window_is_refused_with_what_to_set(low, high, units):
    with pytest.raises(LabError, match="field_centre_t"):
        check_drive_maps([twin_over(low, high, units)], [Window()])
