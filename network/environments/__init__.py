"""Environments: plants to be controlled in closed loop, batched and differentiable in torch."""

from nado_lab.network.environments.catalogue import EnvironmentChoice, environment_names, load_environment
from nado_lab.network.environments.environment import Environment

__all__ = ["Environment", "EnvironmentChoice", "environment_names", "load_environment"]
