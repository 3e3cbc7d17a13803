"""The bench of spin-vortex ices: a magnet, a microwave source, a lock-in."""

from .bench import build

__all__ = ["build"]
