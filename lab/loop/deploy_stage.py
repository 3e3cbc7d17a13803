"""The network of a round on its way through the arrays, run by run, and what is read back from the runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from nado_lab.lab.loop.context import BenchSession, device_seconds
from nado_lab.lab.loop.records import Compensated
from nado_lab.lab.loop.round import Round, lineage, own_drives
from nado_lab.lab.loop.round_drift import drift_within, initial_state
from nado_lab.lab.runs.observer import Observer
from nado_lab.lab.store import Run
from nado_lab.lab.workflow.deploy_layers import check_layer
from nado_lab.lab.workflow.device_check import check_device
from nado_lab.lab.workflow.draw_drives import choose_rows
from nado_lab.lab.workflow.play_drives import PlayOptions, play_drives
from nado_lab.lab.workflow.stretches import Stretch, compensation_of, stored_readout, stretches


class Deploying:
    """Plays the layers of a round's network; every run is a session of its own to the layer's array."""

    def __init__(self, this: Round) -> None:
        self.this, self.network, self.rule = this, this.network(), this.context.config.drift
        self.twins = this.of_layers(this.twins())
        self.runs: list[Run] = []
        self.spent_s = 0.0
        self.drifts: list[float] = []
        self.compensated: list[Compensated] = []
        self._trials, self._played = self._count_trials(), 0

    def play(self, layer: int, drive: np.ndarray) -> np.ndarray:
        """Send drive (trial, step, port) to the array of a layer; return its readout as it is stored."""
        played, own = [], self._own_drives(layer)
        for number, part in enumerate(self._stretches(layer, len(drive))):
            sent = drive[part.rows]
            if part.check is not None:
                rng = np.random.default_rng([self.this.seed("check"), layer, number])
                chosen = choose_rows(rng, own, self.rule.compensate_sequences)
                self._run(layer, chosen, part.check, probes=False)
                sent = self._compensated(layer, part.check, sent)
            played.append(self._run(layer, sent, part.run))
        drift = drift_within(self.this, played)
        self.drifts += [] if drift is None else [drift]
        return self.stored(layer, drive)

    def stored(self, layer: int, drive: np.ndarray) -> np.ndarray:
        """Read what the array of a layer answered to drive (trial, step, port): (trial, step, channel)."""
        options = self._options(self.this.session("compare"), layer)
        parts = self._stretches(layer, len(drive))
        return stored_readout(parts, self.twins[layer], options.probe is not None, self._reference(layer))

    def _stretches(self, layer: int, trials: int) -> list[Stretch]:
        return stretches(self.this.folder / "deploy", layer, trials, self.rule.compensate_every)

    def _own_drives(self, layer: int) -> list[np.ndarray]:
        """Give what the network sends to a layer for some training examples, where checks need it."""
        if not self.rule.compensate_every:
            return []
        return [own_drives(self.this, self.network, self.this.twins())[layer]]

    def _reference(self, layer: int) -> np.ndarray | None:
        return initial_state(self.this, self.this.context.config.array_of(layer))

    def _options(self, session: BenchSession, layer: int) -> PlayOptions:
        below = [run.metadata.run_id for run in self.runs]
        ports = self.network.spec.layers[layer].ports
        return self.this.context.options(session, ports, (*lineage(self.this), *below))

    def _run(self, layer: int, drive: np.ndarray, path: Path, probes: bool = True) -> Run:
        """Play drive into a run, if it is not there yet."""
        array = self.this.context.config.array_of(layer)
        session = self.this.session("deploy", self.spent_s, array)
        look = self._observer_of(len(drive))
        with self.this.context.open_device(session) as setup:
            check_layer(self.network, layer, setup)
            check_device(self.twins[layer], setup)
            options = self._options(session, layer)
            options = options if probes else replace(options, probe=None)
            run = play_drives(drive, setup, path, options, look)
        self.runs.append(run)
        self.spent_s += device_seconds(run, self.this.step_s(array))
        return run

    def _count_trials(self) -> int:
        """Count the trials of all layers, those that look for drift included."""
        examples, every = len(self.this.context.task.test), self.rule.compensate_every
        total = 0
        for layer in self.network.spec.layers:
            trials = examples * layer.nodes
            total += trials + (-(-trials // every) * self.rule.compensate_sequences if every else 0)
        return total

    def _observer_of(self, trials: int) -> Observer:
        """Give the observer of the next `trials` trials of the stage."""
        first, self._played = self._played, self._played + trials
        shares = (min(each / self._trials, 1.0) for each in (first, self._played))
        return self.this.context.observer_of(self.this.number, "deploy", *shares)

    def _compensated(self, layer: int, check: Path, drive: np.ndarray) -> np.ndarray:
        """Return the drive that acts as `drive` did when the twin was calibrated, and note the drift."""
        found = compensation_of(check, self.twins[layer], self._reference(layer))
        sent = found.drive(torch.as_tensor(drive)).numpy()
        held = float((np.abs(sent) >= 1.0).mean() - (np.abs(drive) >= 1.0).mean())
        moved = found.correction
        gain, shift = tuple(moved.gain.tolist()), tuple(moved.shift.tolist())
        self.compensated.append(Compensated(check.name, gain, shift, max(held, 0.0)))
        return sent
