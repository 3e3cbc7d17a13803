from pathlib import Path

import pytest
from nado_lab.lab.dashboard.models.catalogue import Entry, EntryKind

pytest.importorskip("PyQt6.QtWidgets", exc_type=ImportError)


def test_children_stand_right_of_all_their_parents():
    from nado_lab.lab.dashboard.views.lineage_graph import positions

    nodes = [Entry(EntryKind.RUN, Path(name), name, name) for name in "abcd"]
    arrows = [(0, 1), (1, 2), (0, 2), (3, 2)]
    places = positions(nodes, arrows)
    assert all(places[child][0] > places[parent][0] for parent, child in arrows)
    assert len({tuple(place) for place in places}) == 4


def test_a_circle_in_the_records_does_not_hang_it():
    from nado_lab.lab.dashboard.views.lineage_graph import positions

    nodes = [Entry(EntryKind.RUN, Path(name), name, name) for name in "ab"]
    assert positions(nodes, [(0, 1), (1, 0)]).shape == (2, 2)
