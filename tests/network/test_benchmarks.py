"""The quick form of every benchmark of this room runs and prints what it promises."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROMISED = {
    "temporal_mnist": ("network", "baseline", "summary"),
    "noise_transfer": ("network", "summary"),
    "cascade": ("network", "baseline_mib"),
    "forecasting": ("network",),
    "network_scaling": ("nodes", "exponent"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", PROMISED)
def test_quick_benchmarks_print_their_tables(name):
    command = [sys.executable, str(ROOT / "benchmarks" / f"{name}.py"), "--quick", "--json"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert all(report[key] for key in PROMISED[name])
