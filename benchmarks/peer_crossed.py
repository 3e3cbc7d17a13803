"""The same instrument by two drivers: set with theirs and read with ours, and the other way round."""

from __future__ import annotations

import warnings
from typing import Any

from nado_lab.instruments.drivers import driver_class

from benchmarks.peer_benches import Served
from benchmarks.peer_calls import WRONG, Call, Tried
from benchmarks.peer_pymeasure import made_by_pymeasure

OURS = {
    "SR830": "sr830",
    "SR860": "sr860",
    "33500": "keysight33500",
    "6221": "keithley6221",
    "BOP": "kepco_bop",
    "425": "lakeshore425",
    "8257D": "keysight8257d",
}
QUANTITIES: dict[str, dict[str, tuple[Any, Any]]] = {
    "SR830": {
        "frequency": (490.0, 121.98),
        "sine_voltage": (0.5, 0.1),
        "sensitivity": (1e-3, 5e-6),
        "time_constant": (0.01, 0.3),
        "harmonic": (1, 2),
        "phase": (12.5, -30.0),
    },
    "SR860": {
        "frequency": (490.0, 121.98),
        "sine_voltage": (0.5, 0.1),
        "sensitivity": (1e-3, 5e-6),
        "time_constant": (0.01, 0.3),
        "input_range": ("10M", "1V"),
    },
    "33500": {
        "ch_1.amplitude": (2.0, 0.5),
        "ch_1.offset": (0.5, -0.25),
        "ch_1.frequency": (37.0, 1234.5),
        "ch_1.shape": ("SIN", "ARB"),
        "ch_2.arb_srate": (2368.0, 1e5),
        "ch_2.burst_ncycles": (1, 5),
    },
    "6221": {
        "source_current": (1e-3, -2e-4),
        "source_compliance": (1.0, 12.5),
        "waveform_frequency": (490.0, 37.0),
    },
    "BOP": {
        "current_setpoint": (0.1, -1.5),
        "voltage_setpoint": (8.0, 0.1),
        "operating_mode": ("CURR", "VOLT"),
    },
    "425": {"unit": ("T", "G"), "range": (350, 35000)},
    "8257D": {
        "frequency": (4_123_456_789.0, 9.5e9),
        "power": (-10.0, 3.5),
        "start_frequency": (3e9, 3.25e9),
        "stop_frequency": (10e9, 9e9),
        "step_points": (101, 51),
        "dwell_time": (0.01, 0.5),
    },
}


def crossed(served: Served, *, quick: bool) -> list[Call]:
    """Set each quantity with one driver and read it with the other, both ways."""
    found: list[Call] = []
    for name in ("BOP", "425") if quick else OURS:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found += _crossed(served, name)
    return found


def _crossed(served: Served, name: str) -> list[Call]:
    address, complaints = served.address(name), served.complaints(name)
    there, back = Tried("PyMeasure to ours", name, complaints), Tried("ours to PyMeasure", name, complaints)
    theirs = made_by_pymeasure(name, address)
    ours = driver_class(OURS[name])(address, visa_library="@py", timeout=500)
    try:
        for quantity, values in QUANTITIES[name].items():
            for tried, setter, getter, value in (
                (there, theirs, ours, values[0]),
                (back, ours, theirs, values[1]),
            ):
                _set_and_read(tried, setter, getter, quantity, value)
        made_safe = Tried("ours to PyMeasure", name, complaints)
        made_safe.run("shutdown", ours.shutdown)
        return there.calls + back.calls + made_safe.calls
    finally:
        theirs.adapter.close()
        ours.close()


def _set_and_read(tried: Tried, setter: Any, getter: Any, quantity: str, value: Any) -> None:
    part, _, name = quantity.rpartition(".")
    setting, reading = (getattr(each, part) if part else each for each in (setter, getter))
    _, sets = tried.run(f"{quantity} =", lambda: setattr(setting, name, value))
    if sets:
        tried.run(quantity, lambda: getattr(reading, name), expect=value)
    elif not tried.calls:
        tried.note(quantity, WRONG, "could not be set")
