"""The dashboard's fit is the command line's: a part is set aside, and only that is scored."""

from nado_lab.lab.dashboard.models.events import Finished
from nado_lab.lab.dashboard.models.fitting import evaluate_job, fit_job
from nado_lab.lab.dashboard.models.worker import Worker
from nado_lab.lab.workflow.fit import FitRequest
from nado_lab.twin import FitSettings, load


def test_what_was_fitted_is_not_scored_by_the_fit_nor_by_an_evaluation(demo, tmp_path):
    run, events = demo[0] / "runs" / "fit.zarr", []
    worker = Worker("computer", events.append)
    settings = FitSettings(likelihood_steps=20, mean_steps=10, score_steps=5)
    request = FitRequest((run,), tmp_path / "a.twin", settings, scored_share=0.25)
    jobs = [
        worker.submit("fit", "fit", fit_job(request, events.append)),
        worker.submit("evaluate", "evaluate", evaluate_job(request.out, (str(run),), events.append)),
    ]
    assert all(job.ended.wait(120) for job in jobs)
    worker.close(5)
    card = load(request.out).card
    fitted, again = (event.result for event in events if isinstance(event, Finished))
    assert card.scored_on == "scored part"
    assert set(fitted.trials.sequence.tolist()) == set(card.split.scored.sequences)
    assert set(card.split.scored.sequences).isdisjoint(card.split.fitted.sequences)
    assert again.metrics == fitted.metrics
