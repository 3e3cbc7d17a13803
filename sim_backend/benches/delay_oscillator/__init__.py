"""The bench of opto-electronic delay oscillators."""

from nado_lab.sim_backend.benches.delay_oscillator.bench import build

__all__ = ["build"]
