"""What looks at a phase while it runs: how far the fit has come, whether it is to stop or to be saved."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from nado_lab.observer import Observer, Progress, StoppedError
from nado_lab.twin.fitting.checkpointer import Checkpointer
from nado_lab.twin.fitting.phase import Phase, PhaseState
from nado_lab.twin.model.twin import Twin

STAGE = "fit"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FitWatch:
    """Look at phase `number` of a fit for its observer and its checkpointer, if there is one."""

    twin: Twin
    phases: Sequence[Phase]
    number: int
    observer: Observer
    checkpointer: Checkpointer | None

    def before_step(self, state: PhaseState) -> None:
        """Save when it is time to; when the fit is to stop, save and raise `StoppedError`."""
        stop, fault = self.observer.should_stop(), ""
        if self.checkpointer and (stop or self.checkpointer.is_due()):
            fault = self._save(self.checkpointer, state)
        if stop:
            raise StoppedError(self._stopped(state, fault))

    def checked(self, state: PhaseState, done: float, held_out: float) -> None:
        """Tell the observer the share of the whole fit, and the figures of the phase."""
        weights = [phase.weight for phase in self.phases]
        before, mine, total = sum(weights[: self.number]), weights[self.number], sum(weights)
        figures = {"step": state.step, "held_out": held_out, "best": state.best}
        if state.loss is not None:
            figures["loss"] = state.loss
        share = min(1.0, (before + mine * done) / total)
        self.observer.progress(Progress(STAGE, share, self.phases[self.number].name, figures))

    def _save(self, checkpointer: Checkpointer, state: PhaseState) -> str:
        """Save the state; a full disk ends no fit: say why it could not be saved, and try again later."""
        try:
            checkpointer.save(self.twin, self.phases, self.number, state)
        except OSError as error:
            fault = f"{checkpointer.path} cannot be written ({error.strerror or error})"
            _log.warning("%s; the fit goes on", fault)
            return fault
        return ""

    def _stopped(self, state: PhaseState, fault: str) -> str:
        where = f"the fit stopped at step {state.step} of its {self.phases[self.number].name} phase"
        if self.checkpointer is None:
            return f"{where}; nothing of it was kept"
        path = self.checkpointer.path
        if fault:
            older = "an earlier state is in it" if path.exists() else "nothing of it was kept"
            return f"{where}; {fault}: {older}"
        return f"{where}; {path} keeps it, and the same command with --resume goes on from there"
