"""Controllers: networks of devices in closed loop with an environment, trained through both."""

from nado_lab.network.control.baselines import ControlRow, control_baselines
from nado_lab.network.control.controller import Controller, DeviceController, DeviceSteps
from nado_lab.network.control.episodes import (
    Begin,
    Episodes,
    EpisodeScore,
    Step,
    joined,
    play,
    score,
    scored_episodes,
)
from nado_lab.network.control.settings import ControlSettings
from nado_lab.network.control.train import new_controller, train_controller

__all__ = [
    "Begin",
    "ControlRow",
    "ControlSettings",
    "Controller",
    "DeviceController",
    "DeviceSteps",
    "EpisodeScore",
    "Episodes",
    "Step",
    "control_baselines",
    "joined",
    "new_controller",
    "play",
    "score",
    "scored_episodes",
    "train_controller",
]
