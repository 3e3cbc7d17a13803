"""Neural recordings in NWB files (Neurodata Without Borders): sorted units to a behavioural series."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from pathlib import Path
from typing import Any

import numpy as np
import torch
from nado_lab.network.errors import TaskError
from nado_lab.network.tasks.series import cut, regression
from nado_lab.network.tasks.task import Task
from pydantic import NonNegativeInt, PositiveFloat, PositiveInt

FEWEST_TIMES = 2


def nwb_recording(
    path: str,
    behaviour: str = "cursor_vel",
    train: PositiveInt | None = None,
    test: PositiveInt | None = None,
    bin_s: PositiveFloat = 0.05,
    steps: PositiveInt = 60,
    washout: NonNegativeInt = 10,
) -> Task:
    """Load spike counts of all units in bins of `bin_s` and the series named `behaviour`, in trials.

    Trials are consecutive stretches of `steps` bins, four fifths to train on; needs `pip install pynwb`.
    """
    times, values, spikes = _read(Path(path), behaviour)
    _check_times(path, behaviour, times, values)
    edges = np.arange(times[0], times[-1], bin_s)
    counts = np.stack([np.histogram(unit, edges)[0] for unit in spikes], axis=1)
    middle = (edges[:-1] + edges[1:]) / 2
    wanted = np.stack([np.interp(middle, times, column) for column in values.T], axis=1)
    inputs, targets = (cut(torch.as_tensor(a).double(), steps) for a in (counts, wanted))
    train = train or max(1, len(inputs) * 4 // 5)
    return regression(Path(path).stem, inputs, targets, train, test or len(inputs) - train, washout)


def _check_times(path: str, behaviour: str, times: np.ndarray, values: np.ndarray) -> None:
    """Refuse times that step back, and times and values that are no numbers: targets would be made up."""
    told = f"{path}: the series {behaviour!r}"
    if len(times) < FEWEST_TIMES or len(times) != len(values):
        raise TaskError(
            f"{told} holds {len(values)} values at {len(times)} times; at least 2 of each are needed"
        )
    if not np.isfinite(times).all():
        raise TaskError(f"{told} has {int((~np.isfinite(times)).sum())} times that are no numbers")
    back = np.flatnonzero(np.diff(times) <= 0)
    if len(back):
        raise TaskError(
            f"{told} has times that do not rise, at entry {back[0] + 1} ({times[back[0]]:g} s, then"
            f" {times[back[0] + 1]:g} s): sort the file, or cut it there"
        )
    if not np.isfinite(values).all():
        raise TaskError(
            f"{told} holds {int((~np.isfinite(values)).sum())} values that are no numbers: cut them"
        )


def _read(path: Path, behaviour: str) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    try:
        from pynwb import NWBHDF5IO  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise TaskError("NWB files need the package pynwb: pip install pynwb") from error
    if not path.is_file():
        raise TaskError(f"{path} is not a file")
    try:
        with NWBHDF5IO(str(path), "r", load_namespaces=True) as file:
            return _taken(file.read(), path, behaviour)
    except (OSError, ValueError, TypeError) as error:
        raise TaskError(f"{path} could not be read as an NWB file: {error}") from error


def _taken(recording: Any, path: Path, behaviour: str) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    if recording.units is None or "spike_times" not in recording.units.colnames:
        raise TaskError(f"{path} holds no sorted units with spike times")
    spikes = [np.asarray(times) for times in recording.units["spike_times"][:]]
    series = _find(recording, path, behaviour)
    return _times(series), np.asarray(series.data).reshape(len(series.data), -1), spikes


def _find(recording: Any, path: Path, behaviour: str) -> Any:
    series = {item.name: item for item in recording.objects.values() if hasattr(item, "timestamps")}
    if behaviour not in series:
        raise TaskError(f"{path} holds no series {behaviour!r}; there are {', '.join(sorted(series))}")
    return series[behaviour]


def _times(series: Any) -> np.ndarray:
    if series.timestamps is not None:
        return np.asarray(series.timestamps)
    return series.starting_time + np.arange(len(series.data)) / series.rate
