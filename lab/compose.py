"""The composition root: the one place that knows both the real bench and the simulated one.

Everything above it sees a setup that answers drives, and cannot tell which kind it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lab.setup import Setup
    from sim_backend import Bench

SIMULATED = "sim"


@contextmanager
def open_named_setup(name: str, *, seed: int = 0) -> Iterator[Setup]:
    """Open a setup by the name of a preset (`sim:nanoring`) or the path of a TOML file; leave it safe.

    `seed` chooses the specimen of a simulated bench (its disorder and its noise); a real bench has
    no use for it.
    """
    from instruments import WallClock, load_setup, open_setup

    config = load_setup(name)
    if config.visa_library != SIMULATED:
        with open_setup(config, visa_library=config.visa_library, clock=WallClock()) as setup:
            yield setup
        return
    bench = simulated_bench(config.kind, seed=seed)
    try:
        with open_setup(config, visa_library=bench.visa_library, clock=bench.clock) as setup:
            yield setup
    finally:
        bench.close()


def simulated_bench(kind: str, *, seed: int = 0) -> Bench:
    """Build the simulated bench of a kind of setup ("nanoring"); `seed` chooses the specimen."""
    from sim_backend import open_bench

    return open_bench(kind, seed=seed)


def simulate_nanoring(size: int, blocks: list[tuple[float, int]], seed: int) -> dict[str, Any]:
    """Turn the field over a bare `size` x `size` array: blocks of (field in Oe, rotations).

    Returns `m` and `population` per rotation (dimensionless) and `ticks_per_s` (one tick is 1/64 rotation).
    """
    from sim_backend.samples.nanoring import simulate_rotations

    return simulate_rotations(size, blocks, seed)
