"""Make the procedure of a stored run again, with its parameters."""

from lab.store import Run, StoreError
from protocols import NadoProcedure, configure, load_protocol


def procedure_of(run: Run) -> NadoProcedure:
    """Build the procedure that made a run, to resume or repeat it."""
    record = run.metadata.protocol
    if record is None:
        raise StoreError(f"{run.path} was not measured by a protocol; it cannot be resumed")
    procedure = load_protocol(record.name)()
    configure(procedure, {name: value for name, value in record.values().items() if value is not None})
    return procedure
