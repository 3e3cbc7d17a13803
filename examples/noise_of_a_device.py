"""The noise of a device, before any model: repeats of the same inputs, and what differs between them.

python noise_of_a_device.py [--sequences 4] [--repeats 40] [--out noise.zarr]
"""

import argparse
from pathlib import Path

from nado_lab.lab.reports.noise import noise_of_repeats
from nado_lab.lab.setup import SetupSource
from nado_lab.lab.workflow.measure import MeasureRequest, measure


def main() -> None:
    """Measure repeats and print signal, noise and memory of the noise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--setup", default="sim:nanoring")
    parser.add_argument("--sequences", type=int, default=4)
    parser.add_argument("--repeats", type=int, default=40)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--out", type=Path, default=Path("noise.zarr"))
    chosen = parser.parse_args()

    sizes = {name: getattr(chosen, name) for name in ("sequences", "repeats", "steps")}
    request = MeasureRequest("repeats", chosen.out, SetupSource(chosen.setup), sizes)
    data = measure(request).run.dataset()
    found = noise_of_repeats(data["readout"].values, data["sequence"].values)
    if found is None:
        raise SystemExit("no input was repeated: ask for at least 2 repeats")
    print("channel    signal (uV)  noise (uV)")
    for name, signal, noise in zip(data["channel"].values, found.signal, found.noise, strict=True):
        print(f"{name:8} {1e6 * signal:12.1f} {1e6 * noise:11.1f}")
    print("correlation of the noise over lags of 0, 1, 2, ... steps:", found.lags.round(2).tolist())


if __name__ == "__main__":
    main()
