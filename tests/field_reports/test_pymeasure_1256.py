"""pymeasure/pymeasure 1256: many rows are emitted at once, as a sequence a column."""

from tests.field_reports.plain import run_plain

SOURCE = """
import numpy as np

class Scan(Procedure):
    DATA_COLUMNS = ["Time (s)", "Voltage (V)", "Gain"]

    def execute(self):
        time = np.arange(5) / 10
        self.emit("batch results", {"Time (s)": time, "Voltage (V)": list(time * 2), "Gain": 10})
        self.emit("results", {"Time (s)": 0.5, "Voltage (V)": 1.0, "Gain": 10})
"""


def test_every_row_of_a_batch_is_stored(tmp_path):
    data = run_plain(tmp_path, SOURCE).dataset()
    assert list(data.data_vars) == ["Time", "Voltage", "Gain"]
    assert data["Voltage"].values.tolist() == [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    assert data["Gain"].values.tolist() == [10] * 6
