"""The family of volatile memristors: a write pulse a step, a wait, a read pulse; devices side by side."""

from pathlib import Path

from nado_lab.instruments.setups.family import Family
from nado_lab.instruments.setups.memristor_array.config import MemristorConfig
from nado_lab.instruments.setups.memristor_array.setup import MemristorSetup

__all__ = ["FAMILY", "MemristorConfig", "MemristorSetup"]

FAMILY = Family(
    kind="memristor",
    config=MemristorConfig,
    setup=MemristorSetup,
    presets=Path(__file__).parent / "presets",
    bench="memristor",
)
