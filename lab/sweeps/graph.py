"""Points as a Dask graph: what points have in common is one task, what depends on it waits for it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from lab.sweeps import stages
from lab.sweeps.points import Point, key_of


def submit(client: Any, point: Point, out: Path) -> Any:
    """Hand a point to the workers; return the future of its row of scores and its lineage."""
    plan, folder = (
        point.plan.model_dump(mode="json"),
        {name: str(out / name) for name in ("runs", "twins", "networks")},
    )
    run = _measure(client, plan["measure"], folder["runs"])
    judge = _measure(client, plan["judge"], folder["runs"]) if plan["judge"] else None
    twin_key = key_of([plan["measure"], plan["twin"]])
    twin = _call(client, "fit", twin_key, stages.fitted, plan["twin"], run, twin_key, folder["twins"])
    network = None
    if wanted := plan["network"]:
        key = key_of([twin_key, wanted])
        network = _call(client, "train", key, stages.trained, wanted, twin, key, folder["networks"])
    return _call(client, "row", point.key, row_of, run, judge, twin, network, str(out))


def row_of(
    run: list[str], judge: list[str] | None, twin: str, network: str | None, out: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Score one point; return its row, and what is not the same again: when and where it was done."""
    row = stages.scored(twin, judge, network)
    lineage = {"run": [_short(path, out) for path in run], "twin": _short(twin, out)}
    if judge:
        lineage["judge"] = [_short(path, out) for path in judge]
    if network:
        lineage["network"] = _short(network, out)
    return row | lineage, {"ended": time.time(), "worker": _worker()}


def _measure(client: Any, source: dict[str, Any], folder: str) -> Any:
    key = key_of(source)
    return _call(client, "measure", key, stages.measured, source, key, folder)


def _call(client: Any, stage: str, key: str, function: Any, *arguments: Any) -> Any:
    return client.submit(function, *arguments, key=f"nado-{stage}-{key}", retries=2)


def _short(path: str, out: str) -> str:
    """Name a file of the sweep from the sweep's folder."""
    return Path(path).relative_to(out).as_posix() if Path(path).is_relative_to(out) else path


def _worker() -> str:
    from distributed import get_worker  # pyright: ignore[reportMissingImports]

    try:
        return str(get_worker().address)
    except ValueError:
        return ""
