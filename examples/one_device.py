"""A twin of one device: single-shot sequences to fit on, repeats of others to score it on.

python one_device.py [--sequences 400] [--mean-steps 300] [--score-steps 150] [--folder one_device]
"""

import argparse
from pathlib import Path

from nado_lab.lab.setup import SetupSource
from nado_lab.lab.workflow.fit import FitRequest, fit
from nado_lab.lab.workflow.measure import MeasureRequest, measure
from nado_lab.twin import FitSettings


def main() -> None:
    """Measure, fit, score, save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--setup", default="sim:nanoring")
    parser.add_argument("--sequences", type=int, default=400)
    parser.add_argument("--repeats", type=int, default=30)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--mean-steps", type=int, default=300)
    parser.add_argument("--score-steps", type=int, default=150)
    parser.add_argument("--folder", type=Path, default=Path("one_device"))
    chosen = parser.parse_args()

    setup = SetupSource(chosen.setup)
    single = {"sequences": chosen.sequences, "steps": chosen.steps}
    many = {"sequences": 4, "repeats": chosen.repeats, "steps": chosen.steps, "seed": 1}
    fitted_on, kept = chosen.folder / "fit.zarr", chosen.folder / "repeats.zarr"
    measure(MeasureRequest("characterise", fitted_on, setup, single))
    measure(MeasureRequest("characterise", kept, setup, many))

    settings = FitSettings(mean_steps=chosen.mean_steps, score_steps=chosen.score_steps)
    found = fit(FitRequest((fitted_on,), chosen.folder / "device.twin", settings, scored_on=(kept,))).metrics
    for name in ("mean_error", "std_error", "autocov_error"):
        error, floor = getattr(found, name), getattr(found.floor, name)
        print(f"{name:14} {error:.3f}, {error / floor:.2f} times the noise floor")


if __name__ == "__main__":
    main()
