"""What instruments send for infinity or no number is kept as NaN, and counted where it stands."""

import numpy as np
from nado_lab.lab.store import Run, RunMetadata, RunWriter, Status
from nado_lab.protocols import Column


def test_overflows_of_rows_and_blocks_are_nan_and_counted(tmp_path):
    columns = (
        Column("voltage", units="V"),
        Column("trace", ("sample",), (3,)),
        Column("count", dtype="int64"),
    )
    writer = RunWriter.create(tmp_path / "run", RunMetadata(), {"primary": columns})
    row = {"voltage": 1.0, "trace": np.zeros(3), "count": 10**18}
    writer.append("primary", row)
    writer.append("primary", row | {"voltage": 9.91e37})
    writer.append("primary", row | {"trace": np.array([0.0, -9.9e37, 9.9e37])})
    writer.append_block(
        "primary", {"voltage": [9.9e37, np.inf], "trace": np.ones((2, 3)), "count": np.ones(2, int)}
    )
    writer.finalise(Status.COMPLETE)
    data = Run.open(tmp_path / "run").dataset()
    np.testing.assert_array_equal(data["voltage"], [1.0, np.nan, 1.0, np.nan, np.inf])
    np.testing.assert_array_equal(data["trace"][2], [0.0, np.nan, np.nan])
    assert data["voltage"].attrs["overflows"] == 2
    assert data["trace"].attrs["overflows"] == 2
    assert "overflows" not in data["count"].attrs
