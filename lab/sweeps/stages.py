"""What a worker does: measure, fit, train, score. Results lie in files named by what they depend on.

A file is written under another name and renamed when it is whole, so a worker may die at any instant, two
may do the same work, and a sweep that is started again finds what is done.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable
from pathlib import Path

from nado_lab.lab.sweeps.config import NetworkPlan, Source, Values
from nado_lab.lab.sweeps.table import Row


def measured(source: Source, path: Path) -> list[str]:
    """Return the paths of a source's runs; measure one at `path` if it asks for that and there is none."""
    return list(source.runs) or [str(_once(path, lambda draft: _measure(source, draft)))]


def fitted(settings: Values, runs: list[str], path: Path) -> str:
    """Return the path of the twin of `runs`; fit it if there is none."""
    return str(_once(path, lambda draft: _fit(settings, runs, draft)))


def trained(plan: NetworkPlan, twin: str, path: Path) -> str:
    """Return the path of the network that is trained through a twin; train it if there is none."""
    return str(_once(path, lambda draft: _train(plan, twin, draft)))


def scored(twin: str, run: list[str], judge: list[str] | None) -> Row:
    """Read or take the metrics of a twin, on trials that it was not fitted to if there are any."""
    from nado_lab.lab.workflow.evaluate import EvaluateRequest, evaluate
    from nado_lab.twin import load

    card = load(twin).card
    own = judge is None and list(card.runs) == [str(Path(each).resolve()) for each in run]
    metrics = card.metrics if own else None
    if metrics is None:
        metrics = evaluate(EvaluateRequest(Path(twin), tuple(map(Path, judge or run)))).metrics
    figures = metrics.to_json()
    figures.pop("warnings", None)
    floor = figures.pop("floor", None) or {}
    return figures | {f"floor_{name}": value for name, value in floor.items()}


def counted(runs: list[str]) -> Row:
    """Tell what there is in measured runs, where nothing is fitted to them."""
    from nado_lab.lab.stored_trials import StoredTrials

    stored = StoredTrials(*runs)
    return {"trials": len(stored), "sequences": len(set(stored.sequence.tolist()))}


def network_scores(path: str) -> Row:
    """Read the scores of a network from its file."""
    from nado_lab.network import load

    scores = load(path).card.scores
    return {f"network_{name}": getattr(scores, name) for name in ("metric", "twin", "parameters")}


def _measure(source: Source, draft: Path) -> None:
    from nado_lab.lab.setup import SetupSource
    from nado_lab.lab.workflow.measure import MeasureRequest, measure

    setup = SetupSource(source.setup, source.specimen)
    measure(MeasureRequest(source.protocol, draft, setup, source.parameters))


def _fit(settings: Values, runs: list[str], draft: Path) -> None:
    from nado_lab.lab.workflow.fit import FitRequest, fit
    from nado_lab.twin import FitSettings

    fit(FitRequest(tuple(map(Path, runs)), draft, FitSettings.from_json(settings)))


def _train(plan: NetworkPlan, twin: str, draft: Path) -> None:
    from nado_lab.lab.workflow.train import TrainRequest, train
    from nado_lab.network import TaskChoice, TrainSettings

    settings = TrainSettings.of(**plan.settings)
    train(TrainRequest(TaskChoice(plan.task, plan.options), (Path(twin),), draft, settings))


def _once(path: Path, make: Callable[[Path], None]) -> Path:
    """Make `path` by way of a draft, unless it is there; whoever is second throws the own draft away."""
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".draft-{uuid.uuid4().hex[:8]}-{path.name}")
    try:
        make(draft)
        try:
            draft.rename(path)
        except OSError:
            if not path.exists():
                raise
    finally:
        for left in path.parent.glob(f"{draft.name}*"):  # the draft, and what a fit keeps while under way
            shutil.rmtree(left, ignore_errors=True)
    return path
