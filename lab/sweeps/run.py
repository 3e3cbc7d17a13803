"""Run a sweep: hand out what is not done yet, keep every row that comes, write the table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nado_lab.lab.errors import LabError
from nado_lab.lab.json_file import read_json, write_json
from nado_lab.lab.json_record import JsonRecord
from nado_lab.lab.new_output import require_folder
from nado_lab.lab.runs.observer import Observer
from nado_lab.lab.store.ownership import Ownership
from nado_lab.lab.sweeps.cluster import workers
from nado_lab.lab.sweeps.config import SweepConfig
from nado_lab.lab.sweeps.graph import submit
from nado_lab.lab.sweeps.points import Point, grid_points
from nado_lab.lab.sweeps.study import best_row, study_points
from nado_lab.lab.sweeps.table import Row, write_table
from nado_lab.observer import Progress

if TYPE_CHECKING:
    from distributed import Client, Future  # pyright: ignore[reportMissingImports]

ROWS, CONFIG = "rows", "config.json"


@dataclass(frozen=True)
class SweepOptions:
    """Where to compute (a scheduler's address, or so many local workers), and whether to search."""

    scheduler: str = ""
    workers: int = 2
    optimise: bool = False


@dataclass(frozen=True)
class SweepResult(JsonRecord):
    """What came: the tables, how many points (there before, failed), and the best row of a search."""

    table: str
    tables: tuple[str, ...]
    points: int
    reused: int
    failed: int
    best: Row | None = None


def run_sweep(
    config: SweepConfig, out: Path, options: SweepOptions, observer: Observer | None = None
) -> SweepResult:
    """Run a sweep in the folder `out`, or go on with it; write its table and return what came."""
    if options.optimise and config.optimise is None:
        raise LabError("--optimise needs a section [optimise] with a space to search")
    require_folder(out)
    observer = observer or Observer()
    points = [] if options.optimise else grid_points(config)
    owner = Ownership("sweep", str(out.resolve())).take()
    try:
        with workers(options.scheduler, options.workers, config.cluster) as client:
            (out / ROWS).mkdir(parents=True, exist_ok=True)
            observer.progress(
                Progress("sweep", 0.0, str(client.dashboard_link or getattr(client.scheduler, "address", "")))
            )
            done = _Done(client, out.resolve(), observer)
            if options.optimise:
                points = study_points(config, done)
            else:
                done(points, len(points))
    finally:
        owner.release()
    rows = [done.rows[point.key] for point in points]
    about = config.model_dump(mode="json", exclude_none=True)
    write_table(rows, out, about, options.optimise)
    write_json(out / CONFIG, about)
    return SweepResult(
        table=str(out / "table.csv"),
        tables=tuple(sorted(path.name for path in out.glob("table.*"))),
        points=len(points),
        reused=done.reused,
        failed=sum("error" in row for row in rows),
        best=best_row(config.optimise, rows) if config.optimise else None,
    )


class _Done:
    """The rows that are there, and a way to get more: call it with points."""

    def __init__(self, client: Client, out: Path, observer: Observer) -> None:
        self._client, self._out, self._observer = client, out, observer
        self.rows: dict[str, Row] = {}
        self.reused = 0

    def __call__(self, points: list[Point], total: int) -> list[Row]:
        """Compute the points that have no row yet; return all their rows, in order."""
        from distributed import as_completed  # pyright: ignore[reportMissingImports]

        for point in points:
            self._recall(point)
        waiting = {point.key: point for point in points if point.key not in self.rows}
        futures = {submit(self._client, point, self._out): point for point in waiting.values()}
        for future in as_completed(futures):
            self._keep(futures[future], future)
            done = len(self.rows)
            self._observer.progress(Progress("sweep", done / total, f"{done} of {total} points"))
        return [self.rows[point.key] for point in points]

    def _recall(self, point: Point) -> None:
        """Take a row that was computed before; one that failed is tried again."""
        file = self._out / ROWS / f"{point.key}.json"
        if point.key not in self.rows and file.exists():
            self.rows[point.key] = read_json(file)["row"]
            self.reused += 1

    def _keep(self, point: Point, future: Future) -> None:
        error = future.exception()
        if error is not None:
            said = str(error).strip().splitlines() or [""]
            self.rows[point.key] = {**point.options, "error": f"{type(error).__name__}: {said[0]}"}
            return
        scores, about = future.result()
        row = {**point.options, **scores}
        self.rows[point.key] = row
        file = self._out / ROWS / f"{point.key}.json"
        write_json(file, {"row": row, "plan": point.plan.model_dump(mode="json"), **about})
