"""Setup files: entries of any value in the presets, as TOML or as bytes; what opens must answer a drive."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

from benchmarks.adversaries.nonsense import Change, changed, changes

NAMES = ("sim:nanoring", "sim:asvi", "sim:memristor", "sim:delay-oscillator", "sim:nanoring-calibration")
OPTIONS = (
    "seed",
    "clock",
    "kind",
    "size",
    "contacts",
    "noise_seed",
    "white_v",
    "sample",
    "specimen",
    "nodes",
    "x",
)
RAW = (
    b"",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"a = " + b"[" * 3000,
    b"a = " + b"9" * 5000,
    b"a.b.c = 1\na = 2\n",
    b"\x00",
)


Case = tuple[str, list[Change], dict[str, Any]] | bytes


def cases(folder: Path) -> st.SearchStrategy[Any]:
    """Give presets with changed entries or other options of the simulation, and contents of other files."""
    numbers = st.sampled_from((0, 1, 3, -1, 10**6, 10**9, 10**400, 1e-9, 0.5, "x", "", True, float("nan")))
    options = st.dictionaries(st.sampled_from(OPTIONS), numbers, min_size=1, max_size=2)
    names = st.sampled_from(NAMES)
    changed_ones = names.flatmap(lambda name: st.tuples(st.just(name), changes(_tables(name)), st.just({})))
    simulated = st.tuples(names, st.just([]), options)
    whole = names.map(lambda name: _toml(_tables(name)))
    cut = st.tuples(whole, st.integers(0, 4000)).map(lambda pair: pair[0][: pair[1]])
    raw = st.sampled_from(RAW) | st.binary(max_size=60) | cut | whole.map(lambda text: b"\xef\xbb\xbf" + text)
    return st.one_of(changed_ones, changed_ones, simulated, raw)


def attempt(case: Case, folder: Path) -> None:
    """Load the file; where it opens, ask what a trial takes and measure one, of two steps."""
    from nado_lab.instruments import load_setup
    from nado_lab.lab.compose import open_named_setup

    file = folder / "setup.toml"
    file.write_bytes(case if isinstance(case, bytes) else _content(*case))
    config = load_setup(file)
    if config.visa_library != "sim":  # nothing is asked of a real library
        return
    with open_named_setup(str(file)) as setup:
        setup.limit_list()
        shape = (1, *((len(setup.devices),) if setup.devices else ()), 2, setup.port_count)
        assert setup.estimate_s(1, 2) >= 0
        for response in setup.measure(np.zeros(shape)):
            assert np.asarray(response.readout).shape[-1] == len(setup.channels)


def _content(name: str, wanted: list[Change], options: dict[str, Any]) -> bytes:
    tables = changed(_tables(name), wanted)
    return _toml(tables | {"simulation": options} if options else tables)


def _tables(name: str) -> dict[str, Any]:
    from nado_lab.instruments.setups.families import preset_file

    path = preset_file(name)
    assert path is not None
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _toml(tables: Any) -> bytes:
    """Write tables as TOML, what has no form in it as text."""
    lines = (
        [f"{_key(name)} = {_value(value)}" for name, value in tables.items()]
        if isinstance(tables, dict)
        else []
    )
    return "\n".join(lines).encode("utf-8", errors="replace") + b"\n"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float | int):
        return str(value)
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(name)} = {_value(each)}" for name, each in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return _key(str(value))


def _key(text: object) -> str:
    import json

    return json.dumps(str(text)).replace("\x7f", "\\u007f")
