"""A run is taken away whole, and can be had back."""

import pytest
from nado_lab.lab.store import Run, StoreError, find_runs, remove_run
from nado_lab.lab.store.ownership import run_ownership

from tests.lab.store.small_run import small_run


def test_a_run_lies_in_the_trash_and_can_be_moved_back(tmp_path):
    path = small_run(tmp_path / "run")
    place = remove_run(path)
    assert not path.exists()
    assert place.parent == tmp_path / ".nado-trash"
    assert find_runs(tmp_path) == []
    place.rename(path)
    assert Run.open(path).rows() == 3


def test_for_good_is_for_good(tmp_path):
    path = small_run(tmp_path / "run")
    assert remove_run(path, for_good=True) is None
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_run_and_what_is_being_written_stay(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(StoreError, match="is not a run"):
        remove_run(tmp_path / "folder")
    with pytest.raises(StoreError, match="object store"):
        remove_run("s3://bucket/run")
    path = small_run(tmp_path / "run")
    (tmp_path / "link").symlink_to(path)
    with pytest.raises(StoreError, match="is a link"):
        remove_run(tmp_path / "link")
    owner = run_ownership(path).take()
    with pytest.raises(StoreError, match="in use by"):
        remove_run(path)
    owner.release()
    assert path.exists()
