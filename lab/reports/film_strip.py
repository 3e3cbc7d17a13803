"""A film strip: an episode that a controller played on a bench, the plant above what its devices read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from nado_lab.lab.errors import LabError
from nado_lab.lab.store import Run
from nado_lab.network.environments.cart_pole import MAX_POSITION, CartPole
from nado_lab.network.environments.pendulum import Pendulum

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from nado_lab.network import Environment

FRAMES = 8
_GREY, _DARK, _RED = "0.6", "0.2", "#b2182b"


@dataclass(frozen=True)
class Episode:
    """One episode of a run: states reached (step, state), actions (step, action), readouts (device, step)."""

    reached: np.ndarray
    actions: np.ndarray
    readouts: np.ndarray
    devices: tuple[str, ...]
    readout_label: str


def read_episode(run: Run, number: int) -> Episode:
    """Read an episode that a controller played; LabError where the run holds no such one."""
    data = run.dataset()
    if "reached" not in data or "action" not in data:
        raise LabError(
            f"{run.path} holds no episodes of a controller: give layer0.zarr of what `nado deploy` wrote"
        )
    rows = np.flatnonzero(data["sequence"].values == number)
    if not len(rows):
        raise LabError(f"{run.path} holds no episode {number}; it holds {len(data['sequence'])}")
    mine = data.isel(trial=int(rows[-1])).load()
    readout = mine["readout"].isel(channel=0)
    side_by_side = "device" in readout.dims
    return Episode(
        reached=mine["reached"].values,
        actions=mine["action"].values,
        readouts=readout.values if side_by_side else readout.values[None],
        devices=tuple(map(str, mine["device"].values)) if side_by_side else ("device",),
        readout_label=f"{mine['channel'].values[0]} ({mine['readout'].attrs.get('units', '')})",
    )


def draw_film(episode: Episode, environment: Environment, title: str, out: Path) -> None:
    """Draw some moments of an episode, its actions, and what the devices read, into a picture file."""
    draw = _drawing(environment)
    steps = len(episode.reached)
    time = np.arange(1, steps + 1) * environment.step_s
    figure = Figure(figsize=(9, 4.6), layout="constrained")
    grid = figure.add_gridspec(3, FRAMES, height_ratios=(1.5, 1, 1.3))
    shown = np.linspace(0, steps - 1, FRAMES).round().astype(int)
    for place, step in enumerate(shown):
        axes = figure.add_subplot(grid[0, place])
        draw(axes, episode.reached[step])
        axes.set_title(f"{time[step]:.2g} s", fontsize=8)
        axes.set_axis_off()
    action = figure.add_subplot(grid[1, :])
    action.plot(time, episode.actions, color=_RED, linewidth=1)
    action.set_ylabel(environment.action_names[0], fontsize=8)
    action.set_ylim(-1.05, 1.05)
    action.tick_params(labelbottom=False)
    read = figure.add_subplot(grid[2, :], sharex=action)
    for name, values in zip(episode.devices, episode.readouts, strict=True):
        read.plot(time, values, linewidth=0.8, label=name)
    read.set_xlabel("time of the plant (s)", fontsize=8)
    read.set_ylabel(episode.readout_label, fontsize=8)
    read.legend(fontsize=6, ncols=len(episode.devices), loc="upper right")
    figure.suptitle(title, fontsize=9)
    figure.savefig(out, dpi=130)


def _drawing(environment: Environment) -> Callable[[Axes, np.ndarray], None]:
    match environment:
        case CartPole():
            return _cart_pole
        case Pendulum():
            return _pendulum
        case _:
            raise LabError("there is no picture of this environment; pendulum and cart-pole have one")


def _cart_pole(axes: Axes, state: np.ndarray) -> None:
    x, angle = state[0], state[2]
    axes.plot([-MAX_POSITION, MAX_POSITION], [0, 0], color=_GREY, linewidth=1)
    axes.plot([x - 0.35, x + 0.35], [0, 0], color=_DARK, linewidth=6, solid_capstyle="butt")
    axes.plot([x, x + 1.6 * np.sin(angle)], [0, 1.6 * np.cos(angle)], color=_RED, linewidth=2.5)
    _frame(axes, (-MAX_POSITION, MAX_POSITION), (-0.6, 2.0))


def _pendulum(axes: Axes, state: np.ndarray) -> None:
    axes.plot([0, np.sin(state[0])], [0, np.cos(state[0])], color=_RED, linewidth=2.5)
    axes.plot([0], [0], "o", color=_DARK, markersize=4)
    _frame(axes, (-1.2, 1.2), (-1.2, 1.2))


def _frame(axes: Axes, x: tuple[float, float], y: tuple[float, float]) -> None:
    axes.set_xlim(*x)
    axes.set_ylim(*y)
    axes.set_aspect("equal")
