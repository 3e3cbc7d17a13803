"""PyMeasure's own classes against the served benches: each property read, set and read again."""

from __future__ import annotations

import inspect
import logging
import warnings
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import numpy as np
from pymeasure.instruments.common_base import DynamicProperty

from benchmarks.peer_benches import Served
from benchmarks.peer_calls import Call, Tried

_TIMEOUT_MS = 400
_NEWLINE = {"read_termination": "\n", "write_termination": "\n"}
_TYPO = "PyMeasure 0.16 sends another command than the manual has"
_PAIR = "DDEF? answers two numbers (SR830 manual 5-8; QCoDeS splits them), PyMeasure expects one"
_BELOW_ZERO = "PyMeasure offers limits below zero, which the instrument refuses"
_MAPPED = "PyMeasure 0.16 maps numbers to places in a list and cannot read them"
_NOT_SCPI = "a 2600 has no SCPI; PyMeasure's class inherits it"
_NO_OPTIONS = "*OPT? is not among its common commands"

CLASSES = {
    "SR830": ("pymeasure.instruments.srs", "SR830", _NEWLINE),
    "SR860": ("pymeasure.instruments.srs", "SR860", _NEWLINE),
    "33500": ("pymeasure.instruments.agilent", "Agilent33500", _NEWLINE),
    "6221": ("pymeasure.instruments.keithley", "Keithley6221", _NEWLINE),
    "BOP": ("pymeasure.instruments.kepco", "KepcoBOP3612", {}),
    "425": ("pymeasure.instruments.lakeshore", "LakeShore425", _NEWLINE),
    "DMM6500": ("pymeasure.instruments.keithley", "KeithleyDMM6500", {"write_termination": "\n"}),
    "8257D": ("pymeasure.instruments.agilent", "Agilent8257D", _NEWLINE),
    "E5071C": ("pymeasure.instruments.agilent.agilentE5062A", "AgilentE5062A", _NEWLINE),
    "2600": ("pymeasure.instruments.keithley", "Keithley2600", _NEWLINE),
}
METHODS: dict[str, list[tuple[str, tuple[Any, ...]]]] = {
    "SR830": [
        ("auto_gain", ()),
        ("auto_reserve", ()),
        ("auto_phase", ()),
        ("auto_offset", ("X",)),
        ("get_scaling", ("X",)),
        ("set_scaling", ("X", 1.0, 1)),
        ("snap", ()),
        ("is_out_of_range", ()),
        ("reset_buffer", ()),
        ("start_buffer", ()),
        ("pause_buffer", ()),
        ("trigger", ()),
        ("clear", ()),
        ("reset", ()),
    ],
    "SR860": [("snap", ()), ("snap_all", ()), ("screenshot", ())],
    "33500": [
        ("beep", ()),
        ("phase_sync", ()),
        ("data_volatile_clear", ()),
        ("data_arb", ("TEST", list(range(-4, 5)))),
        ("trigger", ()),
        ("clear_display", ()),
        ("clear", ()),
        ("reset", ()),
    ],
    "6221": [
        ("enable_source", ()),
        ("disable_source", ()),
        ("beep", (400.0, 0.1)),
        ("waveform_duration_set_infinity", ()),
        ("waveform_arm", ()),
        ("waveform_start", ()),
        ("waveform_abort", ()),
        ("triad", (400.0, 0.01)),
        ("trigger_immediately", ()),
        ("trigger_on_bus", ()),
        ("set_timed_arm", (0.5,)),
        ("trigger_on_external", ()),
        ("output_trigger_on_external", ()),
        ("disable_output_trigger", ()),
        ("trigger", ()),
        ("shutdown", ()),
    ],
    "BOP": [("beep", ()), ("wait_to_continue", ()), ("clear", ()), ("reset", ())],
    "425": [("dc_mode", ()), ("ac_mode", ()), ("auto_range", ()), ("zero_probe", ()), ("measure", (3,))],
    "DMM6500": [
        *((f"measure_{what}", ()) for what in ("voltage", "current", "resistance", "period", "frequency")),
        *((f"measure_{what}", ()) for what in ("temperature", "diode", "capacitance", "continuity")),
        ("measure_voltage", (1, True)),
        ("measure_current", (0.01, True)),
        ("auto_range", ()),
        ("enable_filter", ()),
        ("disable_filter", ()),
        ("enable_relative", ()),
        ("acquire_relative", ()),
        ("disable_relative", ()),
        ("beep", (400.0, 0.1)),
        ("displayed_text", ("one", "two")),
        ("autozero_once", ()),
    ],
    "8257D": [
        ("enable", ()),
        ("disable", ()),
        ("enable_modulation", ()),
        ("disable_modulation", ()),
        ("config_amplitude_modulation", ()),
        ("enable_amplitude_modulation", ()),
        ("disable_amplitude_modulation", ()),
        ("config_pulse_modulation", ()),
        ("enable_pulse_modulation", ()),
        ("disable_pulse_modulation", ()),
        ("config_low_freq_out", ()),
        ("enable_low_freq_out", ()),
        ("disable_low_freq_out", ()),
        ("config_step_sweep", ()),
        ("enable_retrace", ()),
        ("disable_retrace", ()),
        ("single_sweep", ()),
        ("start_step_sweep", ()),
        ("stop_step_sweep", ()),
        ("shutdown", ()),
    ],
    "E5071C": [("abort", ()), ("pop_err", ()), ("clear", ()), ("reset", ())],
}
EXCUSED = {
    ("SR830", "channel1"): _PAIR,
    ("SR830", "channel2"): _PAIR,
    ("6221", "standard_event_enabled"): _TYPO,
    ("6221", "options"): _NO_OPTIONS,
    ("6221", "delta_cycles ="): "PyMeasure refuses the infinity that it reads",
    ("DMM6500", "options"): _NO_OPTIONS,
    ("DMM6500", "capacitance_range"): _TYPO,
    ("DMM6500", "period_threshold ="): _TYPO,
    ("SR860", "reference_externalinput ="): _TYPO,
    ("SR860", "filter_advanced ="): _TYPO,
    ("SR860", "horizontal_time_div ="): _TYPO,
    ("2600", "options"): _NO_OPTIONS,
    ("2600", "compliance_current ="): _BELOW_ZERO,
    ("2600", "compliance_voltage ="): _BELOW_ZERO,
    ("2600", "measure_nplc"): _MAPPED,
    ("2600", "source_current_range"): "PyMeasure prints 100 nA as 0.000000",
}
_SKIPPED = {"adapter", "shutdown", "error", "filer_synchronous", "sensitvity", "check_errors", "SCPI"}


def calls(served: Served, instruments: list[str]) -> list[Call]:
    """Try PyMeasure's classes of these instruments."""
    found: list[Call] = []
    logging.getLogger("pymeasure").setLevel(logging.CRITICAL)
    for name in instruments:
        tried = Tried("PyMeasure", name, served.complaints(name))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _try_class(tried, name, served.address(name))
        found += tried.calls
    return found


def made_by_pymeasure(name: str, address: str) -> Any:
    """Make PyMeasure's class of an instrument; its adapter must be closed."""
    module, class_name, options = CLASSES[name]
    kind = getattr(import_module(module), class_name)
    return kind(address, visa_library="@py", timeout=_TIMEOUT_MS, **options)


def _try_class(tried: Tried, name: str, address: str) -> None:
    made, _ = tried.run("constructor", lambda: made_by_pymeasure(name, address))
    if made is None:
        return
    try:
        for prefix, part in _parts(name, made):
            if name == "DMM6500":
                _try_meter(tried, made)
            else:
                _try_properties(tried, name, prefix, part)
        for method, arguments in METHODS.get(name, []):
            if hasattr(made, method):
                key = f"{method}()"
                action = getattr(made, method)
                tried.run(key, lambda a=action, g=arguments: a(*g), reason=EXCUSED.get((name, key), ""))
    finally:
        made.adapter.close()


def _parts(name: str, made: Any) -> list[tuple[str, Any]]:
    """Return the instrument and its channels."""
    if name == "33500":
        return [("", made), ("ch_1.", made.ch_1), ("ch_2.", made.ch_2)]
    if name == "2600":
        return [("", made), ("ChA.", made.ChA), ("ChB.", made.ChB)]
    if name == "E5071C":
        traced = made.channels[1].traces[1]
        return [("", made), ("ch_1.", made.channels[1]), ("ch_2.", made.channels[2]), ("trace_1.", traced)]
    return [("", made)]


def _properties(kind: type[Any]) -> Iterator[tuple[str, Any]]:
    for name, member in inspect.getmembers(kind):
        if (
            isinstance(member, property | DynamicProperty)
            and not name.startswith("_")
            and name not in _SKIPPED
        ):
            yield name, member


_MODES = {
    "detector_bandwidth": "voltage ac",
    "aperture": "current",
}


def _try_meter(tried: Tried, made: Any) -> None:
    """Try a DMM6500's properties, those of one meter function in that function."""
    for name, member in _properties(type(made)):
        if name.startswith("scan") or name == "command_set":
            continue  # a scanner card is not fitted; the language needs a restart
        made.mode = _MODES.get(name, "voltage")
        _try_property(tried, "DMM6500", "", made, name, member)


def _try_properties(tried: Tried, instrument: str, prefix: str, part: Any) -> None:
    for name, member in _properties(type(part)):
        _try_property(tried, instrument, prefix, part, name, member)


def _default(function: Any, parameter: str) -> Any:
    found = inspect.signature(function).parameters.get(parameter) if function else None
    return None if found is None or found.default is inspect.Parameter.empty else found.default


def _can(function: Any, command: str) -> bool:
    """Tell whether PyMeasure has a command to read, or to set, a property."""
    found = inspect.signature(function).parameters.get(command)
    return found is None or found.default is not None


def _try_property(tried: Tried, instrument: str, prefix: str, part: Any, name: str, member: Any) -> None:
    value, reads = None, False
    if not _is_implemented(part, name):
        return
    key = prefix + name
    if member.fget is not None and _can(member.fget, "get_command"):
        reason = EXCUSED.get((instrument, name), "")
        value, reads = tried.run(key, lambda: getattr(part, name), reason=reason)
    if member.fset is None or _default(member.fset, "validator") is None:
        return
    if not _can(member.fset, "set_command"):
        return
    sets = False
    for wanted in _candidates(member, value):
        reason = EXCUSED.get((instrument, f"{name} ="), "") or EXCUSED.get((instrument, name), "")
        _, sets = tried.run(f"{key} =", lambda w=wanted: setattr(part, name, w), reason=reason)
        if sets and reads:
            tried.run(f"{key} after =", lambda: getattr(part, name), expect=wanted, reason=reason)
    if reads and sets and value is not None:
        try:
            setattr(part, name, value)
        except Exception:  # noqa: BLE001  (a reading that cannot be set, like infinity)
            return


def _is_implemented(part: Any, name: str) -> bool:
    """Tell whether a property of PyMeasure's base class means anything for this instrument."""
    return not (name in ("complete", "next_error", "options", "id", "status") and not _answers(part, name))


def _answers(part: Any, name: str) -> bool:
    try:
        getattr(part, name)
    except NotImplementedError:
        return False
    except Exception:  # noqa: BLE001  (tried again, and counted, by the caller)
        return True
    return True


def _candidates(member: Any, value: Any) -> list[Any]:
    """Return one value to set: the last of those there are, or one inside the range."""
    values = _default(member.fset, "values")
    if isinstance(values, dict):
        return [next(iter(values))] if len(values) else []
    if isinstance(values, range):
        return [values[len(values) // 2]]
    if isinstance(values, list | tuple | np.ndarray) and len(values):
        if _default(member.fset, "map_values") or len(values) > 2 or isinstance(values[0], str):
            return [values[-1] if not isinstance(values[-1], str) else values[0]]
        if all(isinstance(each, int | float) for each in values):
            low, high = float(min(values)), float(max(values))
            middle = value if isinstance(value, float) and low <= value <= high else low + (high - low) / 4
            return [int(middle) if isinstance(values[0], int) and middle > 1 else middle]
    return [] if value is None or isinstance(value, list) else [value]
