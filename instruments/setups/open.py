"""Open a setup from its configuration."""

from typing import Any

from ..clock import Clock, WallClock
from .config import SetupConfig
from .nanoring import NanoringSetup


def open_setup(config: SetupConfig, visa_library: Any = None, clock: Clock | None = None) -> NanoringSetup:
    """Open all instruments of a setup; use it in a ``with`` block, whose end makes everything safe."""
    library = config.visa_library if visa_library is None else visa_library
    return NanoringSetup(config, library, clock or WallClock())
