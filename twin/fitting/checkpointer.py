"""When a fit is saved, how it stops, and how it goes on where it stopped."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import torch
from nado_lab.twin.data.trials import Trials
from nado_lab.twin.errors import FileError, TwinError
from nado_lab.twin.fitting import checkpoint
from nado_lab.twin.fitting.checkpoint import Unfinished
from nado_lab.twin.fitting.phase import AlsoTrained, Phase, PhaseState
from nado_lab.twin.model.twin import Twin
from nado_lab.twin.records.json_object import JsonObject
from nado_lab.twin.records.settings import FitSettings

EVERY_S = 5.0
NUMBERS = ("step", "best_at", "retries", "rate", "spent")


class Checkpointer:
    """Save a fit to `path` every few seconds, and once more when it is to stop.

    `unfinished` is what was saved before: the fit then goes on from there, and ends with the weights of a fit
    that was never stopped (unless its length is given in seconds).
    """

    def __init__(
        self, path: str | Path, unfinished: Unfinished | None = None, *, every_s: float = EVERY_S
    ) -> None:
        self.path, self.unfinished = Path(path), unfinished
        self._every_s, self._last = every_s, time.monotonic()
        self._notes: JsonObject = {}

    @property
    def warm(self) -> bool:
        """Tell whether the fit began from a twin."""
        return bool(self._notes["warm"])

    def begin(self, trials: Trials, settings: FitSettings, start: Twin | None) -> Twin | None:
        """Note what is fitted; return the twin of the fit that is to go on, if there is one."""
        notes = {"settings": settings.to_json(), "data": checkpoint.fingerprint(trials)}
        self._notes = notes | {"warm": start is not None}
        if self.unfinished is None:
            return None
        self._check_same("settings", self.unfinished.settings == settings)
        self._check_same("trials", self.unfinished.notes.get("data") == notes["data"])
        self._notes["warm"] = self.unfinished.notes.get("warm")
        return self.unfinished.twin(trials)

    def _check_same(self, what: str, is_same: bool) -> None:
        if not is_same:
            raise TwinError(f"{self.path} was begun with other {what}: give the same, or begin anew")

    def resume(
        self, phases: Sequence[Phase], begin: Callable[[Phase], PhaseState]
    ) -> tuple[int, PhaseState | None]:
        """Return the number of the phase to begin with and where it stands; None: at its start."""
        if self.unfinished is None:
            return 0, None
        try:
            number = int(self.unfinished.notes["phase"])
            state = begin(phases[number])
            self._restore(self.unfinished, phases, state)
        except (KeyError, IndexError, TypeError, ValueError, RuntimeError) as error:
            raise FileError(
                f"{self.unfinished.path} does not hold the fit it describes: {error!r}"
            ) from error
        return number, state

    def _restore(self, found: Unfinished, phases: Sequence[Phase], state: PhaseState) -> None:
        numbers = found.notes["descent"]
        for name in NUMBERS:
            setattr(state, name, type(getattr(state, name))(numbers[name]))
        state.best = math.inf if numbers["best"] is None else float(numbers["best"])
        state.kept = found.under("kept")
        if state.mean is not None:
            checkpoint.set_state(state.mean, found.under("mean"))
        for index, optimiser in enumerate(state.optimisers):
            checkpoint.set_state(optimiser, found.under(f"optimiser/{index}"))
        for name, part in _also_trained(phases).items():
            checkpoint.set_state(part, found.under(f"part/{name}"))
        state.generator.set_state(found.tensors["random/phase"])
        torch.set_rng_state(found.tensors["random/all"])

    def is_due(self) -> bool:
        """Tell whether the last save lies `every_s` back."""
        return time.monotonic() - self._last >= self._every_s

    def save(self, twin: Twin, phases: Sequence[Phase], number: int, state: PhaseState) -> None:
        """Save phase `number` and all that its next step depends on."""
        self._last = time.monotonic()
        descent = {name: getattr(state, name) for name in NUMBERS}
        descent["best"] = state.best if math.isfinite(state.best) else None
        notes = {"phase": number, "descent": descent, "model": asdict(twin.spec), "card": twin.card.to_json()}
        tensors = checkpoint.state_of("twin", twin)
        for index, optimiser in enumerate(state.optimisers):
            tensors |= checkpoint.state_of(f"optimiser/{index}", optimiser)
        tensors |= {f"kept/{name}": tensor for name, tensor in state.kept.items()}
        if state.mean is not None:
            tensors |= checkpoint.state_of("mean", state.mean)
        for name, part in _also_trained(phases).items():
            tensors |= checkpoint.state_of(f"part/{name}", part)
        tensors |= {"random/phase": state.generator.get_state(), "random/all": torch.get_rng_state()}
        checkpoint.write(self.path, self._notes | notes, tensors)

    def remove(self) -> None:
        """Remove the checkpoint: the twin is saved."""
        self.path.unlink(missing_ok=True)


def _also_trained(phases: Sequence[Phase]) -> AlsoTrained:
    """Return what the phases keep beside the twin (a critic and its optimiser), by name."""
    return {name: part for phase in phases for name, part in phase.also_trained.items()}
