"""A worker of a sweep is told of plug-in files with its task: one that started before, or elsewhere."""

import pytest
from nado_lab import plugins
from nado_lab.lab.sweeps.cluster import workers
from nado_lab.lab.sweeps.graph import _call

PROTOCOL = """
from nado_lab.plugins import Plugin
from pymeasure.experiment import Procedure

class Own(Procedure):
    DATA_COLUMNS = ["x"]

NADO_PLUGIN = Plugin(protocols={"own": Own})
"""


def found(name: str) -> str:
    from nado_lab.protocols import load_protocol

    return load_protocol(name).__name__


@pytest.mark.filterwarnings("default::ResourceWarning", "default::DeprecationWarning")
def test_a_worker_finds_a_protocol_of_a_plug_in_file(tmp_path, monkeypatch):
    pytest.importorskip("distributed", reason="the extra `scale` is not installed")
    monkeypatch.setenv(plugins.FILES, "")
    file = tmp_path / "own.py"
    file.write_text(PROTOCOL)
    with workers(count=1) as client:
        plugins.use_files([file])
        assert _call(client, "find", "own", found, "own").result(timeout=60) == "Own"
