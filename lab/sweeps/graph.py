"""Points as a Dask graph: what points have in common is one task, what depends on it waits for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from nado_lab import plugins
from nado_lab.lab.sweeps import stages
from nado_lab.lab.sweeps.config import Source
from nado_lab.lab.sweeps.points import Point, key_of
from nado_lab.lab.sweeps.table import Row

if TYPE_CHECKING:
    from distributed import Client, Future  # pyright: ignore[reportMissingImports]


def submit(client: Client, point: Point, out: Path) -> Future:
    """Hand a point to the workers; return the future of its row of scores, and when and where it was done."""
    plan = point.plan
    run = _measure(client, plan.measure, out)
    judge = _measure(client, plan.judge, out) if plan.judge else None
    twin, twin_key = plan.use_twin or None, key_of(plan.use_twin)
    if plan.fit and not plan.use_twin:
        twin_key = key_of([plan.measure, plan.twin])
        twin = _call(
            client, "fit", twin_key, stages.fitted, plan.twin, run, out / "twins" / f"{twin_key}.twin"
        )
    network = None
    if wanted := plan.network:
        key = key_of([twin_key, wanted])
        network = _call(client, "train", key, stages.trained, wanted, twin, out / "networks" / f"{key}.net")
    return _call(client, "row", point.key, row_of, out, run, judge, twin, network)


def row_of(
    out: Path, run: list[str], judge: list[str] | None, twin: str | None, network: str | None
) -> tuple[Row, Row]:
    """Score one point; return its row, and what is not the same again: when and where it was done."""
    row = stages.scored(twin, run, judge) if twin else stages.counted(judge or run)
    row |= stages.network_scores(network) if network else {}
    for name, runs in (("run", run), ("judge", judge)):
        row |= {name: [_short(each, out) for each in runs]} if runs else {}
    for name, path in (("twin", twin), ("network", network)):
        row |= {name: _short(path, out)} if path else {}
    return row, {"ended": time.time(), "worker": _worker()}


def _measure(client: Client, source: Source, out: Path) -> Future:
    key = key_of(source)
    return _call(client, "measure", key, stages.measured, source, out / "runs" / f"{key}.zarr")


def _call(
    client: Client, stage: str, key: str, function: Callable[..., object], *arguments: object
) -> Future:
    """Hand a task to the workers, with the plug-in files that it may need."""
    files = plugins.named_files()
    return client.submit(
        plugins.with_files, files, function, *arguments, key=f"nado-{stage}-{key}", retries=2
    )


def _short(path: str, out: Path) -> str:
    """Name a file of the sweep from the sweep's folder."""
    return Path(path).relative_to(out).as_posix() if Path(path).is_relative_to(out) else path


def _worker() -> str:
    from distributed import get_worker  # pyright: ignore[reportMissingImports]

    try:
        return str(get_worker().address)
    except ValueError:
        return ""
