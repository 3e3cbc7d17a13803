"""Open a setup from its configuration."""

from typing import Any

from ..clock import Clock, WallClock
from ..errors import SetupError
from .asvi import AsviSetup
from .config import AsviConfig, NanoringConfig, SetupConfig
from .nanoring import NanoringSetup


def open_setup(config: SetupConfig, visa_library: Any = None, clock: Clock | None = None) -> Any:
    """Open all instruments of a setup; use it in a ``with`` block, whose end makes everything safe."""
    library = config.visa_library if visa_library is None else visa_library
    if isinstance(config, NanoringConfig):
        return NanoringSetup(config, library, clock or WallClock())
    if isinstance(config, AsviConfig):
        return AsviSetup(config, library, clock or WallClock())
    raise SetupError(f"setup {config.name!r} is of kind {config.kind!r}, which nothing opens")
