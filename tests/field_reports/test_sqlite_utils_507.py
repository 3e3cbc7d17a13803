"""simonw/sqlite-utils 507: a file whose name is no text ended a long listing of files with a traceback."""

import os
import sys

import pytest
from nado_lab.lab.store import RunMetadata, RunWriter, find_runs
from nado_lab.protocols import Column


@pytest.mark.skipif(os.name == "nt" or sys.platform == "darwin", reason="their file systems hold text only")
def test_the_other_runs_are_listed(tmp_path):
    for name in ("caf\u00e9", "x"):
        RunWriter.create(tmp_path / name, RunMetadata(), {"primary": (Column("u"),)}).finalise("complete")
    os.rename(os.fsencode(tmp_path / "x"), os.fsencode(tmp_path) + b"/M\xc3nz")  # noqa: PTH104
    assert [line.path for line in find_runs(tmp_path)] == [str(tmp_path / "caf\u00e9")]
