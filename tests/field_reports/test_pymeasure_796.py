"""pymeasure/pymeasure 796: words in brackets of a heading that are no unit ended the measurement."""

from tests.field_reports.plain import run_plain

SOURCE = """
class Scan(Procedure):
    DATA_COLUMNS = ["Ratio (R_x / R_0 at 4 K)", "Counts"]

    def execute(self):
        self.emit("results", {"Ratio (R_x / R_0 at 4 K)": 0.5, "Counts": 3})
"""


def test_it_is_measured_and_the_words_are_kept(tmp_path):
    data = run_plain(tmp_path, SOURCE).dataset()
    assert data["Ratio"].values.tolist() == [0.5]
    assert data["Ratio"].attrs["units"] == "R_x / R_0 at 4 K"
