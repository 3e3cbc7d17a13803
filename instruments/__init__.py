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
from .setups import (
    Check,
    Reading,
    Response,
    SetupConfig,
    builtin_setups,
    config_from,
    load_setup,
    open_setup,
    taken_down,
)

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
    "Reading",
    "ReplyError",
    "Response",
    "SetupConfig",
    "SetupError",
    "StuckOutputError",
    "WallClock",
    "builtin_setups",
    "config_from",
    "load_setup",
    "open_setup",
    "taken_down",
]
