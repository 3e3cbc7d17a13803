"""Differentiable digital twins: neural stochastic differential equations fitted to measured devices."""

from twin.data import Trials
from twin.errors import DataError, DivergenceError, FileError, TwinError
from twin.files import load, save
from twin.model import ModelSpec, Start, Twin

__all__ = [
    "DataError",
    "DivergenceError",
    "FileError",
    "ModelSpec",
    "Start",
    "Trials",
    "Twin",
    "TwinError",
    "load",
    "save",
]
