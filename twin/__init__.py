"""Differentiable digital twins: neural stochastic differential equations fitted to measured devices."""

from twin.data import Trials
from twin.errors import DataError, DivergenceError, FileError, TwinError
from twin.files import load, save
from twin.fit import fit
from twin.model import ModelSpec, Start, Twin
from twin.scores import Scores, evaluate
from twin.settings import FitSettings

__all__ = [
    "DataError",
    "DivergenceError",
    "FileError",
    "FitSettings",
    "ModelSpec",
    "Scores",
    "Start",
    "Trials",
    "Twin",
    "TwinError",
    "evaluate",
    "fit",
    "load",
    "save",
]
