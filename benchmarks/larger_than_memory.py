"""Fit and score a run that is larger than memory: the peak of `nado twin fit` and `nado twin evaluate`.

The run is a known system (leaky integrators of the drive with noise, 64 channels of float32, every sequence
measured 40 times, interleaved), written by the run store and left as a run that is still being measured:
plain chunks, as large on the disk as in memory. Its noise is a random piece of one long sample for every
block, so that writing is no slower than the disk. The commands run as processes of their own, whose peak of
resident memory is taken from the system.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from nado_lab.lab.store import RunMetadata, RunWriter
from nado_lab.protocols import Column, Coordinate

STEPS, CHANNELS, REPEATS, SEED = 40, 64, 40, 0
TRIAL_BYTES = 4 * STEPS * CHANNELS
BLOCK = 2000
GIB = 2**30
PHASES = ["--mean-steps", "300", "--likelihood-steps", "300", "--score-steps", "100"]


def write_run(path: Path, size_bytes: float) -> int:
    """Write a run of about `size_bytes` of readout; return its trials."""
    sequences = max(8, round(size_bytes / TRIAL_BYTES / REPEATS))
    columns = (
        Column("sequence", dtype="int64", is_coordinate=True),
        Column("drive", ("step", "port"), (STEPS, 1), dtype="float32"),
        Column("readout", ("step", "channel"), (STEPS, CHANNELS), dtype="float32", units="V"),
        Column("initial", ("channel",), (CHANNELS,), dtype="float32", units="V"),
    )
    names = Coordinate("channel", tuple(f"c{i:02d}" for i in range(CHANNELS)))
    writer = RunWriter.create(path, RunMetadata(sample="leaky"), {"primary": columns}, (names,))
    drives = np.random.default_rng(SEED).uniform(-1, 1, (sequences, STEPS, 1)).astype("float32")
    mixing = np.random.default_rng(SEED + 1).normal(size=(4, CHANNELS)).astype("float32")
    noise = Noise(SEED + 2)
    order = np.tile(np.arange(sequences), REPEATS)  # all sequences once, then again, as protocols do
    for start in range(0, len(order), BLOCK):
        chosen = order[start : start + BLOCK]
        readout = answers(drives[chosen], mixing, noise)
        initial = np.zeros((len(chosen), CHANNELS), "float32")
        rows = {"sequence": chosen, "drive": drives[chosen], "readout": readout, "initial": initial}
        writer.append_block("primary", rows)
    writer.close()
    return len(order)


class Noise:
    """White noise: pieces of one long sample, each from a random place."""

    def __init__(self, seed: int) -> None:
        self._draw = np.random.default_rng(seed)
        self._long = self._draw.standard_normal(2 * BLOCK * STEPS * CHANNELS, "float32")

    def __call__(self, *shape: int) -> np.ndarray:
        """Return noise of a shape."""
        size = int(np.prod(shape))
        start = self._draw.integers(len(self._long) - size)
        return self._long[start : start + size].reshape(shape)


def answers(drive: np.ndarray, mixing: np.ndarray, noise: Noise) -> np.ndarray:
    """Return what four leaky integrators with noise, seen through 64 noisy channels, answer to a drive."""
    rates = np.array([0.9, 0.7, 0.5, 0.2], "float32")
    state, states = np.zeros((len(drive), 4), "float32"), []
    for u in drive.transpose(1, 0, 2):
        state = rates * state + (1 - rates) * np.tanh(2 * u) + np.float32(0.05) * noise(len(drive), 4)
        states.append(state)
    return np.stack(states, 1) @ mixing + np.float32(0.1) * noise(len(drive), STEPS, CHANNELS)


def watched(*words: str) -> dict[str, Any]:
    """Run a `nado` command; return what it says, its wall seconds and its peak resident memory."""
    started, peak = time.perf_counter(), 0
    with tempfile.TemporaryFile("w+") as said:
        child = subprocess.Popen([sys.executable, "-m", "nado_lab", *words, "--json"], stdout=said)
        process = psutil.Process(child.pid)
        while child.poll() is None:
            peak = max(peak, _resident(process))
            time.sleep(0.02)
        said.seek(0)
        text = said.read()
    if child.returncode:
        raise SystemExit(f"nado {words[0]} {words[1]} ended with {child.returncode}")
    wall = time.perf_counter() - started
    return {"peak_gib": peak / GIB, "wall_s": wall, "said": json.loads(text)}


def _resident(process: psutil.Process) -> int:
    """Return the peak of a process so far where the system keeps it, else what it takes now (bytes)."""
    try:
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
        return next(1024 * int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        pass
    try:
        found = process.memory_info()
    except psutil.Error:
        return 0
    return getattr(found, "peak_wset", found.rss)


def measure(size_gb: float, memory_gb: float, folder: Path | None, phases: list[str]) -> dict[str, Any]:
    """Write the run, fit it, score the twin on all of it; return figures."""
    root = Path(tempfile.mkdtemp(dir=folder, prefix="larger-than-memory-"))
    try:
        started = time.perf_counter()
        trials = write_run(root / "run.zarr", size_gb * 1e9)
        written = time.perf_counter() - started
        stored = sum(file.stat().st_size for file in (root / "run.zarr").rglob("*") if file.is_file())
        memory = ["--memory-gb", str(memory_gb)]
        run, twin = str(root / "run.zarr"), str(root / "big.twin")
        fit = watched("twin", "fit", run, "--out", twin, *phases, *memory)
        score = watched("twin", "evaluate", twin, run, *memory)
    finally:
        shutil.rmtree(root, ignore_errors=True)
    floor = score["said"]["floor"]
    errors = ("mean_error", "std_error", "autocov_error")
    return {
        "run_gb": stored / 1e9,
        "trials": trials,
        "memory_gb_asked": memory_gb,
        "fit_peak_gib": fit["peak_gib"],
        "fit_s": fit["wall_s"],
        "evaluate_peak_gib": score["peak_gib"],
        "evaluate_s": score["wall_s"],
        "write_s": written,
        "seed": SEED,
        "times_floor": {name: score["said"][name] / floor[name] for name in errors},
        "trials_read": fit["said"]["split"]["streamed"],
        "trials_scored": score["said"]["trials"],
        "parts_scored": score["said"]["parts"],
        "r2": score["said"]["r2"],
    }


def main() -> None:
    """Print the figures of a run of 20 GB within 4 GiB."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--quick", action="store_true", help="a run of 0.2 GB within 0.25 GiB of trials")
    parser.add_argument("--size-gb", type=float, default=20.0, help="bytes of the run / 1e9")
    parser.add_argument("--memory-gb", type=float, default=3.0, help="what the commands are told to use")
    parser.add_argument("--folder", type=Path, help="where the run is written")
    chosen = parser.parse_args()
    if chosen.quick:
        few = ["--mean-steps", "20", "--likelihood-steps", "20", "--score-steps", "5"]
        found = measure(0.2, 0.25, chosen.folder, few)
    else:
        found = measure(chosen.size_gb, chosen.memory_gb, chosen.folder, PHASES)
    if chosen.json:
        print(json.dumps(found, indent=2))
        return
    print(f"{found['run_gb']:.1f} GB, {found['trials']} trials; memory asked {found['memory_gb_asked']} GiB")
    print(f"fit: peak {found['fit_peak_gib']:.2f} GiB, {found['fit_s']:.0f} s")
    print(f"evaluate: peak {found['evaluate_peak_gib']:.2f} GiB, {found['evaluate_s']:.0f} s")


if __name__ == "__main__":
    main()
