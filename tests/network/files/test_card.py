"""Cards of networks: they round-trip, older ones are read, damaged ones are refused by the entry's name."""

import pytest
from nado_lab.network import (
    LoopRound,
    Metric,
    NetworkCard,
    NetworkError,
    NetworkFileError,
    NetworkScores,
    Refinement,
    TaskChoice,
    TrainSettings,
    Variant,
)

SETTINGS = TrainSettings(nodes=(4, 2), variant=Variant.DETERMINISTIC)
CARD = NetworkCard(
    TaskChoice("narma-10", {"train": 3, "test": 2, "steps": 40}),
    SETTINGS,
    ("/a/device.twin",),
    NetworkScores(0.5, "narma-10", Metric.NRMSE, Variant.DETERMINISTIC, 2, 6, 99, 1.5),
    LoopRound(2),
    Refinement(("sim:nanoring",), 10, 1, 0, 0.6, 0.5),
    {"torch": "2.9"},
    {"later": [1]},
)


@pytest.mark.parametrize("card", [CARD, NetworkCard()])
def test_a_card_comes_back_as_it_was_written(card):
    assert NetworkCard.from_json(card.to_json()) == card


def test_what_is_not_told_is_not_written():
    assert NetworkCard(scores=NetworkScores(0.5)).to_json() == {"scores": {"twin": 0.5}}


def test_cards_of_the_first_version_are_read():
    older = {
        "task": {"name": "narma-10", "options": {"train": 3}},
        "settings": {"variant": "reservoir", "nodes": [3], "epochs": 2, "gone": True},
        "twins": ["/a.twin"],
        "scores": {
            "task": "narma-10",
            "metric": "nrmse",
            "variant": "reservoir",
            "twin": 0.4,
            "device": None,
        },
        "refined": {"on": "sim:nanoring", "task": "narma-10", "device": 0.3, "device_before": 0.5},
        "loop": {"round": 0},
    }
    card = NetworkCard.from_json(older)
    assert card.settings == TrainSettings(variant=Variant.RESERVOIR, nodes=(3,), epochs=2)
    assert card.scores == NetworkScores(0.4, "narma-10", Metric.NRMSE, Variant.RESERVOIR)
    assert card.refined == Refinement(("sim:nanoring",), device_before=0.5, device=0.3)
    assert card.loop == LoopRound(0)


@pytest.mark.parametrize(
    ("entry", "value"),
    [("task", "x"), ("twins", 3), ("scores", {"twin": "good"}), ("settings", {"epochs": 0})],
)
def test_an_entry_of_another_kind_is_named(entry, value):
    with pytest.raises(NetworkFileError, match=f"the card's {entry}"):
        NetworkCard.from_json({entry: value})


def test_the_origin_gives_the_task_again():
    task = CARD.origin.task.load(test_examples=1)
    assert (len(task.train), len(task.test)) == (3, 1)
    assert CARD.origin.settings == SETTINGS
    with pytest.raises(NetworkError, match="does not say what it was trained on"):
        _ = NetworkCard(twins=("/a.twin",)).origin
