"""By default a twin is not judged on the drives that it was fitted to, whichever run they lie in."""

import pytest
from nado_lab.lab.runs import run_protocol
from nado_lab.lab.workflow.evaluate import EvaluateRequest, evaluate
from nado_lab.lab.workflow.fit import FitRequest, fit
from nado_lab.protocols import Characterise, configure
from nado_lab.protocols.repeats import Repeats
from nado_lab.twin import FitSettings, load

from tests.protocols.fake_device import FakeDevice

SHORT = FitSettings(likelihood_steps=5, mean_steps=5, score_steps=2)


def measured(procedure, out, **values):
    protocol = procedure()
    configure(protocol, {"steps": 12, **values})
    return run_protocol(protocol, FakeDevice(), out)


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("unseen")
    run = measured(Characterise, folder / "fit.zarr", sequences=20)
    return folder, fit(FitRequest((run,), folder / "a.twin", SHORT, scored_share=0.0)).path


def test_repeats_by_default_are_new_to_a_twin_of_characterise(fitted, tmp_path):
    repeats = measured(Repeats, tmp_path / "repeats.zarr", sequences=4, repeats=4)
    done = evaluate(EvaluateRequest(fitted[1], (repeats,)))
    assert (done.sequence_count, done.scored_on) == (4, "all trials")
    assert not any("fitted" in each for each in done.metrics.warnings)


def test_the_same_seed_is_said_loudly(fitted, tmp_path):
    repeats = measured(Repeats, tmp_path / "repeats.zarr", sequences=4, repeats=4, seed=0)
    done = evaluate(EvaluateRequest(fitted[1], (repeats,)))
    assert any(each.startswith("WARNING: the twin was fitted to ALL") for each in done.metrics.warnings)


def test_what_was_fitted_is_left_out(fitted, tmp_path):
    known = measured(Repeats, tmp_path / "known.zarr", sequences=4, repeats=4, seed=0)
    new = measured(Repeats, tmp_path / "new.zarr", sequences=3, repeats=4)
    done = evaluate(EvaluateRequest(fitted[1], (known, new)))
    assert (done.sequence_count, done.trial_count) == (3, 12)
    assert "4 of 7 sequences are left out: the twin was fitted to the same drives" in done.metrics.warnings


def test_runs_kept_to_score_a_fit_are_held_against_it_too(fitted, tmp_path):
    kept = measured(Repeats, tmp_path / "kept.zarr", sequences=4, repeats=4, seed=0)
    run = fitted[0] / "fit.zarr"
    done = fit(FitRequest((run,), tmp_path / "b.twin", SHORT, scored_on=(kept,)))
    assert any("fitted to ALL" in each for each in load(done.path).card.metrics.warnings)
