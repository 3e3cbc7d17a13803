"""`nado demo` asks for the default setup where none is named, and for the one that is."""

import pytest
from nado_lab.lab.cli import demo

from tests.lab.cli.command_line import call


class AskedError(Exception):
    """Carries what was asked of the demo."""


@pytest.mark.parametrize(
    ("given", "setup"), [([], "sim:nanoring"), (["--setup", "sim:memristor"], "sim:memristor")]
)
def test_the_demo_runs_on_the_setup_that_was_asked_for(monkeypatch, tmp_path, given, setup):
    def run(out, settings, observer):
        raise AskedError(settings)

    monkeypatch.setattr("nado_lab.lab.demo.demo.run_demo", run)
    asked = call(demo, "demo", "--quick", "--out", tmp_path / "demo", "--seed", 5, *given).exception
    assert isinstance(asked, AskedError)
    settings = asked.args[0]
    assert (settings.setup, settings.seed, settings.quick) == (setup, 5, True)
