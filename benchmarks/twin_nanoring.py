"""Fit twins to the simulated nanoring array through its bench, at step and at waveform level.

    python benchmarks/twin_nanoring.py [--quick] [--json] [--sequences N] [--curve] [--level step|waveform]

Measured through VISA and the drivers: single-shot sequences to fit, 24 others with 60 repeats to score.
`--curve` fits to ever fewer single-shot sequences, and to an eighth of the sequences with ever more repeats
of each, and tells the least data for 1.5 times the floor.
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

from nado_lab.instruments import load_setup, open_setup
from nado_lab.sim_backend import open_bench
from nado_lab.twin import FitSettings, Trials, evaluate, fit

NAMES = ("mean_error", "std_error", "autocov_error")
STEPS = 28
SHARE = 8  # of the sequences one in so many is repeated, for the curve
ENOUGH = 1.5


def measure(
    sequences: int, scored: int, repeats: int, seed: int = 0, again: int = 0
) -> dict[str, tuple[Trials, Trials]]:
    """Measure once; return level -> (trials to fit, trials to score).

    To fit are single shots, and after them `again` more of the first one in SHARE of the sequences.
    """
    random = np.random.default_rng(seed)
    drive = random.uniform(-1, 1, (sequences + scored, STEPS, 1))
    held_out = sequences + np.tile(np.arange(scored), repeats)
    repeated = np.tile(np.arange(sequences // SHARE), again)
    order = np.concatenate([np.arange(sequences), held_out, repeated])
    bench = open_bench("nanoring", specimen=seed)
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


def curve(fitted: Trials, sequences: int) -> list[Trials]:
    """Return ever fewer single shots, and one in SHARE of the sequences with ever more repeats of each."""
    one = sequences // SHARE
    few = [torch.cat([torch.arange(one), sequences + torch.arange((k - 1) * one)]) for k in (2, 4, SHARE)]
    single = [torch.arange(sequences // 2**k) for k in range(5)]
    return [fitted.at(rows) for rows in (*single, *few)]


def least(rows: list[dict]) -> int | None:
    """Return the fewest single shots from which on every error is within ENOUGH times its floor."""
    single = sorted((r for r in rows if r["repeats"] == 1), key=lambda r: -r["trials"])
    good = [max(r["ratios"].values()) <= ENOUGH for r in single]
    count = good.index(False) if False in good else len(good)
    return single[count - 1]["trials"] if count else None


def row(level: str, fitted: Trials, scored: Trials, settings: FitSettings) -> dict:
    """Fit and score."""
    wall, cpu = time.perf_counter(), time.process_time()
    twin = fit(fitted, settings)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    scores = evaluate(twin, scored).to_json()
    ratios = {key: scores[key] / scores["floor"][key] for key in NAMES}
    return {
        "level": level,
        "sequences": len(fitted.sequence.unique()),
        "repeats": len(fitted) // len(fitted.sequence.unique()),
        "trials": len(fitted),
        "ratios": ratios,
        "scores": scores,
        "wall_s": wall,
        "cpu_s": cpu,
    }


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sequences", type=int, default=9600)
    parser.add_argument("--level", choices=("step", "waveform"))
    parser.add_argument("--curve", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    torch.set_num_threads(1)
    sequences = 60 if given.quick else given.sequences
    repeated = (3, 8) if given.quick else (24, 60)
    data = measure(sequences, *repeated, again=SHARE - 1 if given.curve else 0)
    settings = FitSettings(mean_steps=30, score_steps=10) if given.quick else FitSettings()
    rows = []
    for level in [given.level] if given.level else ["step", "waveform"]:
        fitted, scored = data[level]
        parts = curve(fitted, sequences) if given.curve else [fitted]
        rows += [row(level, part, scored, settings) for part in parts]
    print(json.dumps(rows, indent=2) if given.json else told(rows, given.curve))


def told(rows: list[dict], with_least: bool) -> str:
    """Write the rows for people, and the least data of each level."""
    lines = []
    for found in rows:
        ratios = " ".join(f"{value:.2f}" for value in found["ratios"].values())
        cover, seconds = found["scores"]["coverage90"], found["cpu_s"]
        many = f"{found['sequences']:5} sequences x {found['repeats']}"
        lines.append(f"{found['level']:9} {many}: x {ratios}, 90 % band {cover:.3f}, {seconds:.0f} s CPU")
    for level in dict.fromkeys(found["level"] for found in rows if with_least):
        count = least([found for found in rows if found["level"] == level])
        lines.append(f"{level:9} within {ENOUGH} times the floor from {count} single shots on")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
