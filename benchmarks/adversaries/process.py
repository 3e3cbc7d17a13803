"""One process that tries cases of a kind and tells a line before and after each: benchmarks.adversary."""

from __future__ import annotations

import importlib
import json
import shutil
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded

MOST_ROUNDS = 50
SETTINGS: dict[str, Any] = {
    "database": None,
    "deadline": None,
    "phases": [Phase.generate],
    "suppress_health_check": list(HealthCheck),
}


def main() -> None:
    """Try `tries` cases of a kind; hypothesis does not repeat itself within a round."""
    kind, tries, seed, folder = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    module = importlib.import_module(f"benchmarks.adversaries.{kind}")
    prepared, scratch = folder / "prepared", folder / "scratch"
    prepared.mkdir()
    cases = module.cases(prepared)
    told, left = sys.stdout, [tries]
    sys.stdout = sys.stderr

    def one(case: Any) -> None:
        if left[0] <= 0:
            return
        left[0] -= 1
        about = repr(case)[:2000]
        print(json.dumps({"case": about}), file=told, flush=True)
        scratch.mkdir()
        began = time.perf_counter()
        fault = outcome(module.attempt, case, scratch)
        line = {"case": about, "fault": fault, "seconds": time.perf_counter() - began}
        shutil.rmtree(scratch, ignore_errors=True)
        print(json.dumps(line), file=told, flush=True)

    for number in range(MOST_ROUNDS):
        if left[0] > 0:
            seeded(seed * MOST_ROUNDS + number)(
                settings(max_examples=left[0], **SETTINGS)(given(cases)(one))
            )()


def outcome(attempt: Callable[[Any, Path], None], case: Any, folder: Path) -> str:
    """Try one case; say what was wrong, or nothing."""
    try:
        attempt(case, folder)
    except Exception as error:  # noqa: BLE001  (whatever is raised is what is looked for)
        if getattr(error, "for_people", False):
            lines = str(error).splitlines()
            return (
                "" if len(lines) <= 1 else f"{type(error).__name__} of {len(lines)} lines: {lines[0][:100]}"
            )
        where = traceback.extract_tb(error.__traceback__)[-1]
        ours = [each for each in traceback.extract_tb(error.__traceback__) if "nado_lab" in each.filename]
        where = ours[-1] if ours else where
        said = (str(error).splitlines() or [""])[0][:120]
        return f"{type(error).__name__} at {Path(where.filename).name}:{where.lineno} {where.name}: {said}"
    return ""


if __name__ == "__main__":
    main()
