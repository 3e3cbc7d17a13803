"""A small closed run to look at."""

import numpy as np
from nado_lab.lab.store import RunMetadata, RunWriter, Status
from nado_lab.lab.store.metadata import ParameterRecord, ProtocolRecord
from nado_lab.protocols import Column


def small_run(path, rows=3, offset=0.0, **parameters):
    """Write a run of a few rows; give its path."""
    told = {name: ParameterRecord(value=value) for name, value in parameters.items()}
    metadata = RunMetadata(protocol=ProtocolRecord(name="scan", parameters=told))
    columns = (Column("readout", ("step",), (2,), units="V"), Column("remark", dtype="string"))
    writer = RunWriter.create(path, metadata, {"primary": columns})
    for number in range(rows):
        writer.append("primary", {"readout": np.full(2, number + offset), "remark": "x"})
    writer.finalise(Status.COMPLETE)
    return path
