"""Fit twins to the simulated nanoring array through its bench, at step and at waveform level.

    python benchmarks/twin_nanoring.py [--quick] [--json] [--sequences N] [--curve] [--level step|waveform]

Measured through VISA and the drivers: single-shot sequences to fit, 24 others with 60 repeats to score.
`--curve` fits to ever fewer sequences and tells the least data for 1.5 times the floor.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from instruments import load_setup, open_setup
from sim_backend import open_bench
from twin import FitSettings, Trials, evaluate, fit

NAMES = ("mean_error", "std_error", "autocov_error")
STEPS = 28


def measure(sequences: int, scored: int, repeats: int, seed: int = 0) -> dict[str, tuple[Trials, Trials]]:
    """Measure once; return level -> (trials to fit, trials to score)."""
    random = np.random.default_rng(seed)
    drive = random.uniform(-1, 1, (sequences + scored, STEPS, 1))
    order = np.concatenate([np.arange(sequences), sequences + np.tile(np.arange(scored), repeats)])
    bench = open_bench("nanoring", seed=seed)
    try:
        config = load_setup("sim:nanoring")
        with open_setup(config, visa_library=bench.visa_library, clock=bench.clock) as setup:
            answers = list(setup.measure(drive[order]))
            channels, units = setup.channels, setup.channel_units
    finally:
        bench.close()
    sequence = torch.as_tensor(order)
    readout = torch.as_tensor(np.stack([a.readout for a in answers]))
    initial = torch.as_tensor(np.stack([a.initial for a in answers]))
    step = Trials(torch.as_tensor(drive[order]), readout, initial, sequence, tuple(channels), tuple(units))
    wave = torch.as_tensor(np.stack([a.waveform for a in answers])).flatten(2)
    start = wave.mean((0, 1)).expand(len(wave), -1)
    waveform = Trials(step.drive, wave, start, sequence)
    held = range(sequences, sequences + scored)
    return {"step": step.split(held), "waveform": waveform.split(held)}


def row(level: str, fitted: Trials, scored: Trials, settings: FitSettings) -> dict:
    """Fit and score."""
    wall, cpu = time.perf_counter(), time.process_time()
    twin = fit(fitted, settings)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    scores = evaluate(twin, scored).to_dict()
    ratios = {key: scores[key] / scores["floor"][key] for key in NAMES}
    return {
        "level": level,
        "sequences": len(fitted),
        "ratios": ratios,
        "scores": scores,
        "wall_s": wall,
        "cpu_s": cpu,
    }


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sequences", type=int, default=4800)
    parser.add_argument("--level", choices=("step", "waveform"))
    parser.add_argument("--curve", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    torch.set_num_threads(1)
    sequences = 60 if given.quick else given.sequences
    data = measure(sequences, 3 if given.quick else 24, 8 if given.quick else 60)
    settings = FitSettings(mean_steps=30, score_steps=10) if given.quick else FitSettings()
    rows = []
    for level in [given.level] if given.level else ["step", "waveform"]:
        fitted, scored = data[level]
        counts = [sequences // 2**k for k in range(4)] if given.curve else [sequences]
        rows += [row(level, fitted.at(slice(0, count)), scored, settings) for count in counts]
    if given.json:
        print(json.dumps(rows, indent=2))
        return
    for found in rows:
        ratios = " ".join(f"{value:.2f}" for value in found["ratios"].values())
        cover, seconds = found["scores"]["coverage90"], found["cpu_s"]
        print(f"{found['level']:9} {found['sequences']:5} sequences: x {ratios}")
        print(f"{'':9} 90 % band {cover:.3f}, {seconds:.0f} s CPU")


if __name__ == "__main__":
    main()
