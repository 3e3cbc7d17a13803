"""Setups: instruments composed by role into something that answers a drive."""

from .config import SetupConfig
from .load import builtin_setups, load_setup, open_setup
from .records import Check, Response

__all__ = ["Check", "Response", "SetupConfig", "builtin_setups", "load_setup", "open_setup"]
