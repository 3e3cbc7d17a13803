"""The twin: a neural SDE between a start and a readout, answering drives like the device it was fitted to."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from nado_lab.port import Port
from nado_lab.twin.compute import normal
from nado_lab.twin.errors import TwinError
from nado_lab.twin.model.basis import Basis
from nado_lab.twin.model.calibration import Calibration
from nado_lab.twin.model.drive_range import DriveRange
from nado_lab.twin.model.neural_sde import NeuralSDE
from nado_lab.twin.model.noise import ObservationNoise
from nado_lab.twin.model.sde_path import SdePath
from nado_lab.twin.model.start import Start
from nado_lab.twin.model.trial_effects import TrialEffects
from nado_lab.twin.records.card import TwinCard
from nado_lab.twin.records.spec import ModelSpec
from torch import Tensor, nn


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
        if spec.trial_effects:
            self.effects = TrialEffects(spec.trial_effects)
        self.register_buffer("initial", torch.zeros(spec.components))
        self.register_buffer("drive_low", -torch.ones(spec.ports))
        self.register_buffer("drive_high", torch.ones(spec.ports))
        self.is_bounded = True
        self.card = TwinCard()

    @property
    def port_count(self) -> int:
        """Number of drive ports."""
        return self.spec.ports

    @property
    def ports(self) -> tuple[Port, ...]:
        """What drive -1 and 1 stand for, where the runs that were fitted say so."""
        return self.card.ports

    @property
    def device_name(self) -> str:
        """Which of devices side by side it was fitted to; empty where there is one."""
        return self.card.device.device if self.card.device else ""

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
        return Start(components, self.initial.new_zeros(rows, spec.drive_lags, spec.ports), defined=True)

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
        start = self.with_effects(start, generator) if noise else start
        noises = self.wiener((steps, self.spec.substeps, rows), generator) if noise else None
        return self._run(self.drive_parts(start.drive, drive), start, noises)

    def with_effects(self, start: Start, generator: torch.Generator | None) -> Start:
        """Draw numbers of their own for the trials that have none yet, if the model has such."""
        if not self.spec.trial_effects or start.effects is not None:
            return start
        drawn = self.effects.draw(len(start.components), generator)
        return start._replace(effects=self.calibration.spread * drawn)

    def begin(self, *, noise: bool = True, generator: torch.Generator | None = None) -> TwinTrial:
        """Begin a trial from the initial state that is asked step by step."""
        return TwinTrial(self, noise, generator)

    def drive_parts(self, past: Tensor, drive: Tensor) -> Tensor:
        """Weigh every step's drive, saturated, with its lags at once: (row, step, ·)."""
        count = self.spec.drive_lags + 1
        lagged = self.drive_range.saturate(torch.cat([past, drive], 1)).unfold(1, count, 1)
        return self.sde.field.drive_part(lagged.flatten(2))

    def wiener(self, shape: tuple[int, ...], generator: torch.Generator | None) -> Tensor:
        """Draw increments (…, Wiener) of substeps."""
        drawn = normal(*shape, self.spec.wiener, generator=generator, like=self.initial)
        return drawn * ((1.0 / self.spec.substeps) ** 0.5 * self.calibration.spread)

    def _run(self, parts: Tensor, start: Start, noises: Tensor | None) -> Tensor:
        """Step through the weighed drive with the noises (step, substep, row, Wiener), or without."""
        path, none = SdePath(self.sde, start), [None] * self.spec.substeps
        each = [none] * parts.shape[1] if noises is None else noises
        return torch.stack([path.step(part, dw) for part, dw in zip(parts.unbind(1), each, strict=True)], 1)

    @property
    def drive_range(self) -> DriveRange:
        """The range of drives that it was fitted on, beyond which it is not believed."""
        return DriveRange(self.drive_low, self.drive_high, self.is_bounded)

    def outside(self, drive: Tensor) -> Tensor:
        """Tell how far drive (…, step, port) lies outside the fitted range, in half ranges (…); 0 inside."""
        return self.drive_range.excess(drive).amax((-2, -1))

    @torch.no_grad()
    def widen(self, drive: Tensor) -> None:
        """Take the drives (…, port) into the fitted range."""
        rows = drive.reshape(-1, self.spec.ports)
        self.drive_low.copy_(torch.minimum(self.drive_low, rows.amin(0)))
        self.drive_high.copy_(torch.maximum(self.drive_high, rows.amax(0)))


class TwinTrial:
    """A trial under way: the state goes on where the last steps ended."""

    def __init__(self, twin: Twin, noise: bool, generator: torch.Generator | None) -> None:
        self._twin, self._noise, self._generator = twin, noise, generator
        self._path: SdePath | None = None
        self._drive = torch.empty(0)

    def respond(self, drive: Tensor) -> Tensor:
        """Answer the next steps, drive (…, step, port), with readout (…, step, channel)."""
        twin, rows = self._twin, drive.reshape(-1, *drive.shape[-2:])
        if self._path is None:
            start = twin.default_start(len(rows))
            start = twin.with_effects(start, self._generator) if self._noise else start
            self._path, self._drive = SdePath(twin.sde, start), start.drive
        parts = twin.drive_parts(self._drive, rows)
        self._drive = torch.cat([self._drive, rows], 1)[:, rows.shape[1] :]
        components = torch.stack(
            [self._path.step(part, self._noises(len(rows))) for part in parts.unbind(1)], 1
        )
        normal = twin.read(components, self._noise, self._generator)
        return twin.basis.restore(normal).reshape(*drive.shape[:-1], twin.spec.channels)

    def detach(self) -> None:
        """Cut the gradient to everything before."""
        self._drive = self._drive.detach()
        if self._path is not None:
            self._path.detach()

    def _noises(self, rows: int) -> Iterator[Tensor | None]:
        """Draw the noise of each substep, one after the other."""
        for _ in range(self._twin.spec.substeps):
            yield self._twin.wiener((rows,), self._generator) if self._noise else None
