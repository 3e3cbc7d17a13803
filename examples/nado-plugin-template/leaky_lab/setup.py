"""A setup of kind "leaky": one box, two ports, two channels."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
from nado_lab.instruments.limits import check_all
from nado_lab.instruments.setups.config import ConfigPart, SetupConfig
from nado_lab.instruments.setups.family import Family
from nado_lab.instruments.setups.records import Limit, Reset, Response
from nado_lab.instruments.setups.setup import Setup
from pydantic import PositiveFloat

from leaky_lab.driver import LeakyBox


class TimingConfig(ConfigPart):
    """How long a step is held, and how long both inputs rest before a trial."""

    step_s: PositiveFloat
    rest_s: PositiveFloat


class LeakyConfig(SetupConfig, frozen=True, extra="forbid"):
    """What a setup file of this kind states beside roles and ports."""

    required_limits: ClassVar = {"box": ("max_volts", "max_watts")}
    taken_down: ClassVar = (("box",),)
    safe_state: ClassVar = "voltage and light at 0, outputs off"

    kind: Literal["leaky"]
    timing: TimingConfig


class LeakySetup(Setup[LeakyConfig]):
    """Hold both inputs for a step, then read both levels."""

    channels = ("fast", "slow")
    channel_units = ("V", "V")
    waveform_shape = (1, 2)

    def _assign_roles(self) -> None:
        self.box = self.role("box", LeakyBox)

    @property
    def step_s(self) -> float:
        """Duration of a step in s."""
        return self.config.timing.step_s

    @property
    def reset(self) -> Reset:
        """What begins every trial."""
        return Reset("both inputs at 0", self.config.timing.rest_s)

    def estimate_s(self, trials: int, steps: int) -> float:
        """Take rests and steps of all trials."""
        return trials * (self.reset.seconds + steps * self.step_s)

    def limit_list(self) -> tuple[Limit, ...]:
        """List what the file allows."""
        return Limit("voltage", self.box.most_volts, "V"), Limit("light", self.box.most_watts, "W")

    def check_limits(self, inputs: np.ndarray) -> None:
        """Raise LimitError where inputs (trial, step, port) ask too much."""
        for port, limit in enumerate(self.limit_list()):
            check_all(limit.name, inputs[..., port], 0.0, limit.value, limit.unit, "Narrow the port.")

    def energise(self) -> None:
        """Switch on at rest, once."""
        self.require_interlock()
        if not self._energised:
            self._energised = True
            self.box.prepare()

    def proofs(self) -> list[tuple[str, Callable[[], object]]]:
        """Have `nado check` hold a hundredth of each input and read."""
        return [("1 % of each input", self._one_percent)]

    def _one_percent(self) -> str:
        self.energise()
        self.box.hold(0.01 * self.box.most_volts, 0.01 * self.box.most_watts)
        self.clock.sleep(self.step_s)
        return "levels {:.3g} and {:.3g} V".format(*self.box.levels())

    def _play(self, inputs: np.ndarray, should_stop: Callable[[], bool]) -> Iterator[Response]:
        for trial in inputs:
            self.energise()
            levels = [self._held(0.0, 0.0, self.reset.seconds)]
            for volts, watts in trial:
                if should_stop():
                    self.shutdown()
                    return
                self.require_energised()
                levels.append(self._held(volts, watts, self.step_s))
            self.require_health()
            initial, readout = np.array(levels[0]), np.array(levels[1:])
            yield Response(readout, initial, readout[:, None], trial)

    def _held(self, volts: float, watts: float, seconds: float) -> tuple[float, float]:
        """Hold both inputs for so long, and read the levels at the end."""
        end = self.clock.now() + seconds
        self.box.hold(volts, watts)
        self.clock.sleep(max(end - self.clock.now(), 0.0))
        return self.box.levels()

    def _safe_actions(self) -> list[tuple[str, Callable[[], object]]]:
        self._energised = False
        return super()._safe_actions()


FAMILY = Family(
    kind="leaky",
    config=LeakyConfig,
    setup=LeakySetup,
    presets=Path(__file__).parent / "presets",
    bench="leaky",
)
