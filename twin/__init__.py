"""Differentiable digital twins: neural stochastic differential equations fitted to measured devices."""

from twin.checkpoint import read_unfinished
from twin.choose import alike_runs
from twin.compensation import Compensation, compensate
from twin.data import Trials
from twin.drive_map import DriveMap, read_map
from twin.ensemble import epistemic_spread, fit_ensemble, most_informative
from twin.errors import DataError, DivergenceError, FileError, FitStopped, TwinError
from twin.files import load, save
from twin.fit import fit
from twin.joining import join
from twin.judged import fit_and_score
from twin.keeper import Keeper
from twin.model import ModelSpec, Start, Twin
from twin.parts import Parts, set_aside
from twin.recalibrate import recalibrate
from twin.scores import Scores, evaluate
from twin.settings import FitSettings
from twin.torchsde_bridge import torchsde_paths

__all__ = [
    "Compensation",
    "DataError",
    "DivergenceError",
    "DriveMap",
    "FileError",
    "FitSettings",
    "FitStopped",
    "Keeper",
    "ModelSpec",
    "Parts",
    "Scores",
    "Start",
    "Trials",
    "Twin",
    "TwinError",
    "alike_runs",
    "compensate",
    "epistemic_spread",
    "evaluate",
    "fit",
    "fit_and_score",
    "fit_ensemble",
    "join",
    "load",
    "most_informative",
    "read_map",
    "read_unfinished",
    "recalibrate",
    "save",
    "set_aside",
    "torchsde_paths",
]
