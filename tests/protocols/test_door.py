"""The door of the room: all public names are there, and reading runs costs no PyMeasure."""

import inspect
import subprocess
import sys

import pytest
from nado_lab import protocols


def test_every_public_name_is_imported_when_asked_for():
    for name in protocols.__all__:
        assert not inspect.ismodule(getattr(protocols, name)), name
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        protocols.Nothing  # noqa: B018


def test_reading_runs_imports_nothing_that_measures():
    heavy = ("pymeasure", "pandas", "xarray", "torch", "pint")
    code = f"import sys, nado_lab.lab.store; print([m for m in {heavy} if m in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
