"""Measure nanoring ticks a second on one core against RingSim's published-code figures (376 and 111 ticks/s).

Best of several runs, in processor time of the one thread, so that neighbours on the machine matter less.
"""

import argparse
import json
import time

import numpy as np
from nado_lab.sim_backend.samples.nanoring import OERSTED_T, NanoringArray

RINGSIM_TICKS_PER_S = {10: 376.0, 25: 111.0}
"""RingSim (numpy, Python loops) on one core of a machine like ours, by side of the array."""
FIELDS_OE = (22, 26, 30, 34)
ROTATION_HZ = 37.0
SEGMENTS = 64


def rotation_field(field_oe: float, rotations: int) -> np.ndarray:
    """Return a rotating field (tick, 2) T, one segment a tick from +y on."""
    angle = np.pi / 2 + 2 * np.pi * np.arange(1, rotations * SEGMENTS + 1) / SEGMENTS
    return field_oe * OERSTED_T * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def ticks_per_second(size: int, field_oe: float, rotations: int, repeats: int) -> float:
    """Return the best ticks/s over repeats, each from fresh onions, with the two-contact readout."""
    field = rotation_field(field_oe, rotations)
    dt = 1 / (ROTATION_HZ * SEGMENTS)
    best = 0.0
    for seed in range(repeats):
        array = NanoringArray(size, SEGMENTS, seed)
        array.advance(field[:1], dt)
        start = time.thread_time()
        array.advance(field, dt)
        best = max(best, len(field) / (time.thread_time() - start))
    return best


def measure(rotations: int, repeats: int) -> dict:
    """Return ticks/s and ratios to RingSim for both sizes at every field."""
    report = {}
    for size, peer in RINGSIM_TICKS_PER_S.items():
        rates = {str(oe): ticks_per_second(size, oe, rotations, repeats) for oe in FIELDS_OE}
        report[f"{size}x{size}"] = {
            "ringsim_ticks_per_s": peer,
            "ticks_per_s": {oe: round(rate) for oe, rate in rates.items()},
            "ratio": {oe: round(rate / peer) for oe, rate in rates.items()},
            "least_ratio": round(min(rates.values()) / peer),
        }
    return report


def main() -> None:
    """Print the ratios, as a table or as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--quick", action="store_true", help="fewer rotations and repeats")
    options = parser.parse_args()
    report = measure(*((30, 3) if options.quick else (100, 7)))
    if options.json:
        print(json.dumps(report, indent=2))
        return
    for name, entry in report.items():
        for oe, rate in entry["ticks_per_s"].items():
            print(f"{name} at {oe} Oe: {rate} ticks/s, {entry['ratio'][oe]} times RingSim")


if __name__ == "__main__":
    main()
