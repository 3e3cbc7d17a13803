"""The page of a twin: what it is, how good, on what it was fitted, and how to fit it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from nado_lab.lab.reports.again import fit_again
from nado_lab.lab.reports.channel_names import channels_section
from nado_lab.lab.reports.content import Page, Picture, Section, Table, figure_of, pairs, versions_section
from nado_lab.lab.reports.figures import (
    Prediction,
    engineering,
    metrics_figure,
    prediction_figure,
    residual_figure,
    telling_channels,
    triple_of,
)
from nado_lab.lab.reports.provenance import provenance_of, provenance_section

if TYPE_CHECKING:
    from nado_lab.twin import Metrics, Trials, Twin, TwinCard

DRAWS = 200


def twin_page(path: Path) -> Page:
    """Describe the twin file at a path; its run is drawn beside it if it can still be read."""
    from nado_lab.twin import load

    twin = load(path)
    card = twin.card
    return Page(
        title=f"Twin {path.name}",
        summary=_summary(card.metrics),
        sections=(
            *against_run(twin),
            *_scores(card.metrics),
            provenance_section(provenance_of(card.runs, _seeds(card), dict(card.versions))),
            *channels_section(twin.channels, twin.units),
            Section("Model", table=pairs(_model(twin))),
            Section("Fit", table=pairs(card.fit.to_json() if card.fit else {})),
            *_trend(path),
            *_data(card),
            Section("Lineage", table=pairs({"runs": list(card.lineage), "read from": list(card.runs)})),
            Section("Fit it again", commands=fit_again(card)),
            versions_section(dict(card.versions)),
        ),
    )


def _seeds(card: TwinCard) -> dict[str, object]:
    """Name the seed of the fit (parts, weights, noise)."""
    return {"fit": card.fit.settings.seed} if card.fit else {}


def _summary(metrics: Metrics | None) -> str:
    if metrics is None:
        return "This twin was saved without scores; `nado twin evaluate` gives them."
    parts = [f"r² {figure_of(metrics.r2)}, 90 % band covers {figure_of(metrics.coverage90)}"]
    floor = triple_of(metrics.floor)
    if floor:
        told = triple_of(metrics).items()
        parts += [f"{name} error {value / floor[name]:.2f} times the noise floor" for name, value in told]
    return "; ".join(parts) + "."


def _scores(metrics: Metrics | None) -> tuple[Section, ...]:
    if metrics is None:
        return ()
    from nado_lab.twin import Figures

    names = [each.name for each in fields(Figures)]
    floor = [getattr(metrics.floor, name, None) for name in names]
    cells = zip(names, (getattr(metrics, name) for name in names), floor, strict=True)
    rows = [(name, figure_of(value), figure_of(least)) for name, value, least in cells]
    drawn = metrics_figure(metrics)
    pictures = (Picture(drawn, "Errors beside the noise floor of the repeats."),) if drawn else ()
    text = " ".join(metrics.warnings)
    return (Section("Scores", text, pictures, Table(("", "twin", "floor"), rows, numbers=True)),)


def _data(card: TwinCard) -> tuple[Section, ...]:
    """Say what the data check found in the runs."""
    if not card.data:
        return ()
    rows = [(each.run, each.kind.value, each.text) for each in card.data]
    return (Section("Data check", table=Table(("run", "found", "what and where"), rows)),)


def _model(twin: Twin) -> dict[str, object]:
    facts = {"channels": list(twin.channels), "units": sorted(set(twin.units)), "step (s)": twin.step_s}
    seen = {"drive seen, from": twin.drive_low.tolist(), "drive seen, to": twin.drive_high.tolist()}
    parameters = sum(weight.numel() for weight in twin.parameters())
    return facts | seen | {"parameters": parameters} | vars(twin.spec)


def against_run(twin: Twin, unseen: Sequence[str | Path] = ()) -> tuple[Section, ...]:
    """Draw the twin over a sequence that it has not seen: of `unseen` runs, or what its own runs held out."""
    from nado_lab.lab.store import StoreError
    from nado_lab.twin import TwinError

    try:
        trials = _first_sequence(twin, unseen) if unseen else _held_out(twin)
        shown = _prediction(twin, trials)
    except (StoreError, TwinError, OSError) as error:
        return (Section("Beside its run", f"The run could not be read, so nothing is drawn: {error}"),)
    chosen = telling_channels(shown.channels)
    count = len(trials)
    beside = (
        f"A sequence that the fit has not seen: what was applied, {count} measured "
        f"repeat{'s' * (count > 1)} and their mean, over bands of 50 and 90 % of {DRAWS} paths of the twin."
    )
    apart = (
        "Left: measured mean minus the twin's, in standard deviations of the twin's paths; the band is what "
        f"{count} repeat{'s' * (count > 1)} of a perfect twin would stay in 95 % of the time. "
        "Right: the correlation of these residuals with those some steps later."
    )
    pictures = (
        Picture(prediction_figure(shown, chosen), beside),
        Picture(residual_figure(shown, chosen), apart),
    )
    return (Section("Beside its run", pictures=pictures),)


def _first_sequence(twin: Twin, runs: Sequence[str | Path]) -> Trials:
    from nado_lab.lab.trials import trials_of

    trials = trials_of(*runs, device=twin.device_name).on(twin.ports)
    return trials.at(trials.sequence == trials.sequence[0])


def _held_out(twin: Twin) -> Trials:
    """Read a sequence of the fitted runs that was held out, or of long trials a block of steps."""
    from nado_lab.lab.store import StoreError
    from nado_lab.lab.trials import trials_of
    from nado_lab.twin import SplitRecord, join, matched

    card = twin.card
    runs = [matched(twin, trials_of(run, device=twin.device_name)) for run in card.runs if "://" not in run]
    fitted = [run for run in runs if set(run.lineage) <= set(card.lineage or run.lineage)]
    if not fitted or fitted[0].channels != twin.channels:
        raise StoreError("no run with the twin's channels is left")
    split = card.split or SplitRecord()
    part = split.scored if split.scored and split.scored.trials else split.stopping
    if part.blocks:
        number, low, high = part.blocks[0]
        whole = [run.at(slice(i, i + 1)) for run in fitted for i in range(len(run))][number]
        return whole.steps(low, high).on(twin.ports)
    trials = join(fitted).on(twin.ports)
    wanted = part.sequences or (card.fit.held_out if card.fit else ()) or (-1,)
    mine = trials.sequence == wanted[0]
    return trials.at(mine if mine.any() else trials.sequence == trials.sequence[0])


def _prediction(twin: Twin, trials: Trials) -> Prediction:
    import torch
    from nado_lab.port import inputs_of
    from nado_lab.twin.evaluation.evaluate import answer

    one = trials.at(slice(0, 1))
    with torch.no_grad():
        begun, answers = answer(twin, one, DRAWS, torch.Generator().manual_seed(0))
    steps = begun.shape[1]  # without a defined start the first measured ones begin the path
    applied, label = one.drive[0, -steps:, 0].numpy(), "drive"
    if trials.ports:
        port = trials.ports[0]
        applied = inputs_of(trials.ports, one.drive[0, -steps:].numpy())[:, 0]
        scale, prefix = engineering(applied)
        applied, label = applied * scale, f"{port.name} ({prefix}{port.unit})"
    return Prediction(
        applied=applied,
        applied_label=label,
        measured=trials.readout[:, -steps:].numpy(),
        predicted=answers[:, 0].numpy(),
        channels=trials.channels,
        units=trials.units,
    )


def _trend(path: Path) -> tuple[Section, ...]:
    from nado_lab.lab.validation_history import history

    entries = history(path)
    if not entries:
        return ()
    names = list(dict.fromkeys(name for entry in entries for name in entry))
    rows = [tuple(figure_of(entry.get(name)) for name in names) for entry in entries]
    return (Section("Validated since", table=Table(tuple(names), rows)),)
