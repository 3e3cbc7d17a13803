"""Give the program what nobody meant: fuzzed inputs of each kind; count what survives, name what breaks.

    python -m benchmarks.adversary --json --tries 1000 [--only csv stores]

A case survives if it ends in the right value or in one line for people, within 10 s and 2 GB. Each kind runs
in a process of its own, which is ended and begun again behind a case that hangs. The exit status is 0 only if
everything survives.
"""

from __future__ import annotations

import argparse
import json
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import psutil

from benchmarks.adversaries import KINDS

HANG_S = 10.0
START_S = 120.0
MEMORY_GB = 2.0
SHOWN = 12
LOOK_S = 0.05
Told = dict[str, Any]


def try_kind(kind: str, tries: int, seed: int) -> dict[str, Any]:
    """Try so many cases of a kind, in as many processes as hangs make necessary."""
    broke: list[dict[str, str]] = []
    done, starts, longest, most_gb, began = 0, 0, 0.0, 0.0, time.perf_counter()
    while done < tries and starts < 20 + tries:
        with tempfile.TemporaryDirectory(prefix="nado-adversary-", ignore_cleanup_errors=True) as folder:
            for line in _told(kind, tries - done, seed + starts, Path(folder)):
                done += 1
                longest, most_gb = max(longest, line["seconds"]), max(most_gb, line["gb"])
                if line["fault"]:
                    broke.append({"fault": line["fault"], "case": line["case"]})
        starts += 1
    counted = Counter(each["fault"] for each in broke)
    return {
        "tries": done,
        "survived": done - len(broke),
        "broke": [{"fault": fault, "times": times} for fault, times in counted.most_common(SHOWN)],
        "cases": broke[:SHOWN],
        "longest_s": round(longest, 2),
        "most_gb": round(most_gb, 2),
        "wall_s": round(time.perf_counter() - began, 1),
        "seed": seed,
    }


def _told(kind: str, tries: int, seed: int, folder: Path) -> Iterator[Told]:
    """Give a line a case of one process; the last is of the case that hung, died or took too much memory."""
    module = "benchmarks.adversaries.process"
    command = [sys.executable, "-m", module, kind, str(tries), str(seed), str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    watched = _Watched(process)
    case, limit_s = "", START_S
    try:
        while said := watched.line(limit_s):
            case, limit_s = said["case"], HANG_S
            if "fault" in said:
                case = ""
                yield said | {"gb": watched.most_gb}
        if case or watched.fault:
            yield {"case": case, "fault": watched.fault or "the process died", "seconds": 0.0, "gb": 0.0}
    finally:
        process.kill()
        process.wait()
        watched.reader.join()
        if process.stdout:
            process.stdout.close()


class _Watched:
    """A process that tells lines of JSON, and the most memory that it was seen to hold."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.most_gb, self.fault = 0.0, ""
        self._process = psutil.Process(process.pid)
        self._lines: queue.Queue[str] = queue.Queue()
        self.reader = threading.Thread(target=self._read, args=(process.stdout,), daemon=True)
        self.reader.start()

    def line(self, limit_s: float) -> Told:
        """Wait for the next line; an empty one where the process ended, took too long or too much memory."""
        end = time.monotonic() + limit_s
        while time.monotonic() < end:
            try:
                text = self._lines.get(timeout=LOOK_S)
                return json.loads(text) if text else {}
            except queue.Empty:
                with suppress(psutil.Error):
                    self.most_gb = max(self.most_gb, self._process.memory_info().rss / 2**30)
            if self.most_gb > MEMORY_GB:
                self.fault = f"more than {MEMORY_GB:g} GB"
                return {}
        self.fault = f"no end within {limit_s:g} s"
        return {}

    def _read(self, stream: IO[str] | None) -> None:
        for line in stream or ():
            self._lines.put(line)
        self._lines.put("")


def main() -> int:
    """Try what was asked for, and print what broke."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--tries", type=int, default=1000, help="cases of each kind")
    parser.add_argument("--quick", action="store_true", help="30 cases of each kind")
    parser.add_argument("--only", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    tries = 30 if options.quick else options.tries
    found = {}
    for kind in options.only:
        found[kind] = try_kind(kind, tries, options.seed)
        print(f"{kind}: {found[kind]['survived']} of {found[kind]['tries']}", file=sys.stderr, flush=True)
    survived = all(each["survived"] == each["tries"] for each in found.values())
    report = {"passed": survived, "seed": options.seed, "kinds": found}
    print(json.dumps(report, indent=None if options.json else 2))
    return 0 if survived else 1


if __name__ == "__main__":
    sys.exit(main())
