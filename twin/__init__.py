"""Differentiable digital twins: neural stochastic differential equations fitted to measured devices."""

from nado_lab.twin.checkpoint import read_unfinished
from nado_lab.twin.choose import alike_runs
from nado_lab.twin.compensation import Compensation, compensate
from nado_lab.twin.data import Trials
from nado_lab.twin.drive_map import DriveMap, read_map
from nado_lab.twin.ensemble import epistemic_spread, fit_ensemble, most_informative
from nado_lab.twin.errors import DataError, DivergenceError, FileError, FitStopped, TwinError
from nado_lab.twin.files import load, save
from nado_lab.twin.fit import fit
from nado_lab.twin.joining import join
from nado_lab.twin.judged import fit_and_score
from nado_lab.twin.keeper import Keeper
from nado_lab.twin.model import ModelSpec, Start, Twin
from nado_lab.twin.parts import Parts, set_aside
from nado_lab.twin.recalibrate import recalibrate
from nado_lab.twin.scores import Scores, evaluate
from nado_lab.twin.settings import FitSettings
from nado_lab.twin.torchsde_bridge import torchsde_paths

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
