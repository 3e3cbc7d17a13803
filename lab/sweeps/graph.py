"""Points as a Dask graph: what points have in common is one task, what depends on it waits for it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from nado_lab.lab.sweeps import stages
from nado_lab.lab.sweeps.points import Point, key_of


def submit(client: Any, point: Point, out: Path) -> Any:
    """Hand a point to the workers; return the future of its row of scores and its lineage."""
    plan, folder = (
        point.plan.model_dump(mode="json"),
        {name: str(out / name) for name in ("runs", "twins", "networks")},
    )
    run = _measure(client, plan["measure"], folder["runs"])
    judge = _measure(client, plan["judge"], folder["runs"]) if plan["judge"] else None
    twin, twin_key = _twin(client, plan, run, folder["twins"])
    network = None
    if wanted := plan["network"]:
        key = key_of([twin_key, wanted])
        network = _call(client, "train", key, stages.trained, wanted, twin, key, folder["networks"])
    made = {"run": run, "judge": judge, "twin": twin, "network": network}
    return _call(client, "row", point.key, row_of, made, str(out))


def row_of(made: dict[str, Any], out: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Score one point; return its row, and what is not the same again: when and where it was done."""
    judged = made["judge"] or made["run"]
    row = stages.scored(made, judged) if made["twin"] else stages.counted(judged)
    lineage = {
        name: [_short(each, out) for each in paths] if isinstance(paths, list) else _short(paths, out)
        for name, paths in made.items()
        if paths
    }
    return row | lineage, {"ended": time.time(), "worker": _worker()}


def _twin(client: Any, plan: dict[str, Any], run: Any, folder: str) -> tuple[Any, str]:
    """Return the future of a fitted twin (or the twin that is to be used, or none) and its key."""
    if plan["use_twin"] or not plan["fit"]:
        return plan["use_twin"] or None, key_of(plan["use_twin"])
    key = key_of([plan["measure"], plan["twin"]])
    return _call(client, "fit", key, stages.fitted, plan["twin"], run, key, folder), key


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
