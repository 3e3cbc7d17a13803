"""The page of a twin: what it is, how good, on what it was fitted, and how to fit it again."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lab.reports.content import Page, Picture, Section, Table, figure_of, pairs, versions_section
from lab.reports.figures import Prediction, prediction_figure, scores_figure, telling_channels

if TYPE_CHECKING:
    from lab.store import TrialArrays
    from twin import Twin

DRAWS = 200
TRIPLE = ("mean_error", "std_error", "autocov_error")


def twin_page(path: Path) -> Page:
    """Describe the twin file at a path; its run is drawn beside it if it can still be read."""
    from twin import load

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
    """Draw a sequence that was held out, if the run is still where it was."""
    from lab.store import StoreError, load_trials

    try:
        trials = load_trials(*(run for run in card.get("runs", []) if "://" not in run))
    except (StoreError, OSError) as error:
        return (Section("Beside its run", f"The run could not be read, so nothing is drawn: {error}"),)
    never_seen = card.get("parts", {}).get("scored", {}).get("sequences")
    held_out = never_seen or card.get("fit", {}).get("held_out") or [int(trials.sequence[0])]
    shown = _prediction(twin, trials, held_out[0])
    drawn = prediction_figure(shown, telling_channels(shown.channels))
    text = "A sequence that was held out from the fit: what was measured, over the twin's bands."
    return (Section("Beside its run", pictures=(Picture(drawn, text),)),)


def _prediction(twin: Twin, trials: TrialArrays, sequence: int) -> Prediction:
    import torch

    mine = np.flatnonzero(trials.sequence == sequence)
    drive = torch.as_tensor(trials.drive[mine[0]], dtype=torch.float32)
    with torch.no_grad():
        generator = torch.Generator().manual_seed(0)
        predicted = twin.respond(drive.expand(DRAWS, *drive.shape), generator=generator)
    return Prediction(
        field_mt=trials.drive[mine[0]][:, 0],
        measured=trials.readout[mine],
        predicted=predicted.numpy(),
        channels=trials.channels,
        units=trials.units[0],
        applied="drive",
    )


def _trend(path: Path) -> tuple[Section, ...]:
    from lab.loop.trend import history

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
