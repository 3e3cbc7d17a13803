"""The benches by kind; each module builds a world and its instruments.

Their addresses reach nothing real, should a preset ever be opened with another library: no laboratory has a
GPIB board 99, no name ends in ".invalid" (RFC 2606), no serial number is SIMULATED.
"""

from .asvi import build as _asvi
from .nanoring import build as _nanoring

BENCHES = {"asvi": _asvi, "nanoring": _nanoring}

__all__ = ["BENCHES"]
