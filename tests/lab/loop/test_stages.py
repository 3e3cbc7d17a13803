"""What the stages of a round ask the verbs for."""

from types import SimpleNamespace

import pytest
from nado_lab.lab.loop.stages import _request
from nado_lab.network import Method, TaskChoice, TrainSettings, Variant


@pytest.mark.parametrize(
    ("settings", "kept"),
    [
        (TrainSettings(), True),
        (TrainSettings(method=Method.CASCADE, nodes=(2, 2)), True),
        (TrainSettings(variant=Variant.RESERVOIR), False),
    ],
)
def test_every_training_that_has_a_state_keeps_it(settings, kept, tmp_path):
    config = SimpleNamespace(task=TaskChoice("narma-10"))
    this = SimpleNamespace(context=SimpleNamespace(config=config), arrays=range(1), folder=tmp_path, number=0)
    assert (_request(this, settings).checkpoint is not None) is kept
