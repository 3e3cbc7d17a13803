"""Measure spin-vortex-ice steps a second on one core against flatspin 2.6 (219 field steps/s, 840 spins).

One step here is a field loop (+H, then -H) with its spectrum of 395 to 525 channels and its noise;
flatspin's step is one field value without a spectrum. So the ratio in steps understates ours; the one in
field values counts both halves of a loop.
"""

import argparse
import json
import time

import numpy as np
from nado_lab.sim_backend.samples.spin_vortex_ice import Preset, SpinVortexIce

FLATSPIN_STEPS_PER_S = 219.0
SIZE = 20
"""Squares a side: 840 bars."""
RANGES_T = {Preset.MS: (35e-3, 42e-3), Preset.WM: (18e-3, 23.5e-3), Preset.PW: (30e-3, 50e-3)}


def steps_per_second(preset: Preset, steps: int, repeats: int) -> float:
    """Return the best steps/s over repeats for random peaks in the preset's range."""
    best = 0.0
    for seed in range(repeats):
        ice = SpinVortexIce(preset, SIZE, seed)
        peaks = np.random.default_rng(seed).uniform(*RANGES_T[preset], steps)
        ice.replay(peaks[:3])
        start = time.thread_time()
        ice.replay(peaks)
        best = max(best, steps / (time.thread_time() - start))
    return best


def main() -> None:
    """Print steps/s and ratios, as a table or as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--quick", action="store_true", help="fewer steps and repeats")
    options = parser.parse_args()
    steps, repeats = (300, 3) if options.quick else (1000, 5)
    report = {}
    for preset in Preset:
        rate = steps_per_second(preset, steps, repeats)
        report[preset.value] = {
            "steps_per_s": round(rate),
            "ratio_in_steps": round(rate / FLATSPIN_STEPS_PER_S, 1),
            "ratio_in_field_values": round(2 * rate / FLATSPIN_STEPS_PER_S, 1),
        }
    if options.json:
        print(json.dumps(report, indent=2))
        return
    for name, entry in report.items():
        print(f"{name}: {entry['steps_per_s']} loops and spectra/s, {entry['ratio_in_steps']} times flatspin")


if __name__ == "__main__":
    main()
