"""The twin: a neural SDE between a start and a readout, answering drives like the device it was fitted to."""

from __future__ import annotations

from typing import NamedTuple

import torch
from nado_lab.twin.card import TwinCard
from nado_lab.twin.data.drive_map import DriveMap
from nado_lab.twin.errors import TwinError
from nado_lab.twin.model.basis import Basis
from nado_lab.twin.model.calibration import Calibration
from nado_lab.twin.model.neural_sde import NeuralSDE
from nado_lab.twin.model.noise import ObservationNoise
from nado_lab.twin.model.spec import ModelSpec
from nado_lab.twin.solvers import solver
from torch import Tensor, nn


class Start(NamedTuple):
    """Hold past components (row, delays + 1, component), the last is now, and past drive (row, lags, port).

    And, where measured steps before tell of them, the hidden states (row, hidden); None: all zero.
    """

    components: Tensor
    drive: Tensor
    hidden: Tensor | None = None

    def at(self, rows: Tensor) -> Start:
        """Return the starts of the given rows."""
        hidden = None if self.hidden is None else self.hidden[rows]
        return Start(self.components[rows], self.drive[rows], hidden)

    def repeat(self, times: int) -> Start:
        """Return all rows `times` over."""
        hidden = None if self.hidden is None else self.hidden.repeat(times, 1)
        return Start(self.components.repeat(times, 1, 1), self.drive.repeat(times, 1, 1), hidden)


class Twin(nn.Module):
    """Answer drives in [-1, 1] with readouts in device units, differentiable and with sampled noise."""

    initial: Tensor
    drive_low: Tensor
    drive_high: Tensor

    def __init__(
        self, spec: ModelSpec, channels: tuple[str, ...], units: tuple[str, ...], step_s: float = 1.0
    ) -> None:
        super().__init__()
        if len(channels) != spec.channels or len(units) != spec.channels:
            raise TwinError(f"{spec.channels} channels need as many names and units; got {channels}, {units}")
        self.spec, self.channels, self.units, self.step_s = spec, tuple(channels), tuple(units), step_s
        self.basis = Basis(spec.channels, spec.components)
        self.sde = NeuralSDE(spec)
        self.calibration = Calibration(spec.channels, spec.components)
        self.observation = ObservationNoise(spec.channels, spec.observation_rank)
        self.register_buffer("initial", torch.zeros(spec.components))
        self.register_buffer("drive_low", -torch.ones(spec.ports))
        self.register_buffer("drive_high", torch.ones(spec.ports))
        self.card = TwinCard()

    @property
    def port_count(self) -> int:
        """Number of drive ports."""
        return self.spec.ports

    @property
    def drive_map(self) -> DriveMap | None:
        """What drive -1 and 1 stand for, where the runs that were fitted say so."""
        return self.card.drive_map

    @property
    def readout_mean(self) -> Tensor:
        """Mean readout (channel,) of the trials the twin was fitted to."""
        return self.basis.mean

    @property
    def readout_std(self) -> Tensor:
        """Standard deviation (channel,) of the readouts the twin was fitted to."""
        return self.basis.std

    def respond(
        self,
        drive: Tensor,
        *,
        noise: bool = True,
        generator: torch.Generator | None = None,
        start: Start | None = None,
    ) -> Tensor:
        """Answer drive (…, step, port) from the initial state with readout (…, step, channel)."""
        drive = torch.as_tensor(drive, dtype=self.initial.dtype, device=self.initial.device)
        if drive.ndim < 2 or drive.shape[-1] != self.spec.ports:
            raise TwinError(f"drive must be (…, step, {self.spec.ports} ports); got {tuple(drive.shape)}")
        rows = drive.reshape(-1, *drive.shape[-2:])
        normal = self.read(self.paths(rows, start, noise=noise, generator=generator), noise, generator)
        return self.basis.restore(normal).reshape(*drive.shape[:-1], self.spec.channels)

    def read(
        self,
        components: Tensor,
        noise: bool,
        generator: torch.Generator | None,
        channels: Tensor | slice = slice(None),
    ) -> Tensor:
        """Read components (…, component) as (…, channel) in units of the basis' std, with observation noise.

        `channels` (number,) chooses some, where all are not needed.
        """
        normal = self.basis.decode_normalised(self.calibration.correct(components), channels)
        normal = normal + self.calibration.offset[channels]
        if noise and self.spec.noisy_readout:
            normal = normal + self.calibration.spread * self._observe(normal.shape[:-1], generator, channels)
        return normal

    def _observe(
        self, shape: tuple[int, ...], generator: torch.Generator | None, channels: Tensor | slice
    ) -> Tensor:
        """Draw the readout's noise: in innovations form what of it lies outside the basis."""
        if not self.spec.innovations:
            return self.observation.sample(shape, generator, channels)
        return self.basis.outside(self.observation.sample(shape, generator))[..., channels]

    def default_start(self, rows: int) -> Start:
        """Return the defined initial state, `rows` times: constant past, no past drive."""
        spec = self.spec
        components = self.initial.expand(rows, spec.delays + 1, spec.components)
        return Start(components, self.initial.new_zeros(rows, spec.drive_lags, spec.ports))

    def paths(
        self,
        drive: Tensor,
        start: Start | None = None,
        *,
        noise: bool = True,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """Run the SDE under drive (row, step, port); return the components (row, step, component)."""
        rows, steps, _ = drive.shape
        start = start or self.default_start(rows)
        dt = 1.0 / self.spec.substeps
        wiener = None
        if noise:
            shape = (steps, self.spec.substeps, rows, self.spec.wiener)
            wiener = torch.randn(shape, generator=generator, device=drive.device)
            wiener = wiener * (dt**0.5 * self.calibration.spread)
        return self._run(self.drive_parts(start.drive, drive), start, wiener, dt)

    def drive_parts(self, past: Tensor, drive: Tensor) -> Tensor:
        """Weigh every step's drive with its lags at once: (row, step, ·)."""
        count = self.spec.drive_lags + 1
        lagged = torch.cat([past, drive], 1).unfold(1, count, 1)
        return self.sde.field.drive_part(lagged.flatten(2))

    def _run(self, parts: Tensor, start: Start, wiener: Tensor | None, dt: float) -> Tensor:
        """Step through the drive; delays and drive are constant within a step."""
        spec, take = self.spec, solver(self.spec.solver)
        past = list(start.components.unbind(1))
        known = past[-1] if start.hidden is None else torch.cat([past[-1], start.hidden], -1)
        z = torch.nn.functional.pad(known, (0, spec.state - known.shape[-1]))
        no_noise: list[list[None]] = [[None] * spec.substeps] * parts.shape[1]
        draws = no_noise if wiener is None else [list(noises) for noises in wiener]
        for constant, noises in zip(parts.unbind(1), draws, strict=True):
            delays = torch.cat(past[-1 - spec.delays : -1], -1) if spec.delays else z
            self.sde.hold(self.sde.field.prepare(constant, delays))
            for dw in noises:
                z = take(self.sde, z, dt, dw)
            past.append(z[..., : spec.components])
        self.sde.hold(None)
        return torch.stack(past[spec.delays + 1 :], 1)

    def outside(self, drive: Tensor) -> Tensor:
        """Tell how far drive (…, step, port) lies outside the fitted range, in half ranges (…); 0 inside."""
        half = ((self.drive_high - self.drive_low) / 2).clamp_min(1e-12)
        excess = torch.maximum(drive - self.drive_high, self.drive_low - drive) / half
        return excess.clamp_min(0).amax((-2, -1))
