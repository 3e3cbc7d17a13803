"""Training of networks through twins."""

from network.training.bptt import train_through_twins
from network.training.cascade import train_cascade
from network.training.checkpoint import Checkpoint
from network.training.distributed import processes
from network.training.evaluate import answer, score_answers, score_on_twins
from network.training.physics_aware import PhysicsAware
from network.training.settings import Method, TrainSettings, Variant
from network.training.train import train

__all__ = [
    "Checkpoint",
    "Method",
    "PhysicsAware",
    "TrainSettings",
    "Variant",
    "answer",
    "processes",
    "score_answers",
    "score_on_twins",
    "train",
    "train_cascade",
    "train_through_twins",
]
