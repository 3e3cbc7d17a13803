"""Training of networks through twins."""

from network.training.bptt import train_through_twins
from network.training.evaluate import answer, score_answers, score_on_twins
from network.training.settings import TrainSettings, Variant
from network.training.train import train

__all__ = [
    "TrainSettings",
    "Variant",
    "answer",
    "score_answers",
    "score_on_twins",
    "train",
    "train_through_twins",
]
