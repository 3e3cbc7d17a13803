"""The simulated bench: physics of the samples, instruments that speak the real dialects, a PyVISA backend."""
