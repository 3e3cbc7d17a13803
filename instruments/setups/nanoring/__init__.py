"""The nanoring family: a rotating field and the magnetoresistance of an array of rings."""

from .config import NanoringConfig
from .setup import NanoringSetup

__all__ = ["NanoringConfig", "NanoringSetup"]
