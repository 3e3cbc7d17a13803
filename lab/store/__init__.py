"""The run store: one zarr v3 store a run, of which only committed rows count."""

from nado_lab.lab.store.catalogue import Catalogue, find_runs, locate
from nado_lab.lab.store.drive_maps import drive_map_of
from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.export import export
from nado_lab.lab.store.metadata import (
    ParameterRecord,
    ProtocolRecord,
    RunMetadata,
    SetupRecord,
    Status,
    code_version,
)
from nado_lab.lab.store.reader import Run
from nado_lab.lab.store.repair import repair
from nado_lab.lab.store.summary import summarise
from nado_lab.lab.store.trials import TrialArrays, load_trials
from nado_lab.lab.store.verify import Finding, verify
from nado_lab.lab.store.writer import RunWriter

__all__ = [
    "Catalogue",
    "Finding",
    "ParameterRecord",
    "ProtocolRecord",
    "Run",
    "RunMetadata",
    "RunWriter",
    "SetupRecord",
    "Status",
    "StoreError",
    "TrialArrays",
    "code_version",
    "drive_map_of",
    "export",
    "find_runs",
    "load_trials",
    "locate",
    "repair",
    "summarise",
    "verify",
]
