"""Twins and networks in a table: scores beside the floor, a verdict that says what it rests on."""

from pathlib import Path

import pytest
from nado_lab.lab.dashboard.models.catalogue import UNREADABLE, Entry, EntryKind
from nado_lab.lab.dashboard.models.scores import Deployment, network_lines, twin_lines, verdict


@pytest.mark.parametrize(
    ("metrics", "said"),
    [
        ({}, "not scored"),
        ({"mean_error": 1.0, "floor": {}}, "no floor"),
        ({"mean_error": 1.2, "floor": {"mean_error": 1.0}}, "at the noise floor"),
        ({"mean_error": 2.5, "floor": {"mean_error": 1.0}}, "near the floor (2.5 ×)"),
        ({"mean_error": 8.0, "floor": {"mean_error": 1.0}}, "above the floor (8.0 ×)"),
    ],
)
def test_the_verdict_is_how_far_the_mean_is_from_the_floor(metrics, said):
    assert verdict(metrics).startswith(said)


def test_every_twin_and_network_has_its_line():
    card = {"metrics": {"mean_error": 2.0, "crps": 3.0, "r2": 0.9, "floor": {"mean_error": 1.0, "crps": 2.0}}}
    twin = Entry(EntryKind.TWIN, Path("a.twin"), "a", "a", details=card)
    broken = Entry(EntryKind.TWIN, Path("b.twin"), "b", "b", status=UNREADABLE, details={"error": "torn"})
    notes = {"task": {"name": "mnist"}, "settings": {"variant": "instant"}, "scores": {"twin": 0.9}}
    net = Entry(EntryKind.NETWORK, Path("n.net"), "n", "n", details={"notes": notes})
    first, second = twin_lines([twin, net, broken])
    assert first.texts[:5] == ("a", "near the floor (2.0 ×)", "2", "1.5", "0.9")
    assert second.texts[1] == UNREADABLE
    (line,) = network_lines([twin, net], {"n.net": Deployment("0.870", "+0.03")})
    assert line.texts[:6] == ("n", "mnist", "instant", "0.9", "0.870", "+0.03")
    assert network_lines([net], {})[0].texts[4] == "not deployed"
