"""Make the procedure of a stored run again, with its parameters; see beforehand whether one may be played."""

from pathlib import Path

from nado_lab.lab.store import Run, StoreError, device_names, load_trials
from nado_lab.lab.store.episodes import whole_episodes
from nado_lab.protocols import MeasuringDevice, NadoProcedure, Replay, configure, is_file, load_protocol


def rebuild_procedure(run: Run, own: str = "") -> NadoProcedure:
    """Build the procedure that made a run, to resume or repeat it.

    A run may name a file of code (`scan.py:Scan`); it runs only where the user names it too, as `own`.
    """
    record = run.metadata.protocol
    if record is None:
        raise StoreError(f"{run.path} was not measured by a protocol; it cannot be resumed")
    if is_file(record.name) and not is_file(own):
        raise StoreError(not_by_itself(run.path, record.name))
    procedure = load_protocol(own if is_file(record.name) else record.name)()
    configure(procedure, {name: value for name, value in record.values().items() if value is not None})
    return procedure


def not_by_itself(run: object, protocol: str) -> str:
    """Say that a run names a file of code, and how to go on with it."""
    told = f"{run} was measured by code in a file, which a run does not start by itself; if you trust it: "
    return f"{told}nado resume {run} --protocol {protocol}"


def provide_drives(procedure: NadoProcedure) -> tuple[str, ...]:
    """Give a replay the drives of the run it names; return the ids of the runs that were read."""
    if not isinstance(procedure, Replay) or not procedure.of:
        return ()
    run = Run.open(procedure.of)
    trials = load_trials(run)
    procedure.drive, procedure.sequence = trials.drive, trials.sequence
    if device_names(data := run.dataset()):  # each device its own drive again, and not one after the other
        data = whole_episodes(run, data)
        procedure.drive = data["drive"].transpose("trial", "device", "step", "port").values
        procedure.sequence = data["sequence"].values
    return (run.metadata.run_id,)


def require_limits(procedure: NadoProcedure, setup: MeasuringDevice) -> None:
    """Refuse what does not fit a setup or is beyond its limits, before its turn has come; sends nothing.

    Nothing can be said yet of the replay of a run that is still to be measured.
    """
    if isinstance(procedure, Replay) and not Path(procedure.of).exists():
        return
    provide_drives(procedure)
    procedure.bind(setup)
    procedure.require_limits()
