"""A twin of one device: single-shot sequences to fit on, repeats of others to judge it by.

python one_device.py [--sequences 400] [--mean-steps 300] [--score-steps 150] [--folder one_device]
"""

import argparse
from dataclasses import replace
from pathlib import Path

from nado_lab.lab.compose import open_named_setup
from nado_lab.lab.runs import run_protocol
from nado_lab.lab.trials import trials_of
from nado_lab.protocols import Characterise, configure
from nado_lab.twin import FitSettings, evaluate, fit, save


def measure(setup, source: str, out: Path, **parameters: int) -> Path:
    """Play random sequences into a new run."""
    procedure = Characterise()
    configure(procedure, parameters)
    return run_protocol(procedure, setup, out, source=source)


def main() -> None:
    """Measure, fit, judge, save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--setup", default="sim:nanoring")
    parser.add_argument("--sequences", type=int, default=400)
    parser.add_argument("--repeats", type=int, default=30)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--mean-steps", type=int, default=300)
    parser.add_argument("--score-steps", type=int, default=150)
    parser.add_argument("--folder", type=Path, default=Path("one_device"))
    chosen = parser.parse_args()

    with open_named_setup(chosen.setup) as setup:
        single = {"sequences": chosen.sequences, "steps": chosen.steps}
        many = {"sequences": 4, "repeats": chosen.repeats, "steps": chosen.steps, "seed": 1}
        fitted_on = measure(setup, chosen.setup, chosen.folder / "fit.zarr", **single)
        judged_on = measure(setup, chosen.setup, chosen.folder / "repeats.zarr", **many)

    settings = FitSettings(mean_steps=chosen.mean_steps, score_steps=chosen.score_steps)
    twin = fit(trials_of(fitted_on), settings)
    metrics = evaluate(twin, trials_of(judged_on))
    twin.card = replace(twin.card, metrics=metrics, runs=(str(fitted_on.resolve()),))
    save(twin, chosen.folder / "device.twin")
    for name in ("mean_error", "std_error", "autocov_error"):
        error, floor = getattr(metrics, name), getattr(metrics.floor, name)
        print(f"{name:14} {error:.3f}, {error / floor:.2f} times the noise floor")


if __name__ == "__main__":
    main()
