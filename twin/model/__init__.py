"""What a twin is made of."""

from twin.model.spec import ModelSpec
from twin.model.twin import Start, Twin

__all__ = ["ModelSpec", "Start", "Twin"]
