"""The QCoDeS side of benchmarks/streaming.py: the same rows into its SQLite, in its own environment.

PYTHON_WITH_QCODES benchmarks/peers/streaming_qcodes.py FOLDER ROWS BLOCKS
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
from qcodes.dataset import Measurement, initialise_or_create_database_at, load_or_create_experiment
from qcodes.parameters import ManualParameter

NAMES = ("a", "b", "c", "d", "e")
BLOCK_VALUES = 131_072


def scalars(rows: int) -> tuple[float, float]:
    """Write rows of five numbers; give wall and processor seconds."""
    parameters = [ManualParameter(name) for name in NAMES]
    measurement = Measurement()
    for parameter in parameters:
        measurement.register_parameter(parameter)
    wall, busy = time.perf_counter(), time.process_time()
    with measurement.run() as saver:
        for number in range(rows):
            saver.add_result(*[(p, float(number + i)) for i, p in enumerate(parameters)])
    return time.perf_counter() - wall, time.process_time() - busy


def blocks(count: int) -> tuple[float, float]:
    """Write blocks of 1 MiB as an array parameter; give wall and processor seconds."""
    wave = ManualParameter("wave")
    measurement = Measurement()
    measurement.register_parameter(wave, paramtype="array")
    block = np.random.default_rng(0).normal(size=BLOCK_VALUES)
    wall, busy = time.perf_counter(), time.process_time()
    with measurement.run() as saver:
        for _ in range(count):
            saver.add_result((wave, block))
            saver.flush_data_to_database()
    return time.perf_counter() - wall, time.process_time() - busy


def main() -> None:
    """Time both and print JSON."""
    folder, rows, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    initialise_or_create_database_at(str(folder / "qcodes.db"))
    load_or_create_experiment("streaming", "none")
    print(json.dumps({"scalars_s": scalars(rows), "blocks_s": blocks(count)}))


if __name__ == "__main__":
    main()
