"""What the families that drive a magnetic field through coils share."""

from nado_lab.instruments.setups.magnetic.config import FieldLimitsConfig, FieldResetConfig, MagneticConfig
from nado_lab.instruments.setups.magnetic.setup import MagneticSetup, read_at_rest

__all__ = ["FieldLimitsConfig", "FieldResetConfig", "MagneticConfig", "MagneticSetup", "read_at_rest"]
