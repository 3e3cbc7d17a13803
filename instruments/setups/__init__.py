"""Setups: instruments composed by role into something that answers a drive."""

from nado_lab.instruments.setups.config import SetupConfig
from nado_lab.instruments.setups.load import builtin_setups, config_from, load_setup, open_setup
from nado_lab.instruments.setups.records import Check, Reading, Response
from nado_lab.instruments.setups.take_down import taken_down

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
