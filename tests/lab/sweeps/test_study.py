"""A study finds better options, and asks the same questions again."""

import pytest
from nado_lab.lab.errors import LabError
from nado_lab.lab.sweeps import SweepConfig

optuna = pytest.importorskip("optuna", reason="the extra `scale` is not installed")
study = pytest.importorskip("nado_lab.lab.sweeps.study")

SPACE = {"twin.learning_rate": {"low": 1e-3, "high": 1.0, "log": True}, "twin.batch": {"low": 1, "high": 64}}


def config(**optimise):
    chosen = {"space": SPACE, "points": 24, "batch": 4, **optimise}
    return SweepConfig.model_validate({"measure": {"runs": ["a.zarr"]}, "optimise": chosen, "seed": 3})


def bowl(points, _total):
    """Give crps with its least value 0 at a learning rate of 0.1 and a batch of 16."""
    import math

    rows = []
    for point in points:
        rate, batch = point.plan.twin["learning_rate"], point.plan.twin["batch"]
        rows.append({**point.options, "crps": math.log10(rate / 0.1) ** 2 + (batch / 16 - 1) ** 2})
    return rows


def test_later_batches_are_better_and_the_seed_decides():
    asked = study.study_points(config(), bowl)
    values = [row["crps"] for row in bowl(asked, 0)]
    assert len(asked) == 24
    assert min(values[12:]) < min(values[:4])
    assert [point.options for point in study.study_points(config(), bowl)] == [p.options for p in asked]


def test_points_that_fail_do_not_end_it():
    def failing(points, total):
        return [{"error": "TwinError: no"} if i % 2 else row for i, row in enumerate(bowl(points, total))]

    assert len(study.study_points(config(points=8), failing)) == 8


def test_a_metric_that_is_no_column_is_named():
    with pytest.raises(LabError, match="no number 'crisp' in the table; it has"):
        study.study_points(config(metric="crisp"), bowl)


def test_best_comes_first():
    rows = [{"crps": 0.3}, {"crps": 0.1}, {"error": "x"}]
    assert study.best_row(config().optimise, rows) == {"crps": 0.1}
    assert study.best_row(config(direction="maximise").optimise, rows) == {"crps": 0.3}
