"""From trials to a first model: its sizes, its basis, its linear part and its noise level."""

# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

from dataclasses import replace

import torch
from nado_lab.twin.data.trials import Trials
from nado_lab.twin.fitting.sizes import components_for, has_trial_effects, needs_memory
from nado_lab.twin.losses.likelihood import trials_numbers
from nado_lab.twin.model.rows import Rows, rows_of
from nado_lab.twin.model.twin import Twin
from nado_lab.twin.records.settings import MANY_STEPS, VERY_MANY_STEPS
from nado_lab.twin.records.spec import ModelSizes, ModelSpec
from nado_lab.twin.regression import ridge
from torch import Tensor


def suggest_spec(trials: Trials, given: ModelSizes) -> ModelSpec:
    """Choose the model's sizes from the data; those given win."""
    ports, channels = trials.drive.shape[-1], trials.readout.shape[-1]
    components = components_for(trials) if given.components is None else given.components
    ranks = min(components - 1, 4), min(channels - 1, 2)
    spec = ModelSpec(
        ports, channels, components, delays=0, diffusion_rank=ranks[0], observation_rank=ranks[1]
    )
    remembers = needs_memory(trials) if given.hidden is None else given.hidden > 0
    spec = _with_memory(spec, trials.readout[..., 0].numel(), given) if remembers else _without_memory(spec)
    if not remembers and given.trial_effects is None:
        spec = replace(spec, trial_effects=int(has_trial_effects(trials)))
    return replace(spec, **given.to_json())


def _without_memory(spec: ModelSpec) -> ModelSpec:
    """Let the readout be the state: its last step, and coloured noise."""
    several = spec.components > 1
    return replace(spec, delays=int(several), drive_lags=0, sources=min(spec.components, 2), taus=2)


def _with_memory(spec: ModelSpec, measured_steps: int, given: ModelSizes) -> ModelSpec:
    """Add as many hidden states as so many measured steps bear; of very many these follow the readout."""
    very_many = measured_steps >= VERY_MANY_STEPS
    hidden = 48 if very_many else 32 if measured_steps >= MANY_STEPS else 24
    innovations = given.innovations
    if innovations is None:
        innovations = very_many and not given.sources and (given.substeps or 1) == 1
    noisy = not innovations or spec.components < spec.channels
    return replace(spec, hidden=hidden, innovations=innovations, noisy_readout=noisy)


def build(trials: Trials, given: ModelSizes) -> Twin:
    """Make a twin whose basis, start, range, linear part and noise level come from the trials."""
    spec = suggest_spec(trials, given)
    twin = Twin(spec, trials.channels, trials.units, trials.step_s)
    if spec.innovations:
        twin.sde.field.start_sharp()
    residual = twin.basis.fit(trials.readout)
    twin.drive_low.copy_(trials.drive.amin((0, 1)))
    twin.drive_high.copy_(trials.drive.amax((0, 1)))
    first = trials.readout[:, 0] if trials.initial is None else trials.initial
    twin.initial.copy_(twin.basis.encode(first).mean(0))
    twin.observation.start_from(residual.flatten(0, 1).std(0).clamp_min(0.03))
    _start_linear(twin, rows_of(twin, trials))
    return twin


@torch.no_grad()
def _start_linear(twin: Twin, rows: Rows) -> None:
    """Solve the linear drift by ridge regression and set the diffusion to its residual.

    With hidden states to keep the memory, only the drive enters: components that feed on themselves learn
    worse.
    """
    spec = twin.spec
    history = torch.cat([rows.start.components, rows.components[:, :-1]], 1).unfold(1, spec.delays + 1, 1)
    past = history.transpose(2, 3).flatten(0, 1)
    lagged = torch.cat([rows.start.drive, rows.drive], 1).unfold(1, spec.drive_lags + 1, 1).flatten(2)
    parts = [past.new_ones(len(past), 1), lagged.flatten(0, 1)]
    if not spec.hidden:
        parts += [past[:, :-1].flatten(1), past[:, -1]]
    target = rows.components.flatten(0, 1)
    solved = ridge(torch.cat(parts, -1), target)
    weights = [part.T for part in solved.split([p.shape[1] for p in parts])]
    delays, state = weights[2:] or (
        past.new_zeros(spec.components, 0),
        past.new_zeros(spec.components, spec.components),
    )
    stays = torch.zeros_like(state) if spec.innovations else torch.eye(spec.components)
    twin.sde.field.set_linear(weights[0][:, 0], drive=weights[1], delays=delays, state=state - stays)
    residual = target - torch.cat(parts, -1) @ solved
    set_noise(twin, residual)
    if spec.trial_effects:
        _start_effects(twin, residual.unflatten(0, rows.components.shape[:2]))


def _start_effects(twin: Twin, residual: Tensor) -> None:
    """Let the trials' numbers begin as the main directions of the trials' mean residuals."""
    means = residual.mean(1)
    values, vectors = torch.linalg.eigh(means.T @ means / len(means))
    effect = (vectors * values.clamp_min(0).sqrt()).flip(1)[:, : twin.spec.trial_effects]
    missing = twin.spec.trial_effects - effect.shape[1]
    twin.sde.field.set_effect(torch.nn.functional.pad(effect, (0, missing), value=1e-3))


@torch.no_grad()
def keep_effects(twin: Twin, rows: Rows) -> None:
    """Keep how the numbers of the fitted trials are spread, where the model has such."""
    if twin.spec.trial_effects:
        found = trials_numbers(twin, rows.drive, rows.components, rows.start)
        twin.effects.keep(found.mean, found.covariance.diagonal(dim1=-2, dim2=-1).mean(0).sqrt())


@torch.no_grad()
def set_noise(twin: Twin, residual: Tensor, share: float = 0.5) -> None:
    """Give the diffusion a share of the covariance of residual (row, component)."""
    rank = twin.spec.diffusion_rank
    covariance = share * residual.T @ residual / len(residual)
    values, vectors = torch.linalg.eigh(covariance)
    mix = vectors[:, values.argsort(descending=True)[:rank]] * values.sort(descending=True)[0][:rank].sqrt()
    rest = (covariance.diagonal() - mix.square().sum(1)).clamp_min(0.1 * covariance.diagonal())
    twin.sde.field.set_noise(rest.sqrt(), mix)


@torch.no_grad()
def remove_noise(twin: Twin) -> None:
    """Take the noise out of a twin: what a deterministic fit leaves of it means nothing."""
    twin.calibration.spread.zero_()
