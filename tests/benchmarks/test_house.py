"""Counted on a small tree with one fault of each kind; imports are those that grimp sees."""

import grimp
import pytest

from benchmarks import house

TREE = {
    "twin/__init__.py": "from .data import Trials",
    "twin/data.py": "from .drive import Drive\nfrom network import Task",
    "twin/drive.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from twin.data import Trials",
    "network/__init__.py": "from network.training.bptt import train",
    "network/training/bptt.py": "from network.baselines.linear import fit\ntrain = fit",
    "network/training/loss.py": "",
    "network/baselines/linear.py": "import network.training.loss\nfit = None",
    "lab/cli/twin.py": "def run(a):\n    from twin import fit, save as keep\n    keep(fit(a))",
    "lab/loop/stages.py": "from nado_lab.twin import fit, save\nfit(1)\n"
    "from nado_lab.network import save\nsave(2)",
    "lab/store/read.py": "from lab.loop import stages\nOpen = dict[str, Any]\ndef f(x: Open): stages.load(1)",
    "lab/reports/gap.py": "def gap(row):\n    return row['twin'] - row['device']",
}


@pytest.fixture
def tree(tmp_path):
    for name, text in TREE.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
    return tmp_path


def test_each_fault_is_counted(tree):
    found = house.measure(tree)
    assert found["where"]["fit and save"] == ["lab.cli.twin", "lab.loop.stages"]
    assert found["where"]["transfer gap"] == ["lab.reports.gap"]
    assert found["copies"]["train and save"] == 0
    assert found["circles_of_files"] == [["twin.data", "twin.drive"]]
    assert ["network.baselines", "network.training"] in found["circles_of_folders"]
    assert found["arrows_back_up"] == ["lab.store.read -> lab.loop.stages", "twin.data -> network"]
    assert found["dict_str_any"] == 2
    assert found["width_of_twin"] == 2


def test_imports_are_those_that_grimp_sees():
    files = house.read(house.ROOT)
    graph = grimp.build_graph("nado_lab", cache_dir=None)
    seen = {(a, b) for a in graph.modules for b in graph.find_modules_directly_imported_by(a)}
    inside = {tuple(name.removeprefix("nado_lab.") for name in pair) for pair in seen}
    assert house.arrows(files) == {pair for pair in inside if set(pair) <= set(files)}
