"""Judge the simulated instruments by software that others wrote for the real ones.

    python -m benchmarks.peers --json [--quick]

Both benches are served over loopback; PyMeasure's own classes read and set all that they can. QCoDeS's
drivers, SRS's srsinst.sr860 and Lake Shore's lakeshore run in an environment of their own, which is made once
in the temporary folder (`--python` names one that is there); where it cannot be made they are left out, in
words. With `--quick` a few of PyMeasure's classes, no environment.
"""

from __future__ import annotations

import argparse
import json
import sys
import time

from benchmarks.machine import machine, versions
from benchmarks.peer_benches import served
from benchmarks.peer_calls import OUTCOMES, WORKS, table, told
from benchmarks.peer_crossed import crossed
from benchmarks.peer_others import others
from benchmarks.peer_pymeasure import CLASSES, calls

_QUICK = ["425", "BOP", "8257D"]


def main(arguments: list[str] | None = None) -> int:
    """Run it and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--quick", action="store_true", help="three of PyMeasure's classes only")
    parser.add_argument("--python", help="a Python that has qcodes, srsinst.sr860 and lakeshore")
    chosen = parser.parse_args(arguments)
    start = time.perf_counter()
    with served() as benches:
        found = calls(benches, _QUICK if chosen.quick else list(CLASSES))
        found += crossed(benches, quick=chosen.quick)
        left_out = "left out with --quick"
        if not chosen.quick:
            more, left_out = others(benches, chosen.python)
            found += more
    said = {
        "wall_s": round(time.perf_counter() - start, 1),
        "calls": len(found),
        "by_outcome": {outcome: sum(call.outcome == outcome for call in found) for outcome in OUTCOMES},
        "table": table(found),
        "others": left_out,
        "not_working": told(found),
        "machine": machine(),
        "versions": versions(),
    }
    if chosen.json:
        print(json.dumps(said, indent=1))
    else:
        _show(said["table"], left_out)
    return 0


def _show(rows: dict[str, dict[str, int | float]], left_out: str) -> None:
    print(f"{'driver':28} tried works refused  late wrong     %")
    for name, row in rows.items():
        counts = [
            row[key] for key in ("tried", WORKS, "refused", "timed out", "wrong value", "works_percent")
        ]
        print(
            f"{name:28} {counts[0]:5} {counts[1]:5} {counts[2]:7} {counts[3]:5} {counts[4]:5} {counts[5]:5}"
        )
    if left_out:
        print(left_out)


if __name__ == "__main__":
    sys.exit(main())
