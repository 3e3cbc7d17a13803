"""The bench of memristors: side by side on the channels of an NI card, or one on a source-meter."""

from nado_lab.sim_backend.benches.memristor_array.bench import build

__all__ = ["build"]
