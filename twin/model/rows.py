"""Trials as a twin sees them: normalised readouts, their components, and the start they continue."""

from __future__ import annotations

from dataclasses import dataclass

from nado_lab.twin.data.grid import on_axis
from nado_lab.twin.data.trials import Trials
from nado_lab.twin.errors import DataError
from nado_lab.twin.model.start import Start
from nado_lab.twin.model.twin import Twin
from torch import Tensor


@dataclass(frozen=True)
class Rows:
    """Hold what a loss needs, row by row: drive, normalised truth, components and the start they continue."""

    drive: Tensor
    truth: Tensor
    components: Tensor
    start: Start

    def __len__(self) -> int:
        return len(self.drive)

    def at(self, rows: Tensor) -> Rows:
        """Return the given rows."""
        return Rows(self.drive[rows], self.truth[rows], self.components[rows], self.start.at(rows))


def rows_of(twin: Twin, trials: Trials) -> Rows:
    """Turn trials to rows: from the defined start, or, without one, from the first measured steps.

    Trials of other channels, units or ports than the twin's are refused.
    """
    _check_same_device(twin, trials)
    spec, place = twin.spec, twin.initial.device
    drive, readout = trials.drive.to(place), trials.readout.to(place)
    components, truth = twin.basis.encode(readout), twin.basis.normalise(readout)
    if trials.initial is not None:
        start = twin.default_start(len(trials))
        return Rows(drive, truth, components, start._replace(components=start.components.detach()))
    used = max(spec.delays + 1, spec.drive_lags)
    if drive.shape[1] <= used + 1:
        raise DataError(f"trials without an initial state need more than {used + 1} steps")
    past = drive[:, used - spec.drive_lags : used]
    start = Start(components[:, used - spec.delays - 1 : used], past)
    return Rows(drive[:, used:], truth[:, used:], components[:, used:], start)


def matched(twin: Twin, trials: Trials) -> Trials:
    """Return trials in the windows of the twin's ports, without the channels that its fit left out.

    Spectra on another grid are read at the twin's places where both axes are known (`twin.data.grid`).
    """
    left_out = {name for each in twin.card.data for name in each.channels}
    if trials.channels != twin.channels and left_out:
        kept = [name for name in trials.channels if name in twin.channels or name not in left_out]
        trials = trials.of_channels(kept)
    if twin.card.axis is not None:
        trials = on_axis(twin.card.axis, twin.channels, trials)
    return trials.on(twin.ports)


def _check_same_device(twin: Twin, trials: Trials) -> None:
    """Refuse trials that the twin cannot answer; a unit that is not told fits any."""
    pairs = zip(trials.units, twin.units, strict=False)
    same_units = all(one == other or not (one and other) for one, other in pairs)
    if trials.channels == twin.channels and same_units and trials.drive.shape[-1] == twin.port_count:
        return
    raise DataError(
        f"the twin answers {twin.port_count} ports with {_named(twin)}; the trials have"
        f" {trials.drive.shape[-1]} ports and {_named(trials)}"
    )


def _named(device: Twin | Trials) -> str:
    """Name the first channels with their units."""
    names = [f"{name} ({unit})" for name, unit in zip(device.channels, device.units, strict=True)]
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
