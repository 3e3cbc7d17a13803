"""The run store: one zarr v3 store a run, of which only committed rows count."""

from lab.store.errors import StoreError
from lab.store.metadata import (
    ParameterRecord,
    ProtocolRecord,
    RunMetadata,
    SetupRecord,
    Status,
    code_version,
)
from lab.store.reader import Run
from lab.store.trials import TrialArrays, load_trials
from lab.store.writer import RunWriter

__all__ = [
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
    "load_trials",
]
