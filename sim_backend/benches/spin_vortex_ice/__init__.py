"""The bench of spin-vortex ices: a magnet, a microwave source, a lock-in."""

from nado_lab.sim_backend.benches.spin_vortex_ice.bench import build

__all__ = ["build"]
