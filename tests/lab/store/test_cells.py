"""What is emitted is stored as it is, or refused in one line; nothing is cast in silence."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nado_lab.lab.store import Run, RunMetadata, RunWriter, Status, StoreError
from nado_lab.lab.store.cells import cell, cells
from nado_lab.protocols import Column, ProtocolError
from nado_lab.protocols.columns import Coordinate
from pymeasure.units import ureg

VOLTS = Column("u", units="V")


@pytest.mark.parametrize(
    ("column", "value", "stored"),
    [
        (VOLTS, "1.5e-3", 1.5e-3),
        (VOLTS, b"+9.91E37", 9.91e37),
        (VOLTS, Decimal("0.25"), 0.25),
        (VOLTS, ureg.Quantity(3.0, "mV"), 3e-3),
        (VOLTS, np.array([[4]]), 4.0),
        (VOLTS, True, 1.0),
        (Column("n", dtype="int64"), 3.0, 3),
        (Column("n", dtype="int64"), "7", 7),
        (Column("n", dtype="uint8"), 255, 255),
        (Column("z", dtype="complex128"), "1+2j", 1 + 2j),
        (Column("ok", dtype="bool"), 1, True),
        (Column("note", dtype="string"), 3.5, "3.5"),
        (Column("note", dtype="string"), "caf\udce9", "caf\\udce9"),
    ],
)
def test_what_can_be_kept_is_kept(column, value, stored):
    assert cell(column, value) == stored


@pytest.mark.parametrize("value", [None, float("nan"), np.ma.masked, "nan"])
def test_what_was_not_measured_is_nan(value):
    assert np.isnan(cell(VOLTS, value))


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        (VOLTS, 1 + 2j, "is complex"),
        (VOLTS, "OVLD", "'OVLD' is not a number"),
        (VOLTS, ureg.Quantity(1.0, "A"), r"not in units of the column \(V\)"),
        (VOLTS, np.datetime64("2026-01-01"), "is a time"),
        (VOLTS, dt.datetime(2026, 1, 1), "is not a number"),
        (VOLTS, [1.0, 2.0], "one number a row"),
        (VOLTS, 2**53 + 1, "rounded"),
        (VOLTS, 10**400, "too many digits|not float64"),
        (Column("n", dtype="int64"), 3.7, "not a whole number"),
        (Column("n", dtype="int64"), int(float("9.91E37")), "not int64|beyond the range"),
        (Column("n", dtype="int64"), 2**63, "beyond the range"),
        (Column("n", dtype="uint8"), -1, "beyond the range"),
        (Column("n", dtype="int64"), np.ma.masked, "masked"),
        (Column("f", dtype="float32"), 1e300, "beyond the range"),
        (Column("ok", dtype="bool"), 2, "neither true nor false"),
    ],
)
def test_what_would_be_changed_is_refused(column, value, message):
    with pytest.raises(StoreError, match=message):
        cell(column, value)


ANYTHING = st.one_of(
    st.none(),
    st.integers(),
    st.floats(),
    st.complex_numbers(),
    st.text(max_size=5),
    st.binary(max_size=5),
    st.booleans(),
    st.dates(),
    st.decimals(),
    st.fractions(),
    st.recursive(
        st.integers() | st.floats() | st.text(max_size=3), lambda inner: st.lists(inner, max_size=3)
    ),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=2),
)
DTYPES = st.sampled_from(["float64", "float32", "int64", "int8", "uint64", "complex128", "bool", "string"])


@settings(max_examples=300, deadline=None)
@given(DTYPES, st.sampled_from([(), (2,)]), ANYTHING)
def test_fuzz_a_value_is_stored_unchanged_or_refused(dtype, shape, value):
    column = Column("x", ("k",) * len(shape), shape, dtype=dtype)
    try:
        stored = cells(column, value, shape)
    except StoreError:
        return
    assert stored.shape == shape
    if dtype in ("float64", "int64", "uint64", "int8") and type(value) is int:
        assert int(stored.item()) == value


def test_a_bad_row_costs_no_other(tmp_path):
    writer = RunWriter.create(tmp_path / "run", RunMetadata(), {"primary": (Column("n", dtype="int64"),)})
    for number in (0, 1, 2):
        writer.append("primary", {"n": number})
    with pytest.raises(StoreError, match="'n'"):
        writer.append("primary", {"n": "OVLD"})
    with pytest.raises(StoreError, match="'n'"):
        writer.append_block("primary", {"n": [3.5, 4.0]})
    writer.append("primary", {"n": 3})
    writer.finalise(Status.COMPLETE)
    assert Run.open(tmp_path / "run").dataset()["n"].values.tolist() == [0, 1, 2, 3]


def test_a_clock_that_cannot_write_is_heard_at_the_next_row(tmp_path, monkeypatch):
    writer = RunWriter.create(tmp_path / "run", RunMetadata(), {"primary": (VOLTS,)})
    writer._stop_ticking.set()
    writer.append("primary", {"u": 1.0})
    with monkeypatch.context() as patch:
        patch.setattr(writer, "flush", lambda: 1 / 0)
        writer.tick()
    with pytest.raises(StoreError, match="cannot be written: ZeroDivisionError"):
        writer.append("primary", {"u": 2.0})
    writer.finalise(Status.FAILED)
    assert Run.open(tmp_path / "run").rows() == 1


@pytest.mark.parametrize(
    ("columns", "labels", "message"),
    [
        ((Column("a", ("k",), (2,)), Column("b", ("k",), (3,))), (), "'b' has 3 along 'k', 'a' has 2"),
        ((Column("a"), Column("a")), (), "is there already"),
        ((Column("a"), Column("A")), (), "capitals only"),
        ((Column("elapsed"),), (), "is there already"),
        ((Column("a", ("trial",), (2,)),), (), "dimension of the rows"),
        ((Column("a", dtype="number"),), (), "has the dtype 'number'"),
        ((Column("a", ("k",), (2,)),), (Coordinate("k", (1, 2, 3)),), "3 labels 'k'"),
    ],
)
def test_columns_that_could_never_be_read_are_refused_before_the_first_row(
    tmp_path, columns, labels, message
):
    with pytest.raises(ProtocolError, match=message):
        RunWriter.create(tmp_path / "run", RunMetadata(), {"primary": columns}, labels)
    assert not (tmp_path / "run").exists()


def test_columns_are_read_in_the_order_in_which_they_were_declared(tmp_path):
    names = ["z", "b", "y", "a"]
    writer = RunWriter.create(tmp_path / "run", RunMetadata(), {"primary": [Column(name) for name in names]})
    writer.append("primary", dict.fromkeys(names, 1.0))
    writer.finalise(Status.COMPLETE)
    assert list(Run.open(tmp_path / "run").dataset().data_vars) == names
