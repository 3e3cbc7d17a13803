"""What a worker does: measure, fit, train, score. Results lie in files named by what they depend on.

A file is written under another name and renamed when it is whole, so a worker may die at any instant, two
may do the same work, and a sweep that is started again finds what is done.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from nado_lab.lab.sweeps.config import NetworkPlan, Source


def measured(source: dict[str, Any], key: str, folder: str) -> list[str]:
    """Return the paths of a source's runs; measure one if it asks for that."""
    wanted = Source.model_validate(source)
    if wanted.runs:
        return list(wanted.runs)
    return [str(_once(Path(folder) / f"{key}.zarr", lambda draft: _measure(wanted, draft)))]


def fitted(settings: dict[str, Any], runs: list[str], key: str, folder: str) -> str:
    """Return the path of the twin of `runs`; fit it if there is none."""
    return str(_once(Path(folder) / f"{key}.twin", lambda draft: _fit(settings, runs, draft)))


def trained(plan: dict[str, Any], twin: str, key: str, folder: str) -> str:
    """Return the path of the network that is trained through a twin; train it if there is none."""
    wanted = NetworkPlan.model_validate(plan)
    return str(_once(Path(folder) / f"{key}.net", lambda draft: _train(wanted, twin, draft)))


def scored(made: dict[str, Any], runs: list[str]) -> dict[str, Any]:
    """Read or take the scores of a twin (on trials it was not fitted to, if there are) and of a network."""
    from nado_lab.lab.trials import trials_of
    from nado_lab.twin import evaluate, load

    twin = load(made["twin"])
    own = made["judge"] is None and twin.card.metrics and list(twin.card.runs) == made["run"]
    metrics = twin.card.metrics if own and twin.card.metrics else evaluate(twin, trials_of(*runs))
    scores = metrics.to_json()
    scores.pop("warnings", None)
    floor = scores.pop("floor", None) or {}
    row = scores | {f"floor_{name}": value for name, value in floor.items()}
    return row | (_network_scores(made["network"]) if made["network"] else {})


def counted(runs: list[str]) -> dict[str, Any]:
    """Tell what there is in measured runs, where nothing is fitted to them."""
    from nado_lab.lab.stored_trials import StoredTrials

    stored = StoredTrials(*runs)
    return {"trials": len(stored), "sequences": len(set(stored.sequence.tolist()))}


def _network_scores(path: str) -> dict[str, Any]:
    from nado_lab.network import load

    scores = load(path).card.to_json()["scores"]
    return {f"network_{name}": scores[name] for name in ("metric", "twin", "parameters")}


def _measure(source: Source, draft: Path) -> None:
    from nado_lab.lab.compose import open_named_setup
    from nado_lab.lab.runs import run_protocol
    from nado_lab.protocols import configure, load_protocol

    procedure = load_protocol(source.protocol)()
    configure(procedure, source.parameters)
    with open_named_setup(source.setup, seed=source.specimen) as setup:
        run_protocol(procedure, setup, draft, source=source.setup, seed=source.specimen)


def _fit(settings: dict[str, Any], runs: list[str], draft: Path) -> None:
    from nado_lab.lab.trials import trials_of
    from nado_lab.twin import FitSettings, fit_and_score, save

    twin = fit_and_score(trials_of(*runs), FitSettings.from_json(settings))
    twin.card = replace(twin.card, runs=tuple(runs))
    save(twin, draft)


def _train(plan: NetworkPlan, path: str, draft: Path) -> None:
    from nado_lab.network import (
        NetworkCard,
        NetworkScores,
        TaskChoice,
        TrainSettings,
        Variant,
        save,
        score_on_twins,
        train,
    )
    from nado_lab.twin import load

    choice, twin = TaskChoice(plan.task, plan.options), load(path)
    task = choice.load()
    settings = TrainSettings.of(**plan.settings)
    network = train(task, twin, settings)
    noise = settings.variant is not Variant.DETERMINISTIC
    scores = NetworkScores(
        twin=score_on_twins(network, task, twin, noise=noise),
        task=task.name,
        metric=task.metric,
        variant=settings.variant,
        n_test=len(task.test),
        parameters=network.parameter_count,
    )
    save(network, draft, NetworkCard(choice, settings, (path,), scores))


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
        shutil.rmtree(draft, ignore_errors=True)
    return path
