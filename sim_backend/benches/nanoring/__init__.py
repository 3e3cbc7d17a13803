"""The bench of nanoring arrays: crossed coils on two supplies, driven by a generator, read by digitisers."""

from .bench import build

__all__ = ["build"]
