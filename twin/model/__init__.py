"""What a twin is made of."""

from nado_lab.twin.model.spec import ModelSizes, ModelSpec
from nado_lab.twin.model.twin import Start, Twin

__all__ = ["ModelSizes", "ModelSpec", "Start", "Twin"]
