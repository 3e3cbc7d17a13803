"""The benches by kind, a folder each; each builds a world and its instruments.

Their addresses reach nothing real, should a preset ever be opened with another library: no laboratory has a
GPIB board 99, no name ends in ".invalid" (RFC 2606), no serial number is SIMULATED.
"""

from nado_lab.sim_backend.benches.nanoring import build as _nanoring
from nado_lab.sim_backend.benches.spin_vortex_ice import build as _spin_vortex_ice

BENCHES = {"asvi": _spin_vortex_ice, "nanoring": _nanoring}

__all__ = ["BENCHES"]
