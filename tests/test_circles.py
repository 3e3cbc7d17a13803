"""No circle of files, and none of folders: whoever reads a file reads what it imports first, and is done.

import-linter keeps the layers, and has no contract for this. Imports that only types need count too.
"""

import grimp
import pytest

from benchmarks.house import circles


@pytest.fixture(scope="module")
def arrows():
    graph = grimp.build_graph("nado_lab", exclude_type_checking_imports=False)
    return {(a, b) for a in graph.modules for b in graph.find_modules_directly_imported_by(a)}


def test_no_circle_of_files(arrows):
    assert circles(arrows) == []


@pytest.mark.parametrize("depth", [2, 3])
def test_no_circle_of_folders(arrows, depth):
    """Take all that lies in a folder for one, `depth` folders below the package."""
    between = {(_folder(a, depth), _folder(b, depth)) for a, b in arrows}
    assert circles({(a, b) for a, b in between if a != b}) == []


def _folder(module, depth):
    return ".".join(module.split(".")[: depth + 1])
