"""What a twin is made of."""

from nado_lab.twin.model.spec import ModelSpec
from nado_lab.twin.model.twin import Start, Twin

__all__ = ["ModelSpec", "Start", "Twin"]
