"""The store's benchmarks, small."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def run(script: str, *options: str) -> dict:
    command = [sys.executable, str(ROOT / "benchmarks" / script), *options, "--json"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT, timeout=200)
    return json.loads(done.stdout)


def test_kills_cost_nothing():
    report = run("kill_store.py", "--kills", "3")
    assert report["kills"] >= 3
    assert (report["lost"], report["phantom"], report["unreadable"], report["unequal"]) == (0, 0, 0, 0)


def test_streaming_is_ahead_of_csv():
    report = run("streaming.py", "--quick")
    assert report["scalar_rows_per_s"]["store"]["processor"] > 20_000
    assert report["blocks_mb_per_s"]["store"]["processor"] > 20
