"""Ways to make back-propagation through a twin quicker: lower precision, and torch.compile.

One minibatch's rows (2 048 trials of nodes, 28 steps) forward and backward, best of several after a first
call that also compiles. `error` is how far the readouts are from float32's, in their deviations.
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import network_bench as common
import torch
from nado_lab.twin import Twin
from network_scaling import untrained_twin
from torch import Tensor

ROWS, STEPS, CALLS = 2048, 28, 5


def as_it_is(twin: Twin) -> None:
    """Leave the twin alone."""


def compile_step(twin: Twin) -> None:
    """Compile the vector field of one step."""
    twin.sde.f_and_g_prod = torch.compile(twin.sde.f_and_g_prod)


def compile_trial(twin: Twin) -> None:
    """Compile the whole trial, all its steps unrolled."""
    twin._run = torch.compile(twin._run)


def half(kind: str = "cpu") -> AbstractContextManager[Any]:
    """Let matrices be multiplied in bfloat16."""
    return torch.autocast(kind, dtype=torch.bfloat16)


WAYS: dict[str, tuple[Callable[[Twin], None], Callable[[], AbstractContextManager[Any]]]] = {
    "float32": (as_it_is, nullcontext),
    "bfloat16": (as_it_is, half),
    "step compiled": (compile_step, nullcontext),
    "trial compiled": (compile_trial, nullcontext),
}


def forward_and_backward(twin: Twin, drive: Tensor, context: Callable[[], Any]) -> Tensor:
    """Answer drive (row, step, port) noisily and take the gradient; return the readouts."""
    with context():
        answer = twin.respond(drive, generator=torch.Generator().manual_seed(0))
        answer.square().mean().backward()
    return answer.detach().float()


def measured(way: str, rows: int, steps: int, truth: Tensor | None) -> tuple[dict[str, Any], Tensor]:
    """Return the times of one way, and its readouts."""
    prepare, context = WAYS[way]
    twin = untrained_twin()
    twin.requires_grad_(False)
    prepare(twin)
    drive = (2 * torch.rand(rows, steps, 1, generator=torch.Generator().manual_seed(1)) - 1).requires_grad_()
    times = []
    for _ in range(CALLS + 1):
        started = time.perf_counter()
        answer = forward_and_backward(twin, drive, context)
        times.append(time.perf_counter() - started)
    error = 0.0 if truth is None else float((answer - truth).square().mean().sqrt() / truth.std())
    row = {"way": way, "step_s": round(min(times[1:]), 4), "first_s": round(times[0], 2)}
    return row | {"error": float(f"{error:.2g}")}, answer


def main() -> None:
    """Print a row for each way."""
    options = common.options_of(__doc__)
    rows, steps = (32, 3) if options.quick else (ROWS, STEPS)
    report, truth = [], None
    for way in list(WAYS)[:2] if options.quick else WAYS:
        row, answer = measured(way, rows, steps, truth)
        truth = answer if truth is None else truth
        report.append(common.told(row))
    common.show({"ways": report}, options.json)


if __name__ == "__main__":
    main()
