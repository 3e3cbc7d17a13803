"""Every fault x every instrument x every simulated setup x both backends: how a measurement ends.

python benchmarks/faults.py --json            in process and over TCP (about eight minutes)
python benchmarks/faults.py --quick           in process only
python benchmarks/faults.py --markdown        the table of docs/faults.md
python benchmarks/faults.py --moments         at 36 moments, also within the shutdown: is all off in the end?

Channels of an NI card are not reached by VISA: benches with such are measured in process only.
"""

import argparse
import contextlib
import json
import time
from typing import Any

import numpy as np
from nado_lab import instruments, sim_backend
from nado_lab.instruments import SetupConfig
from nado_lab.instruments.setups.families import FAMILIES
from nado_lab.sim_backend.bench import Bench

TIMEOUT_S = 0.5
ALLOWED_S = TIMEOUT_S + 5.0
AFTER = 9
SETUPS = (
    "sim:nanoring",
    "sim:asvi",
    "sim:memristor",
    "sim:memristor-smu",
    "sim:delay-oscillator",
    "sim:delay-oscillator-4",
)
SMALL = {"nanoring": {"size": 4}, "asvi": {"size": 4}}
AT_MOMENTS = ("timeout", "disconnect", "error", "garbage", "truncate", "slow", "stuck")
MOMENTS = (*range(0, 60, 3), *range(60, 220, 10))
STOPPED_AT = {"nanoring": (40, 10_000), "asvi": (2, 6)}
"""Steps of a trial, and after how many questions whether to stop the answer is yes."""
UNSEEN = {("output", "stuck"): "an analogue output that does not move drives nothing; nado check finds it"}
"""What no measurement can see, and why it does no harm."""


def short(config: SetupConfig) -> Any:
    """Return a setup with a short time-out and, for spectra, a short sweep: the wall clock counts here."""
    roles = {n: r.model_copy(update={"timeout_s": TIMEOUT_S}) for n, r in config.roles.items()}
    changed: dict[str, Any] = {"roles": roles}
    if config.kind == "asvi":
        changed["spectrum"] = config.spectrum.model_copy(  # pyright: ignore[reportAttributeAccessIssue]
            update={"points": 16, "stop_hz": 2.8e9, "dwell_s": 0.01}
        )
        changed["modulation"] = config.modulation.model_copy(  # pyright: ignore[reportAttributeAccessIssue]
            update={"time_constant_s": 1e-3}
        )
    return config.model_copy(update=changed)


def bench_of(config: SetupConfig, clock: Any = None) -> Bench:
    """Build the simulated bench of a preset, a small sample where its size does not matter."""
    options = dict(config.simulation) | SMALL.get(config.kind, {})
    name = FAMILIES.load(config.kind).bench
    return sim_backend.open_bench(name, specimen=1, clock=clock, **options)


def is_safe(bench: Bench) -> bool:
    """Tell whether no source is on and no field is left."""
    bench.world.advance()
    field = getattr(bench.world, "field", None)
    return not bench.world.sources_on() and not (field is not None and field().any())


def zeros(setup: Any, trials: int, steps: int) -> np.ndarray:
    """Return a drive of zeros for a setup, with an axis of its devices where it has several."""
    devices = (len(setup.devices),) if setup.devices else ()
    return np.zeros((trials, *devices, steps, len(setup.ports)))


def suffer(name: str, role: str, fault: str, tcp: bool) -> dict[str, Any]:
    """Measure with one fault from its tenth message on; tell the error, its time, and what is left on."""
    config = short(instruments.load_setup(name))
    bench = bench_of(config, sim_backend.WallClock() if tcp else None)
    server = sim_backend.serve(bench) if tcp else None
    library: Any = bench.visa_library
    if server:
        config, library = config.with_addresses(server.addresses(), "@py"), "@py"
    error, set_at = "none", time.perf_counter()
    try:
        with instruments.open_setup(config, library, bench.clock) as setup:
            bench.set_fault(f"{role}:{fault}@{AFTER}")
            set_at = time.perf_counter()
            for _ in range(4):
                list(setup.measure(zeros(setup, 1, 2)))
                set_at = time.perf_counter()
            told = setup.shutdown()
            error = f"told at shutdown: {told[0]}" if told else "none"
    except instruments.InstrumentError as caught:
        error = type(caught).__name__
    row = {
        "setup": name,
        "backend": "tcp" if tcp else "in process",
        "role": role,
        "fault": fault,
        "error": error,
        "seconds": round(time.perf_counter() - set_at, 2),
        "safe": is_safe(bench),
    }
    if server:
        server.close()
    bench.close()
    return row


def ends_safely(name: str, role: str, fault: str, moment: int) -> bool:
    """Measure until a stop with a fault from message ``moment`` on; tell whether all is off in the end."""
    config = short(instruments.load_setup(name))
    bench = bench_of(config)
    steps, polls = STOPPED_AT.get(config.kind, (4, 60))
    polled = iter(range(10_000))
    with (
        contextlib.suppress(instruments.InstrumentError),
        instruments.open_setup(config, bench.visa_library, bench.clock) as setup,
    ):
        bench.set_fault(f"{role}:{fault}@{moment}")
        list(setup.measure(zeros(setup, 3, steps), should_stop=lambda: next(polled) >= polls))
    safe = is_safe(bench)
    bench.close()
    return safe


def cases_of(name: str, faults: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """List role and fault of a setup; with ``faults`` those alone, at the roles that drive something."""
    config = instruments.load_setup(name)
    bench = bench_of(config)
    driving = [role for group in config.taken_down for role in group if role in config.roles]
    roles = driving if faults else list(config.roles)
    found = [(r, f) for r in roles for f in sorted(bench.faults_of(r)) if not faults or f in faults]
    bench.close()
    return found


def at_all_moments(setups: tuple[str, ...], moments: tuple[int, ...]) -> dict[str, list[bool]]:
    """Run every moment of every fault of everything that drives."""
    return {
        name: [ends_safely(name, *case, m) for case in cases_of(name, AT_MOMENTS) for m in moments]
        for name in setups
    }


def can_be_served(name: str) -> bool:
    """Tell whether every instrument of a setup is reached by VISA."""
    bench = bench_of(instruments.load_setup(name))
    served = not bench.channels
    bench.close()
    return served


def all_rows(setups: tuple[str, ...], over_tcp: bool) -> list[dict[str, Any]]:
    """Run everything."""
    rows = []
    for name in setups:
        backends = [False, True] if over_tcp and can_be_served(name) else [False]
        rows += [suffer(name, *case, tcp) for tcp in backends for case in cases_of(name)]
    return rows


def passed(row: dict[str, Any]) -> bool:
    """Tell whether a fault ended as it should; what cannot be switched off must be told."""
    told = row["error"].startswith("told at shutdown")
    named = row["error"] != "none" or (row["role"], row["fault"]) in UNSEEN
    return named and (row["safe"] or told) and row["seconds"] < ALLOWED_S


def main() -> None:
    """Print the rows and how many ended as they should."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--quick", action="store_true", help="in process only")
    parser.add_argument("--markdown", action="store_true", help="print a table")
    parser.add_argument("--moments", action="store_true", help="at many moments, in process")
    parser.add_argument("--setups", nargs="+", default=list(SETUPS), help="these alone")
    options = parser.parse_args()
    setups = tuple(options.setups)
    if options.moments:
        safe = at_all_moments(setups, MOMENTS[::12] if options.quick else MOMENTS)
        each = {name: {"safe": sum(found), "total": len(found)} for name, found in safe.items()}
        total = {key: sum(row[key] for row in each.values()) for key in ("safe", "total")}
        print(json.dumps(total | {"setups": each}))
        return
    rows = all_rows(setups, over_tcp=not options.quick)
    good = sum(map(passed, rows))
    if options.markdown:
        print("| setup | backend | role | fault | ends as | s | safe |")
        print("| --- | --- | --- | --- | --- | --- | --- |")
        for row in rows:
            print("| " + " | ".join(str(value) for value in row.values()) + " |")
    elif options.json:
        found = {"rows": rows, "passed": good, "total": len(rows), "allowed_s": ALLOWED_S}
        print(json.dumps(found | {"not_passed": [row for row in rows if not passed(row)]}, indent=2))
    print(f"\n{good} of {len(rows)} ended as they should" if not options.json else "", end="\n")


if __name__ == "__main__":
    main()
