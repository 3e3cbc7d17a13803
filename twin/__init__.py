"""Differentiable digital twins: neural stochastic differential equations fitted to measured devices."""

from twin.choose import alike_runs
from twin.data import Trials, join
from twin.ensemble import epistemic_spread, fit_ensemble, most_informative
from twin.errors import DataError, DivergenceError, FileError, TwinError
from twin.files import load, save
from twin.fit import fit
from twin.model import ModelSpec, Start, Twin
from twin.recalibrate import recalibrate
from twin.scores import Scores, evaluate
from twin.settings import FitSettings
from twin.torchsde_bridge import torchsde_paths

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
    "alike_runs",
    "epistemic_spread",
    "evaluate",
    "fit",
    "fit_ensemble",
    "join",
    "load",
    "most_informative",
    "recalibrate",
    "save",
    "torchsde_paths",
]
