"""The page of a network: task, score, weights, and how to train it again."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from nado_lab.lab.errors import LabError
from nado_lab.lab.reports.again import train_again
from nado_lab.lab.reports.content import Page, Picture, Section, pairs, versions_section
from nado_lab.lab.reports.network_figures import confusion_figure, weights_figure
from nado_lab.lab.reports.provenance import Provenance, provenance_of, provenance_section

if TYPE_CHECKING:
    from nado_lab.network import NetworkCard, SavedNetwork

MOST_EXAMPLES = 500


def network_page(path: Path) -> Page:
    """Describe the network file at a path; it answers its test examples if task and twins can be found."""
    from nado_lab.network import load

    saved = load(path)
    card, network = saved.card, saved.network
    layers = [network.connection(layer).realised.detach().numpy() for layer in range(network.layer_count)]
    drawn = Picture(weights_figure(layers), "Weights from the inputs (and lower layers) to the drives.")
    structure = {"nodes": network.node_count, "parameters": network.parameter_count}
    spec = network.spec.model_dump(mode="json", exclude={"layers"})
    return Page(
        title=f"Network {path.name}",
        summary=_summary(card),
        sections=(
            *_answers(saved),
            Section("Weights", pictures=(drawn,)),
            Section("Scores", table=pairs(_scores(card))),
            provenance_section(_provenance(card)),
            Section("Structure", table=pairs(structure | spec)),
            Section("Training", table=pairs(card.settings.model_dump(mode="json") if card.settings else {})),
            Section("Lineage", table=pairs({"task": str(card.task or "unknown"), "twins": list(card.twins)})),
            Section("Train it again", commands=train_again(card)),
            versions_section(dict(card.versions)),
        ),
    )


def _provenance(card: NetworkCard) -> Provenance:
    """Take the facts of the runs that the network's twins were fitted to; they may be gone."""
    runs = [run for path in card.twins for run in _runs_of(Path(path))]
    seeds: dict[str, object] = {"training": card.settings.seed} if card.settings else {}
    if card.task and "seed" in card.task.options:
        seeds["task"] = card.task.options["seed"]
    return provenance_of(runs, seeds, dict(card.versions))


def _runs_of(twin: Path) -> tuple[str, ...]:
    from nado_lab.twin import TwinError
    from nado_lab.twin import load as load_twin

    try:
        return load_twin(twin).card.runs
    except (TwinError, OSError):
        return ()


def _scores(card: NetworkCard) -> dict[str, object]:
    """Give the scores; an accuracy with its 95 % interval over the test examples (Wilson)."""
    from nado_lab.network import Metric, wilson_interval

    scores = card.scores
    if scores is None:
        return {}
    found = asdict(scores)
    if scores.metric is Metric.ACCURACY and scores.n_test:
        low, high = wilson_interval(scores.twin, scores.n_test)
        found["twin"] = f"{scores.twin:.4g} (95 %: {low:.3f} to {high:.3f})"
    return found


def _summary(card: NetworkCard) -> str:
    scores, task = card.scores, card.task or "unknown"
    if scores is None or scores.metric is None:
        return f"Task {task}; saved without scores (`nado network evaluate` gives them)."
    return (
        f"{scores.metric} {scores.twin:.4g} on the twin, over {scores.n_test} test examples of "
        f"{scores.task}; {scores.variant}."
    )


def _answers(saved: SavedNetwork) -> tuple[Section, ...]:
    """Let the network answer on its twins, and draw what it mistakes for what."""
    from nado_lab.lab.network_context import read_context
    from nado_lab.network import NetworkError, Variant, answer
    from nado_lab.twin import TwinError

    try:
        known = read_context(saved, test_examples=MOST_EXAMPLES)
    except (LabError, NetworkError, TwinError, OSError) as error:
        return (
            Section("Answers on the twin", f"Task or twins could not be found, so nothing is drawn: {error}"),
        )
    if not known.task.is_classification:
        return ()
    noise = known.settings.variant is not Variant.DETERMINISTIC
    test = known.task.test
    answers = answer(saved.network, test.inputs, known.twins, noise=noise, seed=1, lengths=test.lengths)
    said, classes = answers.argmax(-1).numpy(), test.targets.numpy()
    counts = np.zeros((known.task.outputs, known.task.outputs), int)
    np.add.at(counts, (classes, said), 1)
    shows = f"{len(said)} test examples on the twin: {np.trace(counts)} right."
    return (Section("Answers on the twin", pictures=(Picture(confusion_figure(counts), shows),)),)
