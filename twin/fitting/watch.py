"""What looks at a phase while it runs: how far the fit has come, whether it is to stop or to be saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nado_lab.observer import Observer, Progress, StoppedError
from nado_lab.twin.fitting.checkpointer import Checkpointer
from nado_lab.twin.fitting.phase import Phase, PhaseState
from nado_lab.twin.model.twin import Twin

STAGE = "fit"


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
        stop = self.observer.should_stop()
        if self.checkpointer and (stop or self.checkpointer.is_due()):
            self.checkpointer.save(self.twin, self.phases, self.number, state)
        if stop:
            raise StoppedError(self._stopped(state))

    def checked(self, state: PhaseState, done: float, held_out: float) -> None:
        """Tell the observer the share of the whole fit, and the figures of the phase."""
        weights = [phase.weight for phase in self.phases]
        before, mine, total = sum(weights[: self.number]), weights[self.number], sum(weights)
        figures = {"step": state.step, "held_out": held_out, "best": state.best}
        if state.loss is not None:
            figures["loss"] = state.loss
        share = min(1.0, (before + mine * done) / total)
        self.observer.progress(Progress(STAGE, share, self.phases[self.number].name, figures))

    def _stopped(self, state: PhaseState) -> str:
        where = f"the fit stopped at step {state.step} of its {self.phases[self.number].name} phase"
        if self.checkpointer is None:
            return f"{where}; nothing of it was kept"
        path = self.checkpointer.path
        return f"{where}; {path} keeps it, and the same command with --resume goes on from there"
