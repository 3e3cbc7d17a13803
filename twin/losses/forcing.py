"""Teacher forcing: the field of a twin evaluated at measured components."""

from __future__ import annotations

from typing import NamedTuple

import torch
from nado_lab.twin.model.start import Start
from nado_lab.twin.model.twin import Twin
from torch import Tensor


class Forced(NamedTuple):
    """One-step errors (row, step, component), the amplitudes of own, shared and coloured noise there.

    And what a unit of each trial effect adds to them: (row, step, component, effect).
    """

    error: Tensor
    own: Tensor
    shared: Tensor
    colour: Tensor
    effect: Tensor | None = None


def force(twin: Twin, drive: Tensor, components: Tensor, start: Start) -> Forced:
    """Compare every measured step with one step of the drift from the measured components before it."""
    past = _history(twin, components, start)
    drift, features, _ = _field(twin, drive, past, start)
    own, shared, colour = twin.sde.field.amplitudes(features)
    count = twin.spec.components
    error = components - past[:, :, -1] - drift[..., :count]
    return Forced(error, own[..., :count], shared, colour, _effect(twin, features, start))


def _effect(twin: Twin, features: Tensor, start: Start) -> Tensor | None:
    """Return what the trials' own numbers add to every step; the first one from the defined state apart."""
    if not twin.spec.trial_effects:
        return None
    effect = twin.sde.field.effect(features)
    if not start.defined:
        return effect
    return torch.cat([effect[:, :1] + twin.sde.field.first_effect, effect[:, 1:]], 1)


def jacobian(twin: Twin, drive: Tensor, components: Tensor, start: Start) -> Tensor:
    """Return d(next) / d(past) (row, step, component, delays + 1, component), oldest first, fixed."""
    with torch.enable_grad():
        past = _history(twin, components, start).detach().requires_grad_()
        following = past[:, :, -1] + _field(twin, drive, past, start)[0][..., : twin.spec.components]
        rows = [
            torch.autograd.grad(following[..., i].sum(), past, retain_graph=True)[0]
            for i in range(twin.spec.components)
        ]
    return torch.stack(rows, 2).detach()


def _history(twin: Twin, components: Tensor, start: Start) -> Tensor:
    """Return the components before every step, oldest first: (row, step, delays + 1, component)."""
    joined = torch.cat([start.components, components[:, :-1]], 1)
    return joined.unfold(1, twin.spec.delays + 1, 1).transpose(2, 3)


def _field(twin: Twin, drive: Tensor, past: Tensor, start: Start) -> tuple[Tensor, Tensor, Tensor | None]:
    """Return drift and features at all steps, and the last hidden states, which are followed in time."""
    field = twin.sde.field
    constant = field.prepare(twin.drive_parts(start.drive, drive), past[:, :, :-1].flatten(2))
    if twin.spec.hidden:
        return _follow(twin, past[:, :, -1], constant)
    linear, features = field.trunk(past[:, :, -1], constant)
    return field.drift(past[:, :, -1], linear, features), features, None


def start_after(twin: Twin, start: Start, drive: Tensor, components: Tensor) -> Start:
    """Return the start after measured steps: drive (row, step, port), components (row, step, component)."""
    past, lags = torch.cat([start.components, components], 1), twin.spec.drive_lags
    kept = torch.cat([start.drive, drive], 1)[:, -lags:] if lags else start.drive
    hidden = _field(twin, drive, _history(twin, components, start), start)[2]
    return Start(past[:, -1 - twin.spec.delays :], kept, hidden)


def _follow(twin: Twin, past: Tensor, constant: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Run the hidden states along measured components: drifts, features, the last hidden states."""
    field, components = twin.sde.field, twin.spec.components
    hidden = past.new_zeros(len(past), twin.spec.hidden)
    drifts: list[Tensor] = []
    seen: list[Tensor] = []
    for x, held in zip(past.unbind(1), constant.unbind(1), strict=True):
        state = torch.cat([x, hidden], -1)
        linear, features = field.trunk(state, held)
        drifts.append(field.drift(state, linear, features))
        hidden = hidden + drifts[-1][:, components:]
        seen.append(features)
    return torch.stack(drifts, 1), torch.stack(seen, 1), hidden
