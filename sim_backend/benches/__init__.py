"""The benches by kind; each module builds a world and its instruments."""

from .nanoring import build as _nanoring

BENCHES = {"nanoring": _nanoring}

__all__ = ["BENCHES"]
