"""The delay-oscillator family: light in a loop whose delay holds the virtual nodes of a step."""

from pathlib import Path

from nado_lab.instruments.setups.delay_oscillator.bias import BiasPoint, fit_bias
from nado_lab.instruments.setups.delay_oscillator.config import DelayOscillatorConfig
from nado_lab.instruments.setups.delay_oscillator.setup import DelayOscillatorSetup
from nado_lab.instruments.setups.family import Family

__all__ = ["FAMILY", "BiasPoint", "DelayOscillatorConfig", "DelayOscillatorSetup", "fit_bias"]

FAMILY = Family(
    kind="delay-oscillator",
    config=DelayOscillatorConfig,
    setup=DelayOscillatorSetup,
    presets=Path(__file__).parent / "presets",
    bench="delay_oscillator",
)
