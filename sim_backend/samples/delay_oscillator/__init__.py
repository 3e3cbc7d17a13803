"""An opto-electronic delay oscillator: laser, modulator, photodiode, filter and delay, in a loop."""

from nado_lab.sim_backend.samples.delay_oscillator.filters import LoopFilter, band_pass, low_pass
from nado_lab.sim_backend.samples.delay_oscillator.oscillator import DelayOscillator
from nado_lab.sim_backend.samples.delay_oscillator.parameters import LoopParameters, audio, fast

__all__ = ["DelayOscillator", "LoopFilter", "LoopParameters", "audio", "band_pass", "fast", "low_pass"]
