"""How good a twin is, beside the noise floor of measured repeats."""
