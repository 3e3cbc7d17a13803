"""Differentiable digital twins: neural stochastic differential equations fitted to measured devices."""

from nado_lab.observer import Observer, PartOf, Progress, StoppedError
from nado_lab.twin.compute import compute_device, computed_on
from nado_lab.twin.data.alike_runs import alike_runs
from nado_lab.twin.data.check import check, follows_drive, without_bad
from nado_lab.twin.data.findings import Finding, FindingKind
from nado_lab.twin.data.fitted_drives import unseen
from nado_lab.twin.data.gaps import fill_gaps
from nado_lab.twin.data.grid import one_grid
from nado_lab.twin.data.join import join
from nado_lab.twin.data.split import ScoredOn, Split, SplitRecord, StreamRecord, split_scored
from nado_lab.twin.data.trials import Trials
from nado_lab.twin.drift.adapt import adapt
from nado_lab.twin.drift.compensation import Compensation, compensate
from nado_lab.twin.drift.recalibrate import recalibrate
from nado_lab.twin.errors import DataError, DivergenceError, FileError, TwinError
from nado_lab.twin.evaluation.evaluate import evaluate
from nado_lab.twin.files.twin_file import load, save
from nado_lab.twin.fitting.checkpoint import read_unfinished
from nado_lab.twin.fitting.checkpointer import Checkpointer
from nado_lab.twin.fitting.ensemble import epistemic_spread, fit_ensemble, most_informative
from nado_lab.twin.fitting.fit import fit
from nado_lab.twin.fitting.scored_fit import fit_and_score
from nado_lab.twin.model.rows import matched
from nado_lab.twin.model.start import Start
from nado_lab.twin.model.twin import Twin
from nado_lab.twin.records.card import DeviceRecord, TwinCard
from nado_lab.twin.records.metrics import Figures, Metrics, warned
from nado_lab.twin.records.settings import FitSettings, Method, OptimiserName, PhaseName
from nado_lab.twin.records.spec import ModelSizes, ModelSpec
from nado_lab.twin.solvers import Solver
from nado_lab.twin.torchsde_bridge import torchsde_paths

__all__ = [
    "Checkpointer",
    "Compensation",
    "DataError",
    "DeviceRecord",
    "DivergenceError",
    "Figures",
    "FileError",
    "Finding",
    "FindingKind",
    "FitSettings",
    "Method",
    "Metrics",
    "ModelSizes",
    "ModelSpec",
    "Observer",
    "OptimiserName",
    "PartOf",
    "PhaseName",
    "Progress",
    "ScoredOn",
    "Solver",
    "Split",
    "SplitRecord",
    "Start",
    "StoppedError",
    "StreamRecord",
    "Trials",
    "Twin",
    "TwinCard",
    "TwinError",
    "adapt",
    "alike_runs",
    "check",
    "compensate",
    "compute_device",
    "computed_on",
    "epistemic_spread",
    "evaluate",
    "fill_gaps",
    "fit",
    "fit_and_score",
    "fit_ensemble",
    "follows_drive",
    "join",
    "load",
    "matched",
    "most_informative",
    "one_grid",
    "read_unfinished",
    "recalibrate",
    "save",
    "split_scored",
    "torchsde_paths",
    "unseen",
    "warned",
    "without_bad",
]
