"""The page of a twin: what it is, how good, on what it was fitted, and how to fit it again."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nado_lab.lab.reports.content import Page, Picture, Section, Table, figure_of, pairs, versions_section
from nado_lab.lab.reports.figures import Prediction, prediction_figure, scores_figure, telling_channels

if TYPE_CHECKING:
    from nado_lab.twin import Trials, Twin

DRAWS = 200
TRIPLE = ("mean_error", "std_error", "autocov_error")


def twin_page(path: Path) -> Page:
    """Describe the twin file at a path; its run is drawn beside it if it can still be read."""
    from nado_lab.twin import load

    twin = load(path)
    card = twin.card
    scores = card.get("scores", {})
    return Page(
        title=f"Twin {path.name}",
        summary=_summary(scores),
        sections=(
            *_against_run(twin, card),
            *_scores(scores),
            Section("Model", table=pairs(_model(twin, card))),
            Section("Fit", table=pairs(card.get("fit", {}))),
            *_trend(path),
            Section(
                "Lineage", table=pairs({"runs": card.get("lineage", []), "read from": card.get("runs", [])})
            ),
            Section("Fit it again", commands=_reproduce(card)),
            versions_section(card.get("versions", {})),
        ),
    )


def _summary(scores: dict[str, Any]) -> str:
    if not scores:
        return "This twin was saved without scores; `nado twin evaluate` gives them."
    floor = scores.get("floor") or {}
    parts = [f"r² {figure_of(scores.get('r2'))}, 90 % band covers {figure_of(scores.get('coverage90'))}"]
    for name in TRIPLE:
        if scores.get(name) is not None and floor.get(name):
            parts.append(f"{name} {scores[name] / floor[name]:.2f} times the noise floor")
    return "; ".join(parts) + "."


def _scores(scores: dict[str, Any]) -> tuple[Section, ...]:
    floor = scores.get("floor") or {}
    rows = [
        (name, figure_of(value), figure_of(floor.get(name)))
        for name, value in scores.items()
        if name not in ("floor", "warnings")
    ]
    if not rows:
        return ()
    drawn = scores_figure(scores, floor) if all(scores.get(n) and floor.get(n) for n in TRIPLE) else None
    pictures = (Picture(drawn, "Errors beside the noise floor of the repeats."),) if drawn else ()
    text = " ".join(scores.get("warnings", ()))
    return (Section("Scores", text, pictures, Table(("", "twin", "floor"), rows, numbers=True)),)


def _model(twin: Twin, card: dict[str, Any]) -> dict[str, Any]:
    facts = {"channels": list(twin.channels), "units": sorted(set(twin.units)), "step (s)": twin.step_s}
    seen = {"drive seen, from": card.get("drive_low"), "drive seen, to": card.get("drive_high")}
    parameters = sum(weight.numel() for weight in twin.parameters())
    return facts | seen | {"parameters": parameters} | vars(twin.spec)


def _against_run(twin: Twin, card: dict[str, Any]) -> tuple[Section, ...]:
    """Draw trials that were held out, if the run is still where it was."""
    from nado_lab.lab.store import StoreError
    from nado_lab.twin import TwinError

    try:
        shown = _prediction(twin, _held_out(twin, card))
    except (StoreError, TwinError, OSError) as error:
        return (Section("Beside its run", f"The run could not be read, so nothing is drawn: {error}"),)
    drawn = prediction_figure(shown, telling_channels(shown.channels))
    text = "What was held out from the fit: measured, over the twin's bands."
    return (Section("Beside its run", pictures=(Picture(drawn, text),)),)


def _held_out(twin: Twin, card: dict[str, Any]) -> Trials:
    """Read a sequence of the fitted runs that was held out, or of long trials a block of steps."""
    from nado_lab.lab.store import StoreError
    from nado_lab.lab.trials import trials_of
    from nado_lab.twin import join

    runs = [trials_of(run) for run in card.get("runs", []) if "://" not in run]
    fitted = [run for run in runs if set(run.lineage) <= set(card.get("lineage", run.lineage))]
    if not fitted or fitted[0].channels != twin.channels:
        raise StoreError("no run with the twin's channels is left")
    parts = card.get("parts", {})
    part = parts.get("scored", {}) if parts.get("scored", {}).get("trials") else parts.get("stopping", {})
    if part.get("blocks"):
        number, low, high = part["blocks"][0]
        whole = [run.at(slice(i, i + 1)) for run in fitted for i in range(len(run))][number]
        return whole.steps(low, high).on(twin.drive_map)
    trials = join(fitted).on(twin.drive_map)
    wanted = part.get("sequences") or card.get("fit", {}).get("held_out") or [-1]
    mine = trials.sequence == wanted[0]
    return trials.at(mine if mine.any() else trials.sequence == trials.sequence[0])


def _prediction(twin: Twin, trials: Trials) -> Prediction:
    import torch
    from nado_lab.twin.metrics import answer

    one = trials.at(slice(0, 1))
    with torch.no_grad():
        begun, answers = answer(twin, one, DRAWS, torch.Generator().manual_seed(0))
    steps = begun.shape[1]  # without a defined start the first measured ones begin the path
    return Prediction(
        field_mt=one.drive[0, -steps:, 0].numpy(),
        measured=trials.readout[:, -steps:].numpy(),
        predicted=answers[:, 0].numpy(),
        channels=trials.channels,
        units=trials.units[0],
        applied="drive",
    )


def _trend(path: Path) -> tuple[Section, ...]:
    from nado_lab.lab.workflow.validation_history import history

    entries = history(path)
    if not entries:
        return ()
    names = list(dict.fromkeys(name for entry in entries for name in entry))
    rows = [tuple(figure_of(entry.get(name)) for name in names) for entry in entries]
    return (Section("Validated since", table=Table(tuple(names), rows)),)


def _reproduce(card: dict[str, Any]) -> tuple[str, ...]:
    fit = card.get("fit", {})
    words = ["nado", "twin", "fit", *card.get("runs", ["RUN"])]
    for name in ("method", "budget_s", "mean_steps", "likelihood_steps", "score_steps", "seed"):
        if fit.get(name) is not None:
            words += [f"--{name.replace('_', '-')}", str(fit[name])]
    return (shlex.join([*words, "--out", "again.twin"]),)
