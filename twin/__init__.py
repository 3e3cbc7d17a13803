"""Differentiable digital twins: neural stochastic differential equations fitted to measured devices."""
