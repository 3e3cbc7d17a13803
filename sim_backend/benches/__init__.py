"""The benches by kind; each module builds a world and its instruments."""

from .asvi import build as _asvi
from .nanoring import build as _nanoring

BENCHES = {"asvi": _asvi, "nanoring": _nanoring}

__all__ = ["BENCHES"]
