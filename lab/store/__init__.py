"""The run store: one zarr v3 store a run, of which only committed rows count."""

from nado_lab.lab.store.catalogue import Catalogue, RunEntry, find_runs, locate
from nado_lab.lab.store.compare import RunDifferences, compare_runs
from nado_lab.lab.store.documents import Document, DocumentMaker, documents_of, line_of
from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.export import export
from nado_lab.lab.store.identity import content_of, distinct
from nado_lab.lab.store.metadata import (
    MonitorRecord,
    ParameterRecord,
    ProtocolRecord,
    RunMetadata,
    SetupRecord,
    Status,
    code_version,
)
from nado_lab.lab.store.ports import ports_of
from nado_lab.lab.store.power_cut import Fsync
from nado_lab.lab.store.reader import Run
from nado_lab.lab.store.remarks import Labels, hide_run, remark, tag, tags_in, title_run
from nado_lab.lab.store.repair import RepairReport, repair
from nado_lab.lab.store.summary import RunSummary, StreamSummary, summarise
from nado_lab.lab.store.timing import RunTiming, run_timing, timing_mode
from nado_lab.lab.store.trash import remove_run, set_aside
from nado_lab.lab.store.trials import TrialArrays, channel_axis, channel_units, device_names, load_trials
from nado_lab.lab.store.verify import Check, verify
from nado_lab.lab.store.writer import RunWriter

__all__ = [
    "Catalogue",
    "Check",
    "Document",
    "DocumentMaker",
    "Fsync",
    "Labels",
    "MonitorRecord",
    "ParameterRecord",
    "ProtocolRecord",
    "RepairReport",
    "Run",
    "RunDifferences",
    "RunEntry",
    "RunMetadata",
    "RunSummary",
    "RunTiming",
    "RunWriter",
    "SetupRecord",
    "Status",
    "StoreError",
    "StreamSummary",
    "TrialArrays",
    "channel_axis",
    "channel_units",
    "code_version",
    "compare_runs",
    "content_of",
    "device_names",
    "distinct",
    "documents_of",
    "export",
    "find_runs",
    "hide_run",
    "line_of",
    "load_trials",
    "locate",
    "ports_of",
    "remark",
    "remove_run",
    "repair",
    "run_timing",
    "set_aside",
    "summarise",
    "tag",
    "tags_in",
    "timing_mode",
    "title_run",
    "verify",
]
