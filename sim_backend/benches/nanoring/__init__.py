"""The bench of nanoring arrays: crossed coils on two supplies, driven by a generator, read by digitisers."""

from nado_lab.sim_backend.benches.nanoring.bench import build

__all__ = ["build"]
