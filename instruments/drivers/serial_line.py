"""What a serial line is set to: read from an open connection, put into one that was opened anew."""

from typing import Any

SETTINGS = ("baud_rate", "data_bits", "parity", "stop_bits", "flow_control")


def is_serial(connection: Any) -> bool:
    """Tell whether a VISA connection is a serial port."""
    return str(getattr(connection, "resource_name", "")).upper().startswith("ASRL")


def line_settings(connection: Any) -> dict[str, Any]:
    """Return what a serial connection is set to; nothing of one that is none."""
    return {name: getattr(connection, name) for name in SETTINGS} if is_serial(connection) else {}


def put_line_settings(connection: Any, settings: dict[str, Any]) -> None:
    """Set a connection as ``line_settings`` returned it, or as a setup file says."""
    for name, value in settings.items():
        setattr(connection, name, value)
