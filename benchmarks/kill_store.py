"""Kill a program at random moments while it writes two streams; count what was lost.

    python benchmarks/kill_store.py --kills 200 --json

Every row follows from its number, so a lost, doubled, torn or invented row is seen. After the last
look each run is resumed to its end and compared with an undisturbed one.
"""

import argparse
import json
import multiprocessing
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

ROWS = {"primary": 100, "monitor": 200}
FLUSH_EVERY = 5


def make_row(stream: str, number: int) -> dict[str, Any]:
    """Make the row of a number: nothing random, nothing shared."""
    if stream == "monitor":
        return {"temperature": 295 + np.sin(number), "tick": number}
    return {"sequence": number, "wave": np.arange(600.0).reshape(3, 200) * (number + 1)}


def columns() -> dict[str, tuple[Any, ...]]:
    """Declare two streams, one of arrays, one of scalars."""
    from nado_lab.protocols import Column

    wave = Column("wave", ("step", "sample"), (3, 200), units="V")
    return {
        "primary": (Column("sequence", dtype="int64"), wave),
        "monitor": (Column("temperature", units="K"), Column("tick", dtype="int64")),
    }


def write(path: str, told: Any, resume: bool) -> None:
    """Write (or go on writing) a whole run; tell the committed rows after every flush."""
    from nado_lab.lab.store import RunMetadata, RunWriter, Status

    writer = RunWriter.resume(path, columns()) if resume else RunWriter.create(path, RunMetadata(), columns())
    while any(writer.rows(stream) < most for stream, most in ROWS.items()):
        for stream, most in ROWS.items():
            start = writer.rows(stream)
            for number in range(start, min(start + FLUSH_EVERY * (1 + (stream == "monitor")), most)):
                writer.append(stream, make_row(stream, number))
        writer.flush()
        told.send({stream: writer.rows(stream) for stream in ROWS})
    writer.finalise(Status.COMPLETE)
    told.send("done")


def one_kill(folder: Path, number: int, longest_s: float, chance: random.Random) -> dict[str, int]:
    """Start a writer, kill it, and judge what it left."""
    path = folder / f"run{number}"
    told = _start_and_kill(path, chance.uniform(0.0, longest_s), resume=False)
    outcome = dict.fromkeys(("kills", "no_run_yet", "lost", "phantom", "unreadable", "unequal"), 0)
    outcome["kills"] = 1
    if not path.exists():
        outcome["no_run_yet"] = 1
        outcome["lost"] = sum(told.values())
        return outcome
    _judge(path, told, outcome)
    if chance.random() < 0.5:  # half of them are killed once more while they go on
        told = _start_and_kill(path, chance.uniform(0.0, longest_s / 2), resume=True)
        outcome["kills"] += 1
        _judge(path, told, outcome)
    _finish(path)
    _judge(path, ROWS, outcome)
    outcome["unequal"] = int(not _is_complete(path))
    return outcome


def _start_and_kill(path: Path, after_s: float, resume: bool) -> dict[str, int]:
    """Run a writer for `after_s` from its first sign of life; give the last counts it told."""
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context().Process(target=_writer, args=(str(path), sender, resume))
    process.start()
    sender.close()
    told: Any = dict.fromkeys(ROWS, 0)
    receiver.poll(30)  # "ready"
    receiver.recv()
    end = time.monotonic() + after_s
    while time.monotonic() < end and process.is_alive():
        time.sleep(min(0.002, after_s))
    process.kill()
    process.join()
    while True:
        try:
            message = receiver.recv()
        except EOFError:
            return told
        told = told if message == "done" else message


def _writer(path: str, told: Any, resume: bool) -> None:
    import nado_lab.lab.store  # noqa: F401  (the time of the import is not part of the race)

    told.send("ready")
    write(path, told, resume)


def _finish(path: Path) -> None:
    """Resume to the end, unless the kill came too late to matter."""
    from nado_lab.lab.store import Run, RunWriter, Status, repair

    if Run.open(path).status is Status.COMPLETE:
        repair(path)
        return
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context().Process(target=_writer, args=(str(path), sender, True))
    process.start()
    sender.close()
    try:
        while receiver.recv() != "done":
            pass
    except EOFError:
        RunWriter.resume(path, columns()).close()
    process.join()


def _judge(path: Path, told: dict[str, int], outcome: dict[str, int]) -> None:
    """Compare every row of a run with what its number says it must be."""
    from nado_lab.lab.store import Run

    try:
        run = Run.open(path)
        for stream in ROWS:
            data = run.dataset(stream).load()
            rows = data.sizes["trial"]
            outcome["lost"] += max(told[stream] - rows, 0)
            outcome["phantom"] += max(rows - ROWS[stream], 0)
            for number in range(min(rows, ROWS[stream])):
                good = all(
                    np.array_equal(data[k].values[number], v) for k, v in make_row(stream, number).items()
                )
                outcome["phantom"] += int(not good or data["trial"].values[number] != number)
    except Exception as error:  # noqa: BLE001  (whatever it is, the run could not be read)
        outcome["unreadable"] += 1
        print(f"{path}: {type(error).__name__}: {error}", file=sys.stderr)


def _is_complete(path: Path) -> bool:
    from nado_lab.lab.store import Run, Status, verify

    run = Run.open(path)
    whole = all(run.rows(stream) == most for stream, most in ROWS.items())
    return run.status is Status.COMPLETE and whole and all(finding.passed for finding in verify(run))


def whole_run_s(folder: Path) -> float:
    """Time an undisturbed run, to spread the kills over all of it."""
    start = time.monotonic()
    _start_and_kill(folder / "undisturbed", 600.0, resume=False)
    return time.monotonic() - start


def main() -> int:
    """Kill, judge, count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    _choose_start_method()
    chance = random.Random(options.seed)
    total: dict[str, Any] = {"kills": 0}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        longest = whole_run_s(folder) * 1.05
        while total["kills"] < options.kills:
            for key, value in one_kill(folder, total["kills"], longest, chance).items():
                total[key] = total.get(key, 0) + value
    total["spread_over_s"] = round(longest, 3)
    total["passed"] = not any(total[key] for key in ("lost", "phantom", "unreadable", "unequal"))
    print(json.dumps(total, indent=None if options.json else 2))
    return 0 if total["passed"] else 1


def _choose_start_method() -> None:
    """Start writers quickly where the system can: a server process that has imported the store."""
    if "forkserver" in multiprocessing.get_all_start_methods():
        multiprocessing.set_start_method("forkserver")
        multiprocessing.set_forkserver_preload(["nado_lab.lab.store"])


if __name__ == "__main__":
    sys.exit(main())
