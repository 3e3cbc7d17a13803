from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("PyQt6.QtWidgets", exc_type=ImportError)

from nado_lab.lab.dashboard.models import networks
from nado_lab.lab.setup import SetupSource


@pytest.mark.parametrize("meant", [False, True])
def test_another_device_is_deployed_to_only_where_that_is_said(monkeypatch, tmp_path, meant):
    asked, posted = [], []

    def deploy(request, *_):
        asked.append(request)
        return SimpleNamespace(report="report")

    monkeypatch.setattr("nado_lab.lab.workflow.deploy.deploy", deploy)
    monkeypatch.setattr(networks, "Feed", lambda *_: None)
    monkeypatch.setattr(networks, "JobObserver", lambda *_: None)
    bench = SimpleNamespace(opened=lambda: None, source=SetupSource("sim:x"), seed=3, as_opened=None)
    network, out = Path("digits.net"), tmp_path / "out"
    action = networks.deploy_job(network, 7, out, bench, posted.append, other_device=meant)
    action(None)
    (request,) = asked
    assert (request.other_device, request.test_examples, request.seed) == (meant, 7, 3)
    assert posted[0].result.report == "report"
