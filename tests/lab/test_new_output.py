"""An output that cannot be written is found before the work, in one line."""

import pytest
from nado_lab.lab.errors import LabError
from nado_lab.lab.new_output import refuse_existing


@pytest.mark.parametrize("place", ["file/net", "file/deeper/net", "x" * 300, "a\0b/../file/net"])
def test_what_can_never_be_written_is_refused(tmp_path, place):
    (tmp_path / "file").write_text("")
    with pytest.raises(LabError, match="choose another --out"):
        refuse_existing(tmp_path / place)


def test_nothing_is_left_behind(tmp_path):
    refuse_existing(tmp_path / "new" / "folder" / "net")
    assert list(tmp_path.iterdir()) == []
