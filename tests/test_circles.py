"""No circle of files, and none of folders: whoever reads a file reads what it imports first, and is done.

import-linter keeps the layers, and has no contract for this. Imports that only types need count too. The
known ones are being taken apart: an entry goes when its circle does, and none is added.
"""

import grimp
import pytest

from benchmarks.house import circles

FILES = [
    ["nado_lab.instruments.setups.nanoring.calibration", "nado_lab.instruments.setups.nanoring.setup"],
]
FOLDERS = {
    4: [],
    3: [
        ["nado_lab.sim_backend.noise", "nado_lab.sim_backend.samples"],
        [f"nado_lab.twin.{name}" for name in ("card", "evaluation", "fitting", "losses", "metrics", "model")],
    ],
}


@pytest.fixture(scope="module")
def arrows():
    graph = grimp.build_graph("nado_lab", exclude_type_checking_imports=False)
    return {(a, b) for a in graph.modules for b in graph.find_modules_directly_imported_by(a)}


def test_no_circle_of_files(arrows):
    assert _new(circles(arrows), FILES) == []


@pytest.mark.parametrize("depth", FOLDERS)
def test_no_circle_of_folders(arrows, depth):
    between = {(_folder(a, depth), _folder(b, depth)) for a, b in arrows}
    assert _new(circles({(a, b) for a, b in between if a != b}), FOLDERS[depth]) == []


def _folder(module, depth):
    return ".".join(module.split(".")[:depth])


def _new(found, known):
    """Leave out what lies inside a circle that is known."""
    return [circle for circle in found if not any(set(circle) <= set(each) for each in known)]
