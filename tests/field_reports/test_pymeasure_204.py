"""pymeasure/pymeasure 204: a whole list is emitted as one cell of a row."""

import pytest
from nado_lab.lab.store import Run, StoreError

from tests.field_reports.plain import run_plain

SOURCE = """
class Scan(Procedure):
    DATA_COLUMNS = ["Wavelength (nm)", "Counts"]

    def execute(self):
        self.emit("results", {"Wavelength (nm)": 500, "Counts": 3})
        self.emit("results", {"Wavelength (nm)": [501, 502, 503], "Counts": [4, 5, 6]})
"""


def test_it_is_told_at_once_how_many_rows_are_emitted(tmp_path):
    with pytest.raises(StoreError, match=r"'Wavelength'.*one number a row.*'batch results'"):
        run_plain(tmp_path, SOURCE)
    run = Run.open(tmp_path / "run")
    assert (run.status.value, run.rows()) == ("failed", 1)
