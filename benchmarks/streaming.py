"""Stream the same rows into the run store, PyMeasure's CSV and QCoDeS's SQLite, one after the other.

    python benchmarks/streaming.py --json [--qcodes PYTHON]

`--qcodes` names a Python that has QCoDeS (python -m venv q; q/bin/pip install qcodes). Rates are given
by the wall clock and by processor time, which a busy machine disturbs less. PyMeasure's CSV stores an
array in a cell with "..." (its issue 93), so it is asked for scalars only.
"""

import argparse
import json
import queue
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

NAMES = ("a", "b", "c", "d", "e")
BLOCK_VALUES = 131_072
Seconds = tuple[float, float]


def store_scalars(folder: Path, rows: int) -> Seconds:
    """Write rows of five numbers into a run, committed at the end."""
    from nado_lab.lab.store import RunMetadata, RunWriter
    from nado_lab.protocols import Column

    writer = RunWriter.create(folder / "scalars", RunMetadata(), {"primary": [Column(n) for n in NAMES]})
    start = _now()
    for number in range(rows):
        writer.append("primary", {name: float(number + i) for i, name in enumerate(NAMES)})
    writer.flush()
    spent = _since(start)
    writer.close()
    return spent


def store_blocks(folder: Path, count: int) -> Seconds:
    """Write blocks of 1 MiB into a run, committed at the end."""
    from nado_lab.lab.store import RunMetadata, RunWriter
    from nado_lab.protocols import Column

    wave = Column("wave", ("sample",), (BLOCK_VALUES,))
    writer = RunWriter.create(folder / "blocks", RunMetadata(), {"primary": [wave]})
    block = np.random.default_rng(0).normal(size=BLOCK_VALUES)
    start = _now()
    for _ in range(count):
        writer.append("primary", {"wave": block})
    writer.flush()
    spent = _since(start)
    writer.close()
    return spent


def pymeasure_scalars(folder: Path, rows: int) -> Seconds:
    """Write the same rows through PyMeasure's Results and Recorder."""
    from pymeasure.experiment import Procedure, Results
    from pymeasure.experiment.listeners import Recorder

    class Rows(Procedure):
        DATA_COLUMNS = [*NAMES]  # noqa: RUF012  (as PyMeasure wants it)

    records: queue.Queue[Any] = queue.Queue()
    recorder = Recorder(Results(Rows(), str(folder / "rows.csv")), records)
    recorder.start()
    start = _now()
    for number in range(rows):
        records.put({name: float(number + i) for i, name in enumerate(NAMES)})
    recorder.stop()
    return _since(start)


def qcodes(python: str, folder: Path, rows: int, count: int) -> dict[str, Seconds]:
    """Let QCoDeS write the same in its own environment."""
    script = Path(__file__).parent / "peers" / "streaming_qcodes.py"
    command = [python, str(script), str(folder), str(rows), str(count)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found = json.loads(done.stdout.splitlines()[-1])
    return {key: (value[0], value[1]) for key, value in found.items()}


def main() -> int:
    """Time everyone on the same rows and print the rates."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--qcodes-rows", type=int, default=5_000)
    parser.add_argument("--blocks", type=int, default=200, help="of 1 MiB")
    parser.add_argument("--qcodes", default="", help="a Python that has QCoDeS")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.quick:
        options.rows, options.blocks, options.qcodes_rows = 20_000, 20, 500
    with tempfile.TemporaryDirectory() as name:
        report = measure(Path(name), options)
    print(json.dumps(report, indent=None if options.json else 2))
    return 0


def measure(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Give rows/s and MB/s of every contestant, and the ratios by processor time."""
    store_scalars(folder / "warm", 1000)
    rows = {
        "store": _rate(options.rows, store_scalars(folder, options.rows)),
        "pymeasure_csv": _rate(options.rows, pymeasure_scalars(folder, options.rows)),
    }
    megabytes = options.blocks * BLOCK_VALUES * 8 / 1e6
    blocks = {"store": _rate(megabytes, store_blocks(folder, options.blocks))}
    if options.qcodes:
        theirs = qcodes(options.qcodes, folder, options.qcodes_rows, options.blocks)
        rows["qcodes_sqlite"] = _rate(options.qcodes_rows, theirs["scalars_s"])
        blocks["qcodes_sqlite"] = _rate(megabytes, theirs["blocks_s"])
    return {
        "scalar_rows_per_s": rows,
        "blocks_mb_per_s": blocks,
        "times": {
            f"{what}_{peer}": round(rates["store"]["processor"] / rate["processor"], 2)
            for what, rates in (("rows", rows), ("blocks", blocks))
            for peer, rate in rates.items()
            if peer != "store"
        },
    }


def _rate(amount: float, seconds: Seconds) -> dict[str, float]:
    return {"wall": round(amount / seconds[0], 1), "processor": round(amount / seconds[1], 1)}


def _now() -> Seconds:
    return time.perf_counter(), time.process_time()


def _since(start: Seconds) -> Seconds:
    return time.perf_counter() - start[0], time.process_time() - start[1]


if __name__ == "__main__":
    sys.exit(main())
