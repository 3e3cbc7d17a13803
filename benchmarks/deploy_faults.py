"""Every fault of every instrument in the middle of a deployment: it stops safe, and ends as if whole.

A small network with random weights is deployed to a simulated nanoring bench and to a simulated ice. With
every kind of fault on every instrument (lab.compose.fault_kinds) the deployment begins anew, the fault
appears with the first message that the instrument gets in the second half of the trials (one that gets none
then meets it at the end), and it is started again with the bench whole. Shown of each: the error,
the status and reason of the run, how many trials were committed, whether the bench's field was zero and its
sources off, whether the outputs of the one that was gone on with are those of one that was never disturbed,
and whether its report tells what happened.

python benchmarks/deploy_faults.py --json          both setups (some minutes)
python benchmarks/deploy_faults.py --quick --json  one instrument of each setup
python benchmarks/deploy_faults.py --markdown      the table of docs/deploy.md
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import torch
from nado_lab.instruments import InstrumentError, load_setup
from nado_lab.lab import compose
from nado_lab.lab.errors import LabError
from nado_lab.lab.runs import Observer
from nado_lab.lab.store import Run, Status
from nado_lab.lab.workflow.deploy import DeployRequest, deploy, sources_for
from nado_lab.network import NetworkCard, TaskChoice, TrainSettings, save, train
from nado_lab.observer import Progress
from nado_lab.twin import ModelSpec, Twin
from nado_lab.twin import save as save_twin

OPTIONS = {"train": 12, "test": 4, "seed": 0}
TASK_STEPS = {"steps": 6, "washout": 2}
TIMEOUT_S = 0.5
WAYS = ("stopped in the middle", "after the last trial", "badly")


class Bench:
    """The latest simulated bench that the program opened, to look at it from outside."""

    latest: Any = None

    @classmethod
    def watch(cls) -> None:
        """Remember every bench that is built from now on."""
        build = compose.simulated_bench

        def remembered(kind: str, **options: Any) -> Any:
            cls.latest = build(kind, **options)
            return cls.latest

        compose.simulated_bench = remembered


def small(kind: str, folder: Path) -> str:
    """Write a quick setup of a kind whose readings come back trial by trial: its path."""
    config: Any = load_setup(f"sim:{kind}")
    roles = {name: role.model_copy(update={"timeout_s": TIMEOUT_S}) for name, role in config.roles.items()}
    changed: dict[str, Any] = {"roles": roles, "simulation": {"size": 4}}
    if kind == "asvi":
        sweep = {"points": 8, "start_hz": 6e9, "stop_hz": 1e10, "dwell_s": 0.01}
        changed["spectrum"] = config.spectrum.model_copy(update=sweep)
        changed["modulation"] = config.modulation.model_copy(update={"time_constant_s": 1e-3})
    else:
        changed["timing"] = config.timing.model_copy(update={"max_burst_s": 0.4})
    file = folder / f"{kind}.toml"
    file.write_text(config.model_copy(update=changed).to_toml(), encoding="utf-8")
    return str(file)


def network_for(setup: str, folder: Path) -> Path:
    """Save an untrained twin of the setup's shape, and a network with random weights through it."""
    with compose.open_named_setup(setup) as bench:
        channels, units = tuple(bench.channels), tuple(bench.channel_units)
    torch.manual_seed(0)
    twin = Twin(ModelSpec(ports=1, channels=len(channels), components=4, width=8), channels, units)
    twin_path = save_twin(twin, folder / "device.twin")
    task = TaskChoice("mackey-glass", OPTIONS | TASK_STEPS)
    settings = TrainSettings(nodes=(2,), epochs=1)
    card = NetworkCard(task, settings, (str(twin_path),))
    return save(train(task.load(), twin, settings), folder / "network.net", card)


class Halfway(Observer):
    """Watches a deployment: how many messages each instrument has got when half of the trials are played."""

    def __init__(self, roles: list[str]) -> None:
        super().__init__()
        self.roles, self.messages = roles, dict.fromkeys(roles, 0)

    def progress(self, progress: Progress) -> None:
        """Count for as long as not half of it is done."""
        if progress.share <= 0.5:
            self.messages = {role: Bench.latest.gate(role).messages for role in self.roles}


def suffer(net: Path, setup: str, role: str, fault: str, at: int, whole: float, out: Path) -> dict[str, Any]:
    """Deploy with a fault from an instrument's message `at` on, look at the bench, and go on without."""
    broken = DeployRequest(net, out, sources_for(net, [setup], faults=(f"{role}:{fault}@{at}",)))
    error = "none"
    try:
        deploy(broken)
    except (InstrumentError, LabError) as caught:  # LabError: the supply garbles what it is asked at the end
        error = type(caught).__name__
    safe = not (Bench.latest.world.field().any() or Bench.latest.world.sources_on())
    run = Run.open(out / "layer0.zarr")
    status, committed = run.status, run.rows()
    row = {"setup": Path(setup).stem, "role": role, "fault": fault, "error": error, "status": status.value}
    row |= {"committed": committed, "field_zero_sources_off": safe}
    report = deploy(DeployRequest(net, out, sources_for(net, [setup]), resume=True)).report
    told = [each.reason for each in report.interruptions]
    return row | {
        "resumed": Run.open(out / "layer0.zarr").status is Status.COMPLETE,
        "same_result": report.device == whole,
        "report_tells": len(told) == 1 and error in told[0],
    }


def one_kind(kind: str, folder: Path, chosen: list[str]) -> list[dict[str, Any]]:
    """Deploy undisturbed, counting messages; then once with every fault, from the middle on."""
    folder.mkdir()
    setup = small(kind, folder)
    net = network_for(setup, folder)
    roles = [role for role in load_setup(setup).roles if not chosen or role in chosen]
    halfway = Halfway(roles)
    request = DeployRequest(net, folder / "whole", sources_for(net, [setup]))
    whole = deploy(request, halfway).report.device
    rows = []
    for role in roles:
        for fault in sorted(Bench.latest.device(role).faults):
            out = folder / f"{role}-{fault}"
            rows.append(suffer(net, setup, role, fault, halfway.messages[role] + 1, whole, out))
    return rows


def ended(row: dict[str, Any]) -> str:
    """Say how a fault ended: well, in the middle or after the last trial; or badly."""
    if not all(row[name] for name in ("field_zero_sources_off", "resumed", "same_result")):
        return "badly"
    if row["status"] == "complete":
        return "after the last trial"
    return "stopped in the middle" if row["committed"] and row["report_tells"] else "badly"


def main() -> None:
    """Print the rows and how many ended as they should."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--quick", action="store_true", help="the lock-in and one digitiser only")
    parser.add_argument("--roles", nargs="+", default=[], help="only these instruments")
    parser.add_argument("--markdown", action="store_true", help="print a table")
    options = parser.parse_args()
    torch.set_num_threads(1)
    chosen = ["lockin", "digitiser_0"] if options.quick else options.roles
    Bench.watch()
    with tempfile.TemporaryDirectory() as scratch:
        rows = [row for kind in ("nanoring", "asvi") for row in one_kind(kind, Path(scratch) / kind, chosen)]
    for row in rows:
        row["ended"] = ended(row)
    counted = {how: [row["ended"] for row in rows].count(how) for how in WAYS}
    if options.json:
        print(json.dumps({"rows": rows, "ended": counted, "total": len(rows)}, indent=2))
        return
    if options.markdown:
        print("| " + " | ".join(rows[0]) + " |\n|" + " --- |" * len(rows[0]))
    for row in rows:
        print("| " + " | ".join(str(value) for value in row.values()) + " |")
    print(f"\n{counted} of {len(rows)}")


if __name__ == "__main__":
    main()
