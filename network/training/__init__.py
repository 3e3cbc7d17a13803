"""Training of networks through twins."""

from nado_lab.network.training.bptt import train_through_twins
from nado_lab.network.training.cascade import train_cascade
from nado_lab.network.training.checkpoint import Checkpoint
from nado_lab.network.training.distributed import processes
from nado_lab.network.training.evaluate import answer, score_answers, score_on_twins
from nado_lab.network.training.physics_aware import PhysicsAware
from nado_lab.network.training.readout_fit import fit_readout
from nado_lab.network.training.reservoir import fit_reservoir
from nado_lab.network.training.settings import Method, TrainSettings, Variant
from nado_lab.network.training.train import train

__all__ = [
    "Checkpoint",
    "Method",
    "PhysicsAware",
    "TrainSettings",
    "Variant",
    "answer",
    "fit_readout",
    "fit_reservoir",
    "processes",
    "score_answers",
    "score_on_twins",
    "train",
    "train_cascade",
    "train_through_twins",
]
