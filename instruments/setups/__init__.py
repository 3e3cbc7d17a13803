"""Setups: instruments composed by role into something that answers a drive."""

from .config import SetupConfig
from .load import builtin_setups, config_from, load_setup, open_setup
from .records import Check, Reading, Response
from .take_down import taken_down

__all__ = [
    "Check",
    "Reading",
    "Response",
    "SetupConfig",
    "builtin_setups",
    "config_from",
    "load_setup",
    "open_setup",
    "taken_down",
]
