"""Drivers, roles, limits and setups: everything that speaks to an instrument."""

from nado_lab.instruments.clock import Clock, WallClock
from nado_lab.instruments.errors import (
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
from nado_lab.instruments.setups import (
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
