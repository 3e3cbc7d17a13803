"""h2oai/h2o-llmstudio 214: room was looked for on another disk than that of the output."""

import tempfile
from pathlib import Path

import pytest
from nado_lab.lab.errors import LabError
from nado_lab.lab.new_output import refuse_existing


def test_the_disk_of_the_output_is_tried_before_the_work(tmp_path, monkeypatch):
    make = tempfile.TemporaryFile

    def full(*, dir, **options):
        if Path(dir).is_relative_to(tmp_path / "data"):
            raise OSError(28, "No space left on device")
        return make(dir=dir, **options)

    (tmp_path / "data").mkdir()
    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    refuse_existing(tmp_path / "a.net")
    with pytest.raises(LabError, match="No space left on device; choose another --out"):
        refuse_existing(tmp_path / "data" / "nets" / "a.net")
