import pytest
from nado_lab.lab.dashboard.models.own_protocols import classes_in
from nado_lab.lab.errors import LabError


def test_procedures_are_found_without_running_the_file(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(
        "raise RuntimeError\nclass Helper: ...\nclass Mine(Procedure): ...\n"
        "class Yours(a.NadoProcedure): ...\n",
        encoding="utf-8",
    )
    assert classes_in(file) == ("Mine", "Yours")


def test_where_no_base_says_so_all_classes_are_offered(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text("class A(Base): ...\n", encoding="utf-8")
    assert classes_in(file) == ("A",)


def test_what_is_no_python_is_said(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text("class (", encoding="utf-8")
    with pytest.raises(LabError, match="cannot be read as Python"):
        classes_in(file)
