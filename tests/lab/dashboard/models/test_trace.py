import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nado_lab.lab.dashboard.models.trace import FACTOR, LEVELS, Trace

BLOCK = FACTOR**LEVELS


def test_capacity_is_whole_blocks():
    assert Trace(1).capacity == BLOCK
    assert Trace(BLOCK + 1).capacity == 2 * BLOCK


def test_few_samples_are_drawn_as_they_are():
    trace = Trace(1000, step=0.5, start=10.0)
    trace.append(np.arange(20))
    x, y = trace.view(11.0, 12.0, bins=100)
    np.testing.assert_array_equal(y, [2, 3, 4])
    np.testing.assert_allclose(x, [11.0, 11.5, 12.0])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 30_000), min_size=1, max_size=6), st.integers(0, 10))
def test_envelope_keeps_the_extremes_of_what_is_held(sizes, seed):
    trace = Trace(2 * BLOCK)
    rng = np.random.default_rng(seed)
    everything = np.concatenate([_append(trace, rng.normal(size=size)) for size in sizes])
    held = everything[-len(trace) :]
    x, y = trace.view(*trace.span, bins=200)
    assert len(y) <= max(4 * 200 + 1, 2 * 2 * 200 + 2)
    assert np.all(np.diff(x) >= 0)
    # A block that is half overwritten is left out: at most one block of the coarsest level at the old end.
    newest = held[min(BLOCK, max(0, len(everything) - trace.capacity)) :]
    assert y.min() <= newest.min()
    assert y.max() >= newest.max()
    assert y.min() >= everything.min()
    assert y.max() <= everything.max()


def test_one_spike_in_a_million_is_seen_at_every_zoom():
    trace = Trace(1_000_000)
    values = np.zeros(1_000_000)
    values[654_321] = 1.0
    for part in np.array_split(values, 77):
        trace.append(part)
    for low, high in ((0, 1e6), (6e5, 7e5), (654_000, 655_000), (654_310, 654_330)):
        x, y = trace.view(low, high, bins=500)
        assert y.max() == 1.0
        assert x[y.argmax()] == pytest.approx(654_321, abs=max(1.0, (high - low) / 250))


def test_the_newest_samples_come_back():
    trace = Trace(BLOCK)
    trace.append(np.arange(3 * BLOCK + 5))
    np.testing.assert_array_equal(trace.newest(3), [3 * BLOCK + 2, 3 * BLOCK + 3, 3 * BLOCK + 4])
    assert trace.span == (2 * BLOCK + 5, 3 * BLOCK + 5)


def test_nothing_in_view_is_nothing_to_draw():
    trace = Trace(1)
    assert len(trace.view(0, 1, 10)[0]) == 0
    trace.append(np.ones(5))
    assert len(trace.view(100, 200, 10)[0]) == 0


def _append(trace, values):
    trace.append(values)
    return values.astype(np.float32)
