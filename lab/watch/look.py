"""Look at a folder of runs as it is now. Nothing in here writes to a run or asks an instrument anything."""

from __future__ import annotations

import math
import os
import time
from datetime import datetime
from pathlib import Path

from nado_lab.lab.errors import LabError
from nado_lab.lab.notices import WorkNote, notes_of_work
from nado_lab.lab.runs.bench_state import BenchState, Condition
from nado_lab.lab.runs.elsewhere import bench_of_ended, bench_of_going
from nado_lab.lab.store import Catalogue, Run, RunEntry, Status, StoreError
from nado_lab.lab.store.metadata import EXPECTED, RunMetadata
from nado_lab.lab.store.ownership import run_ownership
from nado_lab.lab.watch.curves import plots_or_why
from nado_lab.lab.watch.inside import has_links, lies_inside
from nado_lab.lab.watch.snapshot import BenchSeen, EndedRun, GoingRun, Plot, Snapshot, Tone, WorkSeen

NEWEST, MOST_GOING, MOST_SETUPS = 12, 8, 4
GONE = (
    "UNKNOWN whether the bench is safe: the run says that it is running, and no process of this computer "
    "measures it. It died, or it measures from another computer"
)
CLOSED = "as the run that drove it last wrote when it was closed; what anybody did since is not known here"


def look(folder: Path) -> Snapshot:
    """Take a snapshot of `folder`; runs that are links, or hold some, are counted and not opened."""
    folder = Path(os.path.realpath(folder))
    everything = sorted(Catalogue(folder).entries(), key=lambda entry: entry.started)
    newest, refused = _allowed(folder, everything)
    going = [entry for entry in newest if entry.status == Status.RUNNING]
    latest = (going or newest)[:1]
    plotted, plots = _plots(folder, latest[0]) if latest else ("", ())
    return Snapshot(
        folder=str(folder),
        taken=time.time(),
        going=tuple(_going(folder, entry) for entry in going[:MOST_GOING]),
        work=tuple(_work(folder, note) for note in notes_of_work(folder)),
        left=_left(newest),
        newest=tuple(_line(folder, entry) for entry in newest[:NEWEST]),
        total=len(everything),
        plotted=plotted,
        plots=plots,
        refused=refused,
    )


def _allowed(folder: Path, entries: list[RunEntry]) -> tuple[list[RunEntry], int]:
    """Give the newest runs, newest first, and those that run; count those left out for their links."""
    asked = [entry for entry in reversed(entries) if entry.status == Status.RUNNING][:MOST_GOING]
    asked += [entry for entry in list(reversed(entries))[: 4 * NEWEST] if entry not in asked]
    inside = [
        each for each in asked if lies_inside(folder, Path(each.path)) and not has_links(Path(each.path))
    ]
    return sorted(inside, key=lambda entry: entry.started, reverse=True), len(asked) - len(inside)


def _plots(folder: Path, entry: RunEntry) -> tuple[str, tuple[Plot, ...]]:
    try:
        plots, why = plots_or_why(Run.open(entry.path))
    except StoreError as error:
        plots, why = (), str(error)
    name = _name(folder, entry)
    return f"{name}: {why}" if why else name, plots


def _going(folder: Path, entry: RunEntry) -> GoingRun:
    """Describe a run that says that it is running: who measures it, how far, what is known of its bench."""
    path, started, now = Path(entry.path), seconds_of(entry.started), time.time()
    owner = run_ownership(path)
    pid = owner.owner_pid()
    metadata, rows, pace = _read(path, entry)
    total = _total(metadata)
    left = None if pace is None or not total or pid is None else max(0.0, pace * (total - rows))
    if pid is None:
        bench = BenchSeen(GONE, Tone.BAD, 0.0, "nobody")
    else:
        bench = seen_of(
            bench_of_going(metadata, pid, started), f"the run, and process {pid} which measures it"
        )
    return GoingRun(
        name=_name(folder, entry),
        protocol=entry.protocol,
        setup=entry.setup,
        sample=entry.sample,
        operator=entry.operator,
        started=started,
        rows=rows,
        total=total,
        seen_at=_written_at(path, now),
        left_s=left,
        process=owner.owner() if pid is not None else "",
        bench=bench,
    )


def _read(path: Path, entry: RunEntry) -> tuple[RunMetadata | None, int, float | None]:
    """Give metadata, committed rows and seconds a row; of a run that cannot be read, what is listed."""
    try:
        run = Run.open(path)
        rows = run.rows()
        if not rows:
            return run.metadata, 0, None
        elapsed = run.load(first=rows - 1, columns=["elapsed"])["elapsed"].values
        return run.metadata, rows, float(elapsed[-1]) / rows
    except (StoreError, OSError, KeyError, ValueError, IndexError):
        return None, entry.rows, None


def _total(metadata: RunMetadata | None) -> int:
    found = metadata.notes.get(EXPECTED) if metadata is not None else None
    return found if type(found) is int and found > 0 else 0


def _written_at(path: Path, now: float) -> float:
    """Say when a run was written to last, by the files that every commit changes."""
    times = []
    for name in ("zarr.json", "primary/zarr.json", "monitor/zarr.json"):
        try:
            times.append((path / name).stat().st_mtime)
        except OSError:
            continue
    return min(max(times, default=0.0), now)


def _work(folder: Path, note: WorkNote) -> WorkSeen:
    """Describe work that is not a run; of a list of work, what has not begun yet."""
    return WorkSeen(
        what=note.what,
        out=_below(folder, note.out),
        started=note.started,
        seen_at=note.seen_at,
        stage=note.stage,
        share=note.share,
        doing=note.doing,
        is_alive=note.is_alive,
        waiting=tuple(_below(folder, each) for each in note.parts if not Path(each).exists()),
    )


def _below(folder: Path, place: str) -> str:
    path = Path(place)
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else place


def _left(newest: list[RunEntry]) -> tuple[tuple[str, BenchSeen], ...]:
    """Say how each setup that no run drives now was left, by the run that was closed last."""
    by_setup: dict[str, list[RunEntry]] = {}
    for entry in newest:
        by_setup.setdefault(entry.setup, []).append(entry)
    ended = {
        setup: max(entries, key=lambda entry: _written_at(Path(entry.path), math.inf))
        for setup, entries in by_setup.items()
        if setup and all(entry.status != Status.RUNNING for entry in entries)
    }
    return tuple((setup, _left_by(entry)) for setup, entry in list(ended.items())[:MOST_SETUPS])


def _left_by(entry: RunEntry) -> BenchSeen:
    try:
        return seen_of(bench_of_ended(Run.open(entry.path).metadata), CLOSED)
    except StoreError as error:
        return seen_of(
            BenchState().lost(0.0, f"the newest run of this bench cannot be read: {error}"), "nobody"
        )


def seen_of(state: BenchState, said_by: str) -> BenchSeen:
    """Give what is known of a bench for the page: safe is good, unknown is bad, the rest is neither."""
    tone = Tone.GOOD if state.is_safe else Tone.BAD if state.condition is Condition.UNKNOWN else Tone.PLAIN
    return BenchSeen(state.text(), tone, state.at, said_by)


def _line(folder: Path, entry: RunEntry) -> EndedRun:
    reason = ""
    if entry.status in (Status.FAILED, Status.ABORTED):
        try:
            reason = Run.open(entry.path).metadata.reason
        except StoreError as error:
            reason = str(error)
    name, started = _name(folder, entry), seconds_of(entry.started)
    gone = entry.status == Status.RUNNING and not run_ownership(entry.path).is_taken()
    return EndedRun(
        name,
        "interrupted" if gone else entry.status,
        started,
        entry.rows,
        entry.protocol,
        entry.setup,
        entry.sample,
        reason,
    )


def _name(folder: Path, entry: RunEntry) -> str:
    return f"{Path(entry.path).relative_to(folder).as_posix()}"


def seconds_of(text: str) -> float:
    """Read an ISO 8601 time as seconds since 1970; 0 where it is none."""
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0


def require_folder(folder: Path) -> Path:
    """Give the folder itself, or say what is wrong with it."""
    if not folder.is_dir():
        raise LabError(f"{folder} is not a folder; expected one that holds runs (see `nado runs list`)")
    return Path(os.path.realpath(folder))
