"""Fit, evaluate, recalibrate: the same guards and the same scoring wherever they are called from."""

import tempfile
from pathlib import Path

import pytest
from nado_lab.lab.errors import LabError
from nado_lab.lab.workflow.evaluate import EvaluateRequest, evaluate
from nado_lab.lab.workflow.fit import FitRequest, fit
from nado_lab.lab.workflow.recalibrate import RecalibrateRequest, recalibrate
from nado_lab.twin import FitSettings, StoppedError, load

from tests.lab.observers import Watching

SHORT = FitSettings(likelihood_steps=40, mean_steps=20, score_steps=10)


@pytest.fixture
def runs(demo):
    """Give the demo's runs: (single shots, repeats of other sequences)."""
    return demo[0] / "runs" / "fit.zarr", demo[0] / "runs" / "repeats.zarr"


def test_a_fit_scores_what_it_did_not_see_and_evaluate_says_the_same(runs, tmp_path):
    done = fit(FitRequest((runs[0],), tmp_path / "a.twin", SHORT, scored_share=0.2))
    assert load(done.path).card.scored_on == "scored part"
    again = evaluate(EvaluateRequest(done.path, (runs[0],)))
    assert again.scored_on == "scored part"
    assert again.metrics.crps == pytest.approx(done.metrics.crps)


def test_runs_kept_for_it_score_the_fit(runs, tmp_path):
    done = fit(FitRequest((runs[0],), tmp_path / "a.twin", SHORT, scored_on=(runs[1],)))
    card = load(done.path).card
    assert card.scored_on == "other runs"
    assert done.metrics == evaluate(EvaluateRequest(done.path, (runs[1],))).metrics


def test_the_share_of_a_fit_never_falls_and_ends_at_one(runs, tmp_path):
    shares = []
    fit(
        FitRequest((runs[0],), tmp_path / "a.twin", SHORT),
        Watching(lambda stage, share, _: shares.append(share) if stage == "fit" else None),
    )
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_a_fit_that_was_stopped_goes_on_with_the_settings_it_began_with(runs, tmp_path):
    seen = []
    observer = Watching(lambda *_: seen.append(1), wish=lambda: len(seen) >= 1)
    request = FitRequest((runs[0],), tmp_path / "a.twin", SHORT)
    with pytest.raises(StoppedError, match="--resume"):
        fit(request, observer)
    with pytest.raises(LabError, match="was not finished"):
        fit(request)
    other = FitSettings(seed=5)
    with pytest.raises(LabError, match="began with seed 0, not 5"):
        fit(FitRequest((runs[0],), tmp_path / "a.twin", other, stated=("seed",), resume=True))
    done = fit(FitRequest((runs[0],), tmp_path / "a.twin", resume=True))
    whole = fit(FitRequest((runs[0],), tmp_path / "b.twin", SHORT))
    assert done.metrics == whole.metrics
    assert not request.unfinished.exists()


def test_a_recalibrated_twin_does_not_keep_the_scores_of_the_old_one(runs, tmp_path):
    old = fit(FitRequest((runs[0],), tmp_path / "a.twin", SHORT)).path
    unscored = recalibrate(RecalibrateRequest(old, (runs[1],), tmp_path / "b.twin"))
    assert unscored.metrics is None
    assert load(unscored.path).card.metrics is None
    scored = recalibrate(RecalibrateRequest(old, (runs[0],), tmp_path / "c.twin", scored_on=(runs[1],)))
    assert scored.metrics == evaluate(EvaluateRequest(scored.path, (runs[1],))).metrics


def test_what_cannot_be_meant_is_refused_before_anything_is_read(tmp_path):
    with pytest.raises(LabError, match="--scored-share"):
        FitRequest((tmp_path / "none.zarr",), tmp_path / "a.twin", scored_share=1.0)
    with pytest.raises(LabError, match="leave --start out"):
        FitRequest((tmp_path / "none.zarr",), tmp_path / "a.twin", start=tmp_path / "s.twin", resume=True)
    (tmp_path / "a.twin").mkdir()
    with pytest.raises(LabError, match="exists already"):
        fit(FitRequest((tmp_path / "none.zarr",), tmp_path / "a.twin"))
    with pytest.raises(LabError, match="no run was chosen"):
        fit(FitRequest((), tmp_path / "b.twin"))


def test_a_twin_that_finds_a_full_disk_at_the_end_is_kept_elsewhere(runs, tmp_path, monkeypatch):
    out, write = tmp_path / "full" / "a.twin", Path.write_bytes

    def full(path, content):
        if path.is_relative_to(out.parent):
            raise OSError(28, "No space left on device")
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(LabError, match=r"No space left on device; the result is kept as .*a\.twin"):
        fit(FitRequest((runs[0],), out, SHORT))
    (kept,) = tmp_path.glob("nado-kept-*/a.twin")
    assert load(kept).card.metrics is not None
