"""The part of a setup that is asked step by step; a family that can says so and implements two methods."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
from nado_lab.instruments.errors import BusyError, SetupError
from nado_lab.instruments.setups.records import Reset
from nado_lab.instruments.setups.stepwise import Played, Ready, Stepped, StepwiseTrial


class Steppable(Stepped, Protocol):
    """A setup as this part of it sees it."""

    devices: tuple[str, ...]
    stepwise_trial: StepwiseTrial | None

    @property
    def step_s(self) -> float: ...

    @property
    def least_period_s(self) -> float: ...

    @property
    def port_count(self) -> int: ...

    @property
    def reset(self) -> Reset: ...

    def require_idle(self) -> None: ...

    def require_stepwise(self) -> None: ...


class StepwiseSetup:
    """What a setup has for `begin`; a family that is stepwise overrides `begin_steps` and `play_step`."""

    stepwise_trial: StepwiseTrial | None = None
    """The stepwise trial that is under way."""

    @property
    def stepwise(self: Steppable) -> bool:
        """Tell whether the setup can be asked step by step."""
        return not self.config.not_stepwise

    @property
    def least_period_s(self: Steppable) -> float:
        """Return the shortest time in s from the begin of a step to the next, if nothing else took time."""
        return self.step_s

    @property
    def step_period_s(self: Steppable) -> float:
        """Return the time in s from the begin of a step to the next in a stepwise trial."""
        wanted = self.config.stepwise.period_s
        return self.least_period_s if wanted is None else wanted

    def estimate_steps_s(self: Steppable, trials: int, steps: int) -> float:
        """Estimate how many s of the bench's clock so many stepwise trials take, resets included."""
        return trials * (self.reset.seconds + steps * self.step_period_s)

    def begin(
        self: Steppable, *, should_stop: Callable[[], bool] = lambda: False, patience_s: float | None = None
    ) -> StepwiseTrial:
        """Begin a trial from the start state: ``with setup.begin() as trial: y = trial.step(drive)``.

        Steps follow each other every `step_period_s`; a step that comes later than `patience_s` (s, else the
        setup file's) finds the bench at its safe state. SetupError where the setup is not stepwise.
        """
        self.require_stepwise()
        self.require_idle()
        self.stepwise_trial = StepwiseTrial(self, should_stop, patience_s)
        return self.stepwise_trial

    def require_stepwise(self: Steppable) -> None:
        """Raise SetupError, with the reason, where the setup cannot be asked step by step."""
        name, why, period = self.config.name, self.config.not_stepwise, self.step_period_s
        if why:
            raise SetupError(f"setup {name!r} cannot be asked step by step: {why}")
        if period < self.least_period_s * (1 - 1e-9):
            raise SetupError(
                f"setup {name!r}: stepwise.period_s is {period:g} s, and a step alone takes "
                f"{self.least_period_s:g} s; write at least that"
            )

    def require_no_trial(self) -> None:
        """Raise BusyError while a stepwise trial is under way."""
        if self.stepwise_trial is not None:
            raise BusyError("a stepwise trial is under way on this setup; end it first")

    def end_steps(self) -> None:
        """Take note that the stepwise trial is over."""
        self.stepwise_trial = None

    def step_of(self: Steppable, drive: np.ndarray) -> np.ndarray:
        """Return a drive of one step as real numbers; ValueError where its shape is another than ours."""
        if np.iscomplexobj(drive):
            raise ValueError("drive must be real, got complex numbers")
        drive = np.asarray(drive, dtype=float)
        wanted = (len(self.devices), self.port_count) if self.devices else (self.port_count,)
        if drive.shape != wanted:
            told = "(device, port)" if self.devices else "(port,)"
            raise ValueError(f"the drive of a step must have shape {told} = {wanted}, got {drive.shape}")
        return drive

    # -- what a family that is stepwise implements -------------------------------------------

    def begin_steps(self, ready: Ready, should_stop: Callable[[], bool]) -> Played | None:
        """Take the device to its start state and read it; None where it was stopped."""
        raise NotImplementedError(f"{type(self).__name__} says that it is stepwise, and has no begin_steps")

    def play_step(self, inputs: np.ndarray, ready: Ready, should_stop: Callable[[], bool]) -> Played | None:
        """Play one step of checked inputs ([device,] port) in SI units; None where it was stopped."""
        raise NotImplementedError(f"{type(self).__name__} says that it is stepwise, and has no play_step")
