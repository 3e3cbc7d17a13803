"""Device metrics: how good a reservoir a measured device is, and its twin under the same drives beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from nado_lab.lab.json_record import JsonRecord
from nado_lab.lab.reports.certificate import write_certificate
from nado_lab.lab.reports.device_record import DeviceMetrics
from nado_lab.lab.workflow.read_trials import read_trials
from nado_lab.protocols import generalisation_rank, information_capacity, reservoir_metrics
from nado_lab.twin import Trials, Twin, load, without_bad

UNIFORM = 1 / 3
"""The mean square of drives that are uniform in [-1, 1]."""
MOST_OFF, MOST_ALIKE = 0.1, 0.1
SURE = 4.0
"""Standard errors, 0.9 and 1 over the root of the number of steps, by which both may differ by chance."""


@dataclass(frozen=True)
class MetricsRequest:
    """What to judge: a run of random drives, and perhaps a twin; how far back and up to which degree.

    `out` is a new HTML file for the certificate, `device` whose trials of devices side by side.
    """

    run: str | Path
    twin: Path | None = None
    lags: int = 10
    degree: int = 3
    out: Path | None = None
    device: str = ""
    seed: int = 0


@dataclass(frozen=True)
class MetricsResult(JsonRecord):
    """The metrics of the device and, where one was named, of its twin; what has to be said of them."""

    device: DeviceMetrics
    twin: DeviceMetrics | None = None
    warnings: tuple[str, ...] = ()
    page: str = ""


def device_metrics(request: MetricsRequest) -> MetricsResult:
    """Judge a device, and a twin that answers the same drives with its own noise, by the same figures."""
    twin = load(request.twin) if request.twin else None
    name = request.device or (twin.device_name if twin else "")
    found = read_trials([request.run], device=name, twin=twin).trials
    trials = without_bad(found)
    warnings = (*map(str, found.findings), *_unsuited(trials))
    device = _judged(trials.drive, trials.readout, trials.sequence, request)
    beside = (
        _judged(trials.drive, _answers(twin, trials, request.seed), trials.sequence, request)
        if twin
        else None
    )
    page = ""
    if request.out:
        title = f"{Path(request.run).name}{f' and {request.twin.name}' if request.twin else ''}"
        write_certificate(request.out, title, device, beside, warnings)
        page = str(request.out)
    return MetricsResult(device, beside, warnings, page)


def _judged(
    drive: torch.Tensor, readout: torch.Tensor, sequence: torch.Tensor, request: MetricsRequest
) -> DeviceMetrics:
    u, y = drive[..., 0].double().numpy(), readout.double().numpy()
    plain = reservoir_metrics(u, y, lags=request.lags)
    capacity = information_capacity(u, y, lags=request.lags, degree=request.degree)
    return DeviceMetrics(
        memory_capacity=plain.memory_capacity,
        capacity_by_lag=plain.capacity_by_lag,
        nonlinearity=plain.nonlinearity,
        kernel_rank=plain.kernel_rank,
        generalisation_rank=generalisation_rank(y, sequence.numpy()),
        information_capacity=capacity.total,
        capacity_bound=capacity.states,
        capacity_by_degree=capacity.by_degree,
        capacity_by_delay=capacity.by_delay,
        capacity_table=capacity.table,
    )


@torch.no_grad()
def _answers(twin: Twin, trials: Trials, seed: int) -> torch.Tensor:
    """Let the twin answer the drives of the trials, with noise."""
    return twin.respond(trials.drive, generator=torch.Generator().manual_seed(seed))


def _unsuited(trials: Trials) -> tuple[str, ...]:
    """Say where the drives are not what the capacities are defined for: independent, uniform in [-1, 1]."""
    u = trials.drive[..., 0].double().numpy()
    square = float(np.mean(u**2))
    alike = float(np.corrcoef(u[:, 1:].ravel(), u[:, :-1].ravel())[0, 1]) if u.std() else 1.0
    ports = trials.drive.shape[2]
    said = [f"of {ports} ports the first is taken for the input"] if ports > 1 else []
    chance = SURE / u.size**0.5
    if abs(square / UNIFORM - 1) > max(MOST_OFF, chance) or abs(alike) > max(MOST_ALIKE, chance):
        said.append(
            f"the drives are not independent and uniform in [-1, 1] (mean square {square:.3f} for 0.333, "
            f"correlation of neighbours {alike:.2f}): capacities for several terms are counted twice; "
            "measure the protocol `memory`"
        )
    return tuple(said)
