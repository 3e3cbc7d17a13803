"""Every fault x every instrument x both setups x both backends: how a measurement ends.

python benchmarks/faults.py --json            in process and over TCP (about eight minutes)
python benchmarks/faults.py --quick           in process only
python benchmarks/faults.py --markdown        the table of docs/faults.md
python benchmarks/faults.py --moments         at 36 moments, also within the shutdown: is all off in the end?
"""

import argparse
import contextlib
import json
import time
from typing import Any

import numpy as np
from nado_lab import instruments, sim_backend

TIMEOUT_S = 0.5
ALLOWED_S = TIMEOUT_S + 5.0
AFTER = 9
DRIVING = {"nanoring": ("supply_x", "generator", "source"), "asvi": ("supply", "microwave", "lockin")}
AT_MOMENTS = ("timeout", "disconnect", "error", "garbage", "truncate")
MOMENTS = (*range(0, 60, 3), *range(60, 220, 10))


def short(config: Any) -> Any:
    """Return a setup with a short time-out and, for spectra, a short sweep: the wall clock counts here."""
    roles = {n: r.model_copy(update={"timeout_s": TIMEOUT_S}) for n, r in config.roles.items()}
    changed: dict[str, Any] = {"roles": roles}
    if config.kind == "asvi":
        sweep = {"points": 16, "stop_hz": 2.8e9, "dwell_s": 0.01}
        changed["spectrum"] = config.spectrum.model_copy(update=sweep)
        changed["modulation"] = config.modulation.model_copy(update={"time_constant_s": 1e-3})
    return config.model_copy(update=changed)


def suffer(kind: str, role: str, fault: str, tcp: bool) -> dict[str, Any]:
    """Measure with one fault from its tenth message on; tell the error, its time, and what is left on."""
    clock = sim_backend.WallClock() if tcp else None
    bench = sim_backend.open_bench(kind, specimen=1, size=4, clock=clock)
    server = sim_backend.serve(bench) if tcp else None
    config = short(instruments.load_setup(f"sim:{kind}"))
    library: Any = bench.visa_library
    if server:
        config, library = config.with_addresses(server.addresses(), "@py"), "@py"
    error, set_at = "none", time.perf_counter()
    try:
        with instruments.open_setup(config, library, bench.clock) as setup:
            bench.set_fault(f"{role}:{fault}@{AFTER}")
            set_at = time.perf_counter()
            for _ in range(4):
                list(setup.measure(np.zeros((1, 2, 1))))
                set_at = time.perf_counter()
    except instruments.InstrumentError as caught:
        error = type(caught).__name__
    seconds = time.perf_counter() - set_at
    row = {
        "setup": f"sim:{kind}",
        "backend": "tcp" if tcp else "in process",
        "role": role,
        "fault": fault,
        "error": error,
        "seconds": round(seconds, 2),
        "field_zero": not bool(bench.world.field().any()),
        "sources_off": not bench.world.sources_on(),
    }
    if server:
        server.close()
    bench.close()
    return row


def ends_safely(kind: str, role: str, fault: str, moment: int) -> bool:
    """Measure until a stop with a fault from message ``moment`` on; tell whether all is off in the end."""
    bench = sim_backend.open_bench(kind, specimen=1, size=2)
    steps, polls = (40, 10_000) if kind == "nanoring" else (2, 6)
    polled = iter(range(10_000))
    with (
        contextlib.suppress(instruments.InstrumentError),
        instruments.open_setup(
            short(instruments.load_setup(f"sim:{kind}")), bench.visa_library, bench.clock
        ) as setup,
    ):
        bench.set_fault(f"{role}:{fault}@{moment}")
        list(setup.measure(np.zeros((3, steps, 1)), should_stop=lambda: next(polled) >= polls))
    safe = not bench.world.field().any() and not bench.world.sources_on()
    bench.close()
    return safe


def at_all_moments(moments: tuple[int, ...]) -> list[bool]:
    """Run every moment of every fault of everything that drives."""
    cases = [(kind, role) for kind, roles in DRIVING.items() for role in roles]
    return [ends_safely(*case, fault, m) for case in cases for fault in AT_MOMENTS for m in moments]


def all_rows(backends: list[bool]) -> list[dict[str, Any]]:
    """Run everything."""
    rows = []
    for kind in ("nanoring", "asvi"):
        bench = sim_backend.open_bench(kind, size=2)
        roles = instruments.load_setup(f"sim:{kind}").roles
        cases = [(role, fault) for role in roles for fault in sorted(bench.device(role).faults)]
        bench.close()
        rows += [suffer(kind, role, fault, tcp) for tcp in backends for role, fault in cases]
    return rows


def passed(row: dict[str, Any]) -> bool:
    """Tell whether a fault ended as it should."""
    return row["error"] != "none" and row["field_zero"] and row["sources_off"] and row["seconds"] < ALLOWED_S


def main() -> None:
    """Print the rows and how many ended as they should."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--quick", action="store_true", help="in process only")
    parser.add_argument("--markdown", action="store_true", help="print a table")
    parser.add_argument("--moments", action="store_true", help="at many moments, in process")
    options = parser.parse_args()
    if options.moments:
        safe = at_all_moments(MOMENTS[::12] if options.quick else MOMENTS)
        print(json.dumps({"safe": sum(safe), "total": len(safe)}))
        return
    rows = all_rows([False] if options.quick else [False, True])
    good = sum(map(passed, rows))
    if options.markdown:
        print("| setup | backend | role | fault | ends as | s | field zero | sources off |")
        print("| --- | --- | --- | --- | --- | --- | --- | --- |")
        for row in rows:
            print("| " + " | ".join(str(value) for value in row.values()) + " |")
    elif options.json:
        print(
            json.dumps({"rows": rows, "passed": good, "total": len(rows), "allowed_s": ALLOWED_S}, indent=2)
        )
    print(f"\n{good} of {len(rows)} ended as they should" if not options.json else "", end="\n")


if __name__ == "__main__":
    main()
