"""The run store: one zarr v3 store a run, of which only committed rows count."""

from lab.store.catalogue import Catalogue, find_runs, locate
from lab.store.drive_maps import drive_map_of
from lab.store.errors import StoreError
from lab.store.export import export
from lab.store.imports import Options as ImportOptions
from lab.store.imports import import_files
from lab.store.location import refuse_existing
from lab.store.metadata import (
    ParameterRecord,
    ProtocolRecord,
    RunMetadata,
    SetupRecord,
    Status,
    code_version,
)
from lab.store.reader import Run
from lab.store.repair import repair
from lab.store.stored_trials import StoredTrials
from lab.store.summary import summarise
from lab.store.trials import TrialArrays, load_trials
from lab.store.verify import Finding, verify
from lab.store.writer import RunWriter

__all__ = [
    "Catalogue",
    "Finding",
    "ImportOptions",
    "ParameterRecord",
    "ProtocolRecord",
    "Run",
    "RunMetadata",
    "RunWriter",
    "SetupRecord",
    "Status",
    "StoreError",
    "StoredTrials",
    "TrialArrays",
    "code_version",
    "drive_map_of",
    "export",
    "find_runs",
    "import_files",
    "load_trials",
    "locate",
    "refuse_existing",
    "repair",
    "summarise",
    "verify",
]
