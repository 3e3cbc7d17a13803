"""A leaky integrator that is driven by a voltage and by light: all that NADO-Lab needs to know of it."""
