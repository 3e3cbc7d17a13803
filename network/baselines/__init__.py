"""What a trained network of devices is compared with."""

from network.baselines.reservoir import fit_reservoir

__all__ = ["fit_reservoir"]
