"""Our drivers read what instruments were recorded to answer; the fake answers from data alone."""

import inspect
import json
import re
from pathlib import Path

import pytest
from nado_lab.instruments.drivers import driver_class
from pymeasure.adapters import ProtocolAdapter
from pymeasure.instruments.common_base import DynamicProperty

FILES = sorted((Path(__file__).parents[2] / "recordings").glob("*.json"))
OPENING = {"keithley_dmm6500": [("*LANG SCPI", None)]}
LEAST_READ = {"keysight33500": 20, "keithley_dmm6500": 8, "kepco_bop": 5, "sr830": 5, "sr860": 2}


def short(command):
    """Return a command in its short form, ``SENSe1:FREQuency?`` as ``SENS1:FREQ?``."""
    return re.sub("[a-z]", "", command).lstrip(":").upper()


def queries(path):
    exchanges = json.loads(path.read_text(encoding="utf-8"))["exchanges"]
    pairs = {(sent, answer) for run in exchanges for sent, answer in run if answer is not None}
    return sorted((sent, answer) for sent, answer in pairs if sent and not answer.startswith("#"))


def readable(part, ch=""):
    """Give what a driver asks: command -> name of the property."""
    found = {}
    for name, member in inspect.getmembers(type(part)):
        if isinstance(member, property | DynamicProperty) and member.fget is not None:
            asked = inspect.signature(member.fget).parameters.get("get_command")
            if asked is not None and isinstance(asked.default, str):
                found[short(asked.default.format(ch=ch, function=""))] = name
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_was_recorded_is_read(path):
    driver, read = driver_class(path.stem), 0
    for sent, answer in queries(path):
        adapter = ProtocolAdapter([*OPENING.get(path.stem, ()), (sent, answer)])
        opened = driver(adapter)
        parts = [(opened, "")]
        if path.stem == "keysight33500":
            parts += [(opened.ch_1, 1), (opened.ch_2, 2)]
        for part, ch in parts:
            name = readable(part, ch).get(short(sent))
            if name is None or (name == "id" and sent != "*IDN?"):
                continue
            adapter.comm_pairs[-1] = (adapter_command(part, name, ch), answer)
            value = getattr(part, name)
            assert value is not None
            assert is_mapped(part, name) or as_number(answer) is None or value == as_number(answer)
            read += 1
            break
    assert read >= LEAST_READ.get(path.stem, 1)


def adapter_command(part, name, ch):
    """Return the command as the driver spells it: with or without its first colon."""
    member = inspect.getattr_static(type(part), name)
    return inspect.signature(member.fget).parameters["get_command"].default.format(ch=ch, function="")


def is_mapped(part, name):
    """Tell whether a property gives another name to what the instrument answers."""
    parameters = inspect.signature(inspect.getattr_static(type(part), name).fget).parameters
    return parameters["map_values"].default


def as_number(answer):
    try:
        return float(answer)
    except ValueError:
        return None
