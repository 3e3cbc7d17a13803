"""Drivers, roles, limits and setups: everything that speaks to an instrument."""

from .clock import Clock, WallClock
from .errors import (
    BusyError,
    DeviceReportedError,
    DisconnectedError,
    IdentityError,
    InstrumentError,
    InstrumentTimeout,
    InterlockError,
    LimitError,
    OverloadError,
    ReplyError,
    SetupError,
    StuckOutputError,
)
from .setups import Check, Response, SetupConfig, builtin_setups, load_setup, open_setup

__all__ = [
    "BusyError",
    "Check",
    "Clock",
    "DeviceReportedError",
    "DisconnectedError",
    "IdentityError",
    "InstrumentError",
    "InstrumentTimeout",
    "InterlockError",
    "LimitError",
    "OverloadError",
    "ReplyError",
    "Response",
    "SetupConfig",
    "SetupError",
    "StuckOutputError",
    "WallClock",
    "builtin_setups",
    "load_setup",
    "open_setup",
]
