"""Network files: a directory `name.net/` of weights and a card; loading one runs no code."""

from nado_lab.network.files.card import (
    ControlOrigin,
    LoopRound,
    NetworkCard,
    NetworkScores,
    Origin,
    Refinement,
)
from nado_lab.network.files.network_file import SavedNetwork, load, save

__all__ = [
    "ControlOrigin",
    "LoopRound",
    "NetworkCard",
    "NetworkScores",
    "Origin",
    "Refinement",
    "SavedNetwork",
    "load",
    "save",
]
