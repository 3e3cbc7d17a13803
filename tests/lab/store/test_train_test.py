"""Archives with a part to fit and a part to test: what comes in, and what is refused in words."""

import numpy as np
import pytest
from nado_lab.lab.store import StoreError, load_trials
from nado_lab.lab.store.imports import ImportOptions, import_files

RANDOM = np.random.default_rng(0)
GOOD = {
    "dt": 0.1,
    "train_input": RANDOM.uniform(-2, 2, (6, 5, 1)),
    "train_target": RANDOM.normal(size=(6, 5, 2)),
    "test_input": RANDOM.uniform(-2, 2, (2, 5, 1)),
    "test_target": RANDOM.normal(size=(2, 3, 5, 2)),
}


def imported(folder, **changes):
    arrays = {name: array for name, array in (GOOD | changes).items() if array is not None}
    np.savez(folder / "data.npz", **arrays)
    import_files([folder / "data.npz"], folder / "run.zarr", ImportOptions())
    return load_trials(folder / "run.zarr")


def with_nan(name):
    array = GOOD[name].copy()
    array[1, 2, 0] = np.nan
    return array


def test_repeats_of_the_test_part_are_marked(tmp_path):
    found = imported(tmp_path, dt=np.array([0.1]))
    assert found.step_s == 0.1
    assert found.held_out.tolist() == [False] * 6 + [True] * 6
    assert found.sequence.tolist() == [0, 1, 2, 3, 4, 5, 6, 6, 6, 7, 7, 7]
    np.testing.assert_allclose(found.readout[6:], GOOD["test_target"].reshape(6, 5, 2))
    np.testing.assert_allclose(found.readout[:6], GOOD["train_target"])


def test_a_part_to_fit_alone_is_enough(tmp_path):
    found = imported(tmp_path, test_input=None, test_target=None, dt=None)
    assert found.held_out is None
    assert found.step_s is None
    assert len(found.drive) == 6


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"train_input": np.zeros((6, 5))}, r"must be \(sequence, step, port\).*\[\.\.\., None\]"),
        ({"train_target": np.zeros(6)}, r"train_target must be .* its shape is \(6,\)$"),
        ({"test_target": np.zeros((2, 5, 2))}, r"test_target must be \(sequence, repeat, step, channel\)"),
        ({"train_target": with_nan("train_target")}, r"train_target holds 1 numbers .* first at \(1, 2, 0\)"),
        ({"test_target": with_nan("test_target")}, "test_target holds 2 numbers"),
        ({"train_target": np.zeros((5, 5, 2))}, "has 6 along its axis sequence, train_target has 5"),
        ({"train_target": np.zeros((6, 4, 2))}, "axis step, train_target has 4"),
        ({"test_input": np.zeros((2, 5, 2))}, "train_input has 1 along its axis port, test_input has 2"),
        ({"test_target": np.zeros((2, 3, 5, 1))}, "axis channel, test_target has 1"),
        ({"test_target": np.zeros((3, 3, 5, 2))}, "axis sequence, test_target has 3"),
        ({"test_target": None}, "test_input is there without"),
        ({"train_input": None}, "expected the keys train_input"),
        ({"train_input": np.full((6, 5, 1), "a")}, "must hold real numbers; it holds <U1"),
        ({"train_target": np.zeros((6, 5, 2), complex)}, "it holds complex128"),
        ({"train_target": np.full((6, 5, 2), None)}, "cannot be read as an .npz of plain arrays"),
        ({"dt": np.array([0.1, 0.2])}, "dt must be the seconds of a step"),
        ({"dt": -1.0}, "dt must be"),
        ({"train_input": np.zeros((0, 5, 1)), "train_target": np.zeros((0, 5, 2))}, "input .* is empty"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(tmp_path, changes, message):
    with pytest.raises(StoreError, match=message):
        imported(tmp_path, **changes)
    assert not (tmp_path / "run.zarr").exists()
