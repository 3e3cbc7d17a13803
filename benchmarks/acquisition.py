"""Hardware-timed acquisition: 100 rotations x 50 samples x 7 channels against real time.

In process on the simulated clock (how much faster than the bench it simulates), and on the wall clock (what
driver and VISA add to the time the measurement itself takes).

    python benchmarks/acquisition.py --json
"""

import argparse
import json
import time

import numpy as np
from nado_lab import instruments, sim_backend

ROTATIONS, SAMPLES, CHANNELS, ROTATION_HZ = 100, 50, 7, 64.0
FIRST_HOST = 21


def config_of() -> instruments.SetupConfig:
    """Return the nanoring setup with seven digitisers at 3200 samples/s."""
    config = instruments.load_setup("sim:nanoring")
    role = config.roles["digitiser_0"]
    digitisers = {
        f"digitiser_{n}": role.model_copy(
            update={"address": f"TCPIP0::dmm{FIRST_HOST + n}.invalid::inst0::INSTR"}
        )
        for n in range(CHANNELS)
    }
    timing = {"rotation_hz": ROTATION_HZ, "samples_per_rotation": SAMPLES}
    return config.model_copy(
        update={
            "roles": {**config.roles, **digitisers},
            "timing": config.timing.model_copy(update=timing),
        }
    )


def measure(clock: object | None, trials: int) -> dict[str, float]:
    """Measure ``trials`` sequences of 100 rotations; return bench and wall seconds of the measurement."""
    bench = sim_backend.open_bench("nanoring", specimen=0, contacts=CHANNELS, clock=clock)
    drive = np.random.default_rng(0).uniform(-1, 1, (trials, ROTATIONS, 1))
    with instruments.open_setup(config_of(), bench.visa_library, bench.clock) as setup:
        list(setup.measure(drive[:1, :2]))
        bench_start, wall_start = bench.clock.now(), time.perf_counter()
        responses = list(setup.measure(drive))
        wall, on_bench = time.perf_counter() - wall_start, bench.clock.now() - bench_start
        burst_s = setup.waveform.points(1, ROTATIONS) / setup.waveform.rate_hz * trials
    bench.close()
    if any(response.waveform.shape != (ROTATIONS, SAMPLES, CHANNELS) for response in responses):
        raise RuntimeError("a response does not have 100 x 50 x 7 samples")
    return {"wall_s": wall, "bench_s": on_bench, "burst_s": burst_s}


def main() -> None:
    """Print both measurements and whether they meet the targets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--quick", action="store_true", help="one sequence instead of twenty")
    options = parser.parse_args()
    simulated = measure(None, 1 if options.quick else 20)
    wall = measure(sim_backend.WallClock(), 1)
    report = {
        "shape": [ROTATIONS, SAMPLES, CHANNELS],
        "in_process": simulated,
        "times_real_time": simulated["burst_s"] / simulated["wall_s"],
        "wall_clock": wall,
        "overhead": wall["wall_s"] / wall["burst_s"] - 1,
        "targets": {"times_real_time": 20, "overhead": 0.1},
    }
    if options.json:
        print(json.dumps(report, indent=2))
    else:
        print(f"{report['times_real_time']:.0f} x real time, overhead {100 * report['overhead']:.1f} %")


if __name__ == "__main__":
    main()
