"""A device of one leaky integrator a port: small, exact, and it remembers what was done to it."""

from dataclasses import dataclass

import numpy as np
from nado_lab.port import Port, inputs_of

CENTRE, SPAN = 2.6e-3, 1.0e-3


@dataclass
class FakeResponse:
    readout: np.ndarray
    initial: np.ndarray
    waveform: np.ndarray
    input: np.ndarray


class FakeClock:
    """Time that passes only by sleeping."""

    def __init__(self):
        self.time = 0.0

    def now(self):
        return self.time

    def sleep(self, seconds):
        self.time += seconds


class FakeDevice:
    """Answer u with x' = x / 2 + u and 2 x; `fail_at` raises, `interrupt_at` runs a callable."""

    in_process = True
    ports = (Port("field", "T", CENTRE - SPAN, CENTRE + SPAN, shown="mT"),)
    port_count = 1
    devices = ()
    channel_axis = None
    waveform_units = "V"
    channels = ("x", "double")
    channel_units = ("V", "V")
    waveform_shape = (4, 1)
    step_s = 0.01

    def __init__(self, fail_at: int | None = None, on_trial=None, shutdown_error=None, failed=()):
        self.fail_at, self.on_trial, self.shutdown_error = fail_at, on_trial, shutdown_error
        self.events: list[str] = []
        self.clock = FakeClock()
        self.failed = list(failed)
        self.played = 0

    def estimate_s(self, trials, steps):
        return trials * steps * self.step_s

    def measure(self, drive, *, should_stop=lambda: False, inputs=None):
        inputs = inputs_of(self.ports, drive) if inputs is None else inputs
        for number, (trial, applied) in enumerate(zip(drive, inputs, strict=True)):
            if self.on_trial:
                self.on_trial(number)
            if should_stop():
                return
            if number == self.fail_at:
                raise RuntimeError("the generator fell off the table")
            self.played += 1
            yield self._respond(trial, applied)

    def _respond(self, trial, applied):
        x, readout = 0.0, []
        for u in trial[:, 0]:
            x = x / 2 + u
            readout.append((x, 2 * x))
        return FakeResponse(np.array(readout), np.zeros(2), np.ones((len(trial), 4, 1)), applied)

    def snapshot(self):
        return {"generator": {"identity": "FAKE,1,0,0"}}

    def energise(self):
        self.events.append("energise")

    def shutdown(self):
        self.events.append("shutdown")
        if self.shutdown_error:
            raise self.shutdown_error
        return self.failed
