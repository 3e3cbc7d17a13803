"""CSV from elsewhere: nothing shifts; what cannot be read for certain is refused with its line."""

import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nado_lab.lab.store import StoreError
from nado_lab.lab.store.imports.tables import read_table


@pytest.mark.parametrize(
    ("content", "values"),
    [
        (b"a,b\n1,2,\n3,4,\n", [[1, 2], [3, 4]]),
        (b"a,b,\n1,2,\n", [[1, 2]]),
        (b"a,Probe #2 (V)\n1,2\n", [[1, 2]]),
        (b"\xef\xbb\xbfa,b\r\n1,2\r\n", [[1, 2]]),
        (b"# by hand\na,b\n\n1,2", [[1, 2]]),
        ("a,I (\u00b5A)\n1,2\n".encode("cp1252"), [[1, 2]]),
        (b"a;b\n1,5;-2,5e-3\n", [[1.5, -2.5e-3]]),
        (b"a\tb\r\n1,5\t2\r\n", [[1.5, 2]]),
        ("a;b\n\u22121,5;2\n".encode(), [[-1.5, 2]]),
    ],
)
def test_columns_stay_where_their_headings_are(tmp_path, content, values):
    (tmp_path / "t.csv").write_bytes(content)
    assert read_table(tmp_path / "t.csv").frame.to_numpy().tolist() == values


def test_a_unit_in_windows_1252_is_read(tmp_path):
    (tmp_path / "t.csv").write_bytes("a,I (\u00b5A)\n1,2\n".encode("cp1252"))
    assert read_table(tmp_path / "t.csv").units["I"] == "\u00b5A"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a,b\n1,5,2,5\n", "line 2: 4 values where the heading has 2"),
        ("a,b\n1,2\n3", "line 3: 1 values"),
        ("a,b\n", "holds no rows"),
        ("", "holds no rows"),
        ("a,a\n1,2\n", "2 columns are called 'a'"),
        ("a,b\n1,2\na,b\n3,4\n", "holds text"),
        ("a;b\n1.234,5;2,5\n", "holds text such as '1.234,5'"),
        ("#Procedure: <p.P>\na,b\n1,2\n3\n", "line 4: 1 values"),
    ],
)
def test_what_is_not_certain_is_refused(tmp_path, content, message):
    (tmp_path / "t.csv").write_text(content)
    with pytest.raises(StoreError, match=message):
        read_table(tmp_path / "t.csv")


GERMAN = (
    '#Procedure: <iv.IVProcedure>;\r\n#Parameters:;\r\n"#\tStart: -1,5 V";\r\n#Data:;\r\n'
    "Spannung (mV);Strom (\u00b5A)\r\n-1,5;0,5\r\n# by hand;\r\n1,5;0,7\r\n2,5;0,"
)


def test_what_a_german_spreadsheet_made_of_pymeasures_file_is_read(tmp_path):
    (tmp_path / "iv.csv").write_bytes(GERMAN.encode("cp1252"))
    table = read_table(tmp_path / "iv.csv")
    assert table.frame.to_numpy().tolist() == [[-1.5, 0.5], [1.5, 0.7]]
    assert table.units == {"Spannung": "mV", "Strom": "\u00b5A"}
    assert (table.procedure, table.parameters) == ("iv.IVProcedure", {"Start": "-1,5 V"})
    assert "line 9, which is half written: '2,5;0,'" in table.notes["left out of iv.csv"]


def test_many_columns_do_not_hang(tmp_path):
    names = ",".join(f"c{number}" for number in range(5000))
    (tmp_path / "t.csv").write_text(names + "\n" + ",".join(["1"] * 5000) + "\n")
    begun = time.monotonic()
    assert read_table(tmp_path / "t.csv").frame.shape == (1, 5000)
    assert time.monotonic() - begun < 5


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60) | st.text(alphabet='ab,#"\n1.;\r\t ', max_size=40).map(str.encode))
def test_fuzz_any_content_is_a_table_or_one_line(tmp_path_factory, content):
    file = tmp_path_factory.getbasetemp() / "fuzz.csv"
    file.write_bytes(content)
    with suppress(StoreError):
        read_table(file)
