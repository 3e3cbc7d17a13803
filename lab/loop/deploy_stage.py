"""The network of a round on its way through the arrays, run by run, and what is read back from the runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from nado_lab.lab.loop.context import Visit, device_seconds
from nado_lab.lab.loop.round import Round, lineage, own_drives
from nado_lab.lab.loop.round_drift import drift_within, initial_state
from nado_lab.lab.loop.stretches import Stretch, compensation_of, stored_readout, stretches
from nado_lab.lab.store import Run
from nado_lab.lab.workflow.deploy_layers import check_layer
from nado_lab.lab.workflow.draw_drives import choose_rows
from nado_lab.lab.workflow.play_drives import PlayOptions, play


class Deploying:
    """Plays the layers of a round's network; every run is a visit of its own to the layer's array."""

    def __init__(self, this: Round) -> None:
        self.this, self.network, self.rule = this, this.network(), this.shop.config.drift
        self.twins = this.of_layers(this.twins())
        self.runs: list[Run] = []
        self.spent_s = 0.0
        self.drifts: list[float] = []
        self.compensated: list[dict[str, Any]] = []

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
        options = self._options(self.this.visit("compare"), layer)
        parts = self._stretches(layer, len(drive))
        return stored_readout(parts, self.twins[layer], options, self._reference(layer))

    def _stretches(self, layer: int, trials: int) -> list[Stretch]:
        return stretches(self.this.folder / "deploy", layer, trials, self.rule.compensate_every)

    def _own_drives(self, layer: int) -> list[np.ndarray]:
        """Give what the network sends to a layer for some training examples, where checks need it."""
        if not self.rule.compensate_every:
            return []
        return [own_drives(self.this, self.network, self.this.twins())[layer]]

    def _reference(self, layer: int) -> np.ndarray | None:
        return initial_state(self.this, self.this.shop.config.array_of(layer))

    def _options(self, visit: Visit, layer: int) -> PlayOptions:
        below = [run.metadata.run_id for run in self.runs]
        ports = self.network.spec.layers[layer].ports
        return self.this.shop.options(visit, ports, (*lineage(self.this), *below))

    def _run(self, layer: int, drive: np.ndarray, path: Path, probes: bool = True) -> Run:
        """Play drive into a run, if it is not there yet."""
        array = self.this.shop.config.array_of(layer)
        visit = self.this.visit("deploy", self.spent_s, array)
        with self.this.shop.open_device(visit) as setup:
            check_layer(self.network, layer, setup)
            options = self._options(visit, layer)
            run = play(drive, setup, path, options if probes else replace(options, probe=None))
        self.runs.append(run)
        self.spent_s += device_seconds(run, self.this.step_s(array))
        return run

    def _compensated(self, layer: int, check: Path, drive: np.ndarray) -> np.ndarray:
        """Return the drive that acts as `drive` did when the twin was calibrated, and note the drift."""
        found = compensation_of(check, self.twins[layer], self._reference(layer))
        sent = found.drive(torch.as_tensor(drive)).numpy()
        held = float((np.abs(sent) >= 1.0).mean() - (np.abs(drive) >= 1.0).mean())
        self.compensated.append(
            {"run": check.name, **found.correction.describe(), "share_at_the_edge": max(held, 0.0)}
        )
        return sent
