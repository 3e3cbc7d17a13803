"""An output that cannot be written is found before the work, in one line."""

import tempfile
from pathlib import Path

import pytest
from nado_lab.lab.errors import LabError
from nado_lab.lab.new_output import refuse_existing, require_file_name, require_folder, write_or_keep


@pytest.mark.parametrize("place", ["file/net", "file/deeper/net", "x" * 300, "a\0b/../file/net", "\udcff"])
def test_what_can_never_be_written_is_refused(tmp_path, place):
    (tmp_path / "file").write_text("")
    with pytest.raises(LabError, match="choose another --out"):
        refuse_existing(tmp_path / place)


def test_nothing_is_left_behind(tmp_path):
    refuse_existing(tmp_path / "new" / "folder" / "net")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", ["file", "file/deeper", "x" * 300])
def test_a_folder_that_takes_no_file_is_refused(tmp_path, place):
    (tmp_path / "file").write_text("")
    with pytest.raises(LabError, match="choose another --figures"):
        require_folder(tmp_path / place, "--figures")
    require_folder(tmp_path)
    require_folder(tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def full_below(folder):
    """Write text, but not below a folder whose disk is full."""

    def write(path):
        if path.is_relative_to(folder):
            raise OSError(28, "No space left on device")
        path.write_text("what took a night")

    return write


def test_what_finds_a_full_disk_at_the_end_is_kept_elsewhere(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    out = tmp_path / "full" / "net"
    with pytest.raises(
        LabError, match=r"No space left on device; the result is kept as .*nado-kept-"
    ) as told:
        write_or_keep(full_below(tmp_path / "full"), out)
    kept = Path(str(told.value).split("kept as ")[1].split(": move")[0])
    assert kept.name == "net"
    assert kept.read_text() == "what took a night"


def test_what_finds_no_room_anywhere_says_so_and_leaves_no_folders(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    with pytest.raises(LabError, match="it is lost"):
        write_or_keep(full_below(tmp_path), tmp_path / "net")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["../up", "a/b", "a\\b", "..", "", " ", "CON", "nul.txt", "COM1", "a\x1bb", "a:b"]
)
def test_a_name_from_elsewhere_names_no_other_file(name):
    with pytest.raises(LabError, match="which no file can be called"):
        require_file_name(name, "a device of the run")
    assert require_file_name("m\u00e41 (2)", "a device") == "m\u00e41 (2)"
