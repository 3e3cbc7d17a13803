"""Run the benchmarks of this folder one after the other, and put what they say into one table.

    python -m benchmarks --quick                      all, in small sizes
    python -m benchmarks --only nanoring_speed --out results

Each benchmark is a command of its own (`python -m benchmarks.NAME --json [--quick]`). The table says, of
each: exit status, wall and CPU seconds, and its first figures; the JSON file holds all it printed, the
machine, the versions and the seeds. The exit status is 0 only if every benchmark's is.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.machine import machine, versions

HERE = Path(__file__).parent
FIGURES_SHOWN = 4
QUICK_OPTIONS = {"kill_store": ["--kills", "5"]}  # where small is not called --quick


def scripts() -> dict[str, Path]:
    """Find the benchmarks: modules of this folder that can be run, this one apart."""
    runnable = (
        p for p in sorted(HERE.glob("*.py")) if '__name__ == "__main__"' in p.read_text(encoding="utf-8")
    )
    return {path.stem: path for path in runnable if path.stem != "__main__"}


def options_of(path: Path, quick: bool) -> list[str]:
    """Choose the options that a benchmark understands."""
    source = path.read_text(encoding="utf-8")
    shared = "options_of(" in source
    wanted = ["--json", *(["--quick"] if quick else [])]
    understood = [option for option in wanted if shared or f'"{option}"' in source]
    return understood + (QUICK_OPTIONS.get(path.stem, []) if quick else [])


def run(name: str, path: Path, quick: bool, timeout_s: float) -> dict[str, Any]:
    """Run one benchmark in a process of its own; return how it went and what it said."""
    command = [sys.executable, "-m", f"benchmarks.{name}", *options_of(path, quick)]
    started, cpu = time.perf_counter(), _children_cpu_s()
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=timeout_s, cwd=HERE.parent, check=False
        )
        status, said, complaint = done.returncode, done.stdout, done.stderr
    except subprocess.TimeoutExpired:
        status, said, complaint = -1, "", f"not done within {timeout_s:g} s"
    found = parse(said)
    return {
        "name": name,
        "what": what(path),
        "command": " ".join(["python", *command[1:]]),
        "status": status,
        "wall_s": time.perf_counter() - started,
        "cpu_s": _children_cpu_s() - cpu,
        "seeds": found_seeds(found),
        "result": found,
        "error": complaint.strip()[-2000:] if status else "",
    }


def parse(text: str) -> Any:
    """Read the JSON document in a benchmark's output; None if there is none."""
    for start in (text, *text.splitlines()[::-1]):
        try:
            return json.loads(start)
        except ValueError:
            continue
    return None


def what(path: Path) -> str:
    """Return the first sentence of a module's docstring."""
    words = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n\n")[0]
    return " ".join(words.split())


def found_seeds(result: Any) -> list[int]:
    """Collect the numbers under all keys `seed` and `seeds` of a result, each once."""
    if isinstance(result, list):
        found = [seed for each in result for seed in found_seeds(each)]
    elif isinstance(result, dict):
        own = [value for key, value in result.items() if key in ("seed", "seeds")]
        flat = [each for value in own for each in (value if isinstance(value, list) else [value])]
        found = [each for each in flat if isinstance(each, int)]
        found += [seed for value in result.values() for seed in found_seeds(value)]
    else:
        found = []
    return list(dict.fromkeys(found))


def figures(result: Any, before: str = "") -> list[tuple[str, float]]:
    """List the numbers of a result with their paths, outermost first."""
    if not isinstance(result, dict):
        return []
    plain = [
        (f"{before}{key}", float(value))
        for key, value in result.items()
        if isinstance(value, int | float) and not isinstance(value, bool) and key != "seed"
    ]
    inner = [pair for key, value in result.items() for pair in figures(value, f"{before}{key}.")]
    return plain + inner


def markdown(report: dict[str, Any]) -> str:
    """Write the report as a table for people."""
    about = report["machine"]
    lines = [
        f"# Benchmarks, {report['started']}{' (quick: sizes too small to quote)' if report['quick'] else ''}",
        "",
        f"{about['processor']}, {about['cores']} cores, {about['memory_gib']:.0f} GiB, {about['system']}, "
        f"load {about['load']} at the start. "
        + ", ".join(f"{k} {v}" for k, v in report["versions"].items())
        + ".",
        "",
        "| benchmark | status | wall s | CPU s | seeds | first figures |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for row in report["benchmarks"]:
        said = ", ".join(f"{key} {value:.4g}" for key, value in figures(row["result"])[:FIGURES_SHOWN])
        status = "ok" if row["status"] == 0 else f"FAILED ({row['status']})"
        seeds = ", ".join(map(str, row["seeds"][:3])) or "in the script"
        lines.append(
            f"| {row['name']} | {status} | {row['wall_s']:.1f} | {row['cpu_s']:.1f} | {seeds} | {said} |"
        )
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Run what was asked for; write and print the table."""
    known = scripts()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small sizes: it runs, its numbers say little")
    parser.add_argument("--only", nargs="+", choices=list(known), metavar="NAME", help=", ".join(known))
    parser.add_argument("--timeout", type=float, default=1800.0, help="seconds for each")
    parser.add_argument("--out", type=Path, help="write NAME.json and NAME.md for this NAME")
    parser.add_argument("--json", action="store_true", help="print JSON in place of the table")
    chosen = parser.parse_args(arguments)
    report: dict[str, Any] = {
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": chosen.quick,
        "machine": machine(),
        "versions": versions(),
        "benchmarks": [],
    }
    for name in chosen.only or known:
        print(f"{name} ...", file=sys.stderr, flush=True)
        report["benchmarks"].append(run(name, known[name], chosen.quick, chosen.timeout))
        if chosen.out:
            chosen.out.with_suffix(".json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
            chosen.out.with_suffix(".md").write_text(markdown(report), encoding="utf-8")
    print(json.dumps(report, indent=2) if chosen.json else markdown(report))
    return 0 if all(row["status"] == 0 for row in report["benchmarks"]) else 1


def _children_cpu_s() -> float:
    """Return the CPU seconds of ended child processes (0 on Windows, which does not tell)."""
    times = os.times()
    return times.children_user + times.children_system


if __name__ == "__main__":
    sys.exit(main())
